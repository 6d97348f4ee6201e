"""Signatures of skills by OpenSSF Model Signing (https://github.com/sigstore/model-transparency), verified offline.

A signature lies beside the folder that it is of: `skills/<name>.sig`, `skills/.releases/<name>/<version>.sig`. It
covers every file of the folder, also those that are never served. It is made with the library's own command:

    model_signing sign key skills/x --private_key key.pem --signature skills/x.sig

Only signatures by a key are verified here: certificates and Sigstore need a network, or trust in someone's clock.
The library is the extra `signing`, because it is large; nothing else of Backwright imports it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from backwright._files import read_bounded
from backwright._hidden import printable
from backwright.catalog.loader import candidates, read_tree
from backwright.catalog.problem import ProblemError
from backwright.errors import IntegrityError, InvalidInputError, TooLargeError, ToolUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

SUFFIX: Final = ".sig"
MAX_SIGNATURE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Signature:
    """What the signature of one folder is worth.

    Args:
        path: the folder, relative to the pack.
        state: `signed` by the key that was given; `unsigned`: there is no signature; `invalid`: there is one that does
            not hold.
        reason: why it does not hold; empty otherwise.
    """

    path: str
    state: Literal["signed", "unsigned", "invalid"]
    reason: str = ""


def verify_signatures(pack: Path, public_key: Path) -> tuple[Signature, ...]:
    """The state of the signature of every skill and release of a pack.

    Raises:
        ToolUnavailableError: the extra `signing` is not installed.
        InvalidInputError: the key cannot be read, or is no public key.
        IntegrityError: the pack cannot be listed.
    """
    check = _checker(public_key)
    try:
        return tuple(_state(candidate.folder, candidate.path, check) for candidate in candidates(pack))
    except ProblemError as error:
        raise IntegrityError(str(error.problem), hint=error.problem.fix) from None


def _state(folder: Path, path: str, check: Callable[[Path, Path], None]) -> Signature:
    signature = folder.with_name(f"{folder.name}{SUFFIX}")
    if not signature.is_symlink() and not signature.exists():
        return Signature(path, "unsigned")
    try:
        read_bounded(signature, MAX_SIGNATURE, follow_links=False)
        # Links and special files are refused before a library follows them.
        read_tree(folder, path)
        check(folder, signature)
    except ProblemError as error:
        return Signature(path, "invalid", error.problem.message)
    except (OSError, TooLargeError) as error:
        return Signature(path, "invalid", f"it cannot be read: {printable(str(error))}")
    except Exception as error:  # noqa: BLE001  whatever the library or its parsers raise, the signature does not hold
        return Signature(path, "invalid", printable(str(error) or type(error).__name__, 300))
    return Signature(path, "signed")


def _checker(public_key: Path) -> Callable[[Path, Path], None]:
    """A function that raises where a signature does not hold for a folder."""
    try:
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
        from model_signing import verifying
    except ImportError as error:
        raise ToolUnavailableError(
            f"signatures cannot be verified: {error}", hint="install the extra: `pip install 'backwright[signing]'`"
        ) from None
    try:
        load_pem_public_key(read_bounded(public_key, MAX_SIGNATURE))
    except (OSError, TooLargeError, ValueError) as error:
        shown = printable(str(public_key))
        raise InvalidInputError(
            f"{shown!r} is no public key: {printable(str(error))}", hint="give a PEM file"
        ) from None

    def check(folder: Path, signature: Path) -> None:
        config = verifying.Config()  # type: ignore[no-untyped-call]  # the library types all but its constructors
        config.use_elliptic_key_verifier(public_key=public_key).verify(folder, signature)

    return check
