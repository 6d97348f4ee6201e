"""Mails as they travel: a mail program may have saved the patch in an encoding (RFC 2045, section 6)."""

from __future__ import annotations

import base64
import binascii
import quopri
import re

_ENCODED = re.compile(
    rb"^content-transfer-encoding:[ \t]*(quoted-printable|base64)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
_MAIL = re.compile(rb"^(?=From \S+ .*[0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}\r?$)", re.MULTILINE)
_BLANK = re.compile(rb"\r?\n\r?\n")


def decode_mails(data: bytes) -> bytes:
    """A text in which the body of each encoded mail is as it was written; any other text comes back as it is."""
    if _ENCODED.search(data) is None:
        return data
    return b"".join(_decoded(mail) for mail in _MAIL.split(data))


def _decoded(mail: bytes) -> bytes:
    end = _BLANK.search(mail)
    encoding = None if end is None else _ENCODED.search(mail, 0, end.end())
    if end is None or encoding is None:
        return mail
    head, body = mail[: end.end()], mail[end.end() :]
    if encoding[1].lower() == b"quoted-printable":
        return head + quopri.decodestring(body)
    try:
        return head + base64.b64decode(body) + b"\n"
    except binascii.Error:
        return mail
