"""Where the pack is: the folder that holds `skills/` and `manifest.yaml`."""

from __future__ import annotations

from pathlib import Path

from backwright.errors import ManifestError

PACKAGE = Path(__file__).resolve().parent.parent


def find_pack(package: Path = PACKAGE) -> Path:
    """The pack that ships with Backwright.

    An installed wheel has it inside the package. A checkout has it two folders up, beside `server/`; an editable
    install leaves a stale copy in site-packages, which is why nothing but the package's own place is looked at.

    Raises:
        ManifestError: there is none; the installation is broken.
    """
    for candidate in (package / "_pack", package.parent.parent):
        if (candidate / "skills").is_dir() and (candidate / "manifest.yaml").is_file():
            return candidate
    raise ManifestError(
        f"no skills/ and manifest.yaml beside {package}",
        hint="install backwright again, or name a pack with --pack or BACKWRIGHT_PACK",
    )


def is_installed(pack: Path, package: Path = PACKAGE) -> bool:
    """Whether a pack lies inside the installed package, where nobody edits it."""
    return package in pack.resolve().parents
