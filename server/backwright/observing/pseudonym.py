"""What a subject is called in logs: always the same, and for nobody without the key to lead back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from functools import lru_cache
from typing import Final

MIN_KEY: Final = 16
"""Characters of a key, at least: with a short one, subjects could be tried out."""

_LENGTH: Final = 16
_REMEMBERED: Final = 4096


def pseudonyms(key: str | None) -> Callable[[str], str]:
    """Pseudonyms under a key; None for one that only this process has, so that they lead from one line to the next
    within it, and nowhere else.
    """
    secret = (secrets.token_hex(32) if key is None else key).encode()

    @lru_cache(_REMEMBERED)
    def pseudonym(subject: str) -> str:
        digest = hmac.digest(secret, subject.encode(errors="surrogatepass"), hashlib.sha256)
        return "p-" + base64.b32encode(digest).decode().lower()[:_LENGTH]

    return pseudonym
