"""What a secret looks like: formats that providers publish, names that hold secrets, and text made by chance."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

_PLACEHOLDER = re.compile(
    r"example|sample|dummy|fake|mock|placeholder|change[-_ ]?(me|this|it)|replace|insert|redacted|your|test|todo"
    r"|default|secret|password|passwd|x{4}|\*{3}|\.{3}|<[^>]*>|\{[^}]*\}|\$\{?\w|%\(?[sd]|1234567|abcdef|qwerty|0{6}",
    re.IGNORECASE,
)
_DSN_PLACEHOLDERS = frozenset(
    {"pass", "pwd", "pw", "user", "admin", "root", "postgres", "guest", "tiger", "foo", "bar"}
)
_LOCAL_HOST = re.compile(r"127\.0\.0\.1|0\.0\.0\.0|\[::1\]|[\w-]*|[\w.-]+\.(local|test)|.*example.*|host\.\w+(\.\w+)?")
_MIN_LENGTH = 16
_MIN_BITS = 3.0  # a character; 16 random base-62 characters have about 3.8, 32 hex digits about 3.6
_MIN_TEXTURE = 0.3  # runs of one kind of character by length: 0.4 to 0.7 for chance, under 0.25 for words
_WORDS = re.compile(r"[a-z]+|[A-Z]+|(?:[A-Za-z]?[a-z]{2,})+|v?\d{1,4}|[A-Z]?[a-z]+\d{1,2}|[A-Z]+\d{1,2}")


@dataclass(frozen=True, slots=True)
class SecretFormat:
    """A published format: what it is called, its pattern, and whether a match is proof by itself.

    Formats that are no proof are those of which tests and manuals are full.
    """

    name: str
    pattern: re.Pattern[str]
    exact: bool


FORMATS = (
    SecretFormat("AWS access key", re.compile(r"(?<![A-Z0-9])A(?:KIA|SIA)[A-Z2-7]{16}(?![A-Z0-9])"), exact=True),
    SecretFormat("GitHub token", re.compile(r"gh[oprsu]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,}"), exact=True),
    SecretFormat("Google API key", re.compile(r"AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])"), exact=True),
    SecretFormat("Slack token", re.compile(r"xox[abeoprs]-[0-9A-Za-z]+-[0-9A-Za-z-]{10,}"), exact=True),
    SecretFormat("Stripe live key", re.compile(r"[rs]k_live_[0-9A-Za-z]{16,}"), exact=True),
    SecretFormat("GitLab token", re.compile(r"(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20,}"), exact=True),
    SecretFormat("npm token", re.compile(r"(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"), exact=True),
    SecretFormat("PyPI token", re.compile(r"pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}"), exact=True),
    SecretFormat("Hugging Face token", re.compile(r"(?<![A-Za-z0-9])hf_[A-Za-z0-9]{34,}"), exact=True),
    SecretFormat("SendGrid API key", re.compile(r"(?<![A-Za-z0-9])SG\.[\w-]{20,24}\.[\w-]{40,}"), exact=True),
    SecretFormat("DigitalOcean token", re.compile(r"do[opr]_v1_[a-f0-9]{64}"), exact=True),
    SecretFormat("webhook secret", re.compile(r"(?<![A-Za-z0-9])whsec_[A-Za-z0-9+/=]{24,}"), exact=False),
    SecretFormat("Slack webhook", re.compile(r"hooks\.slack\.com/services/T\w{8,}/B\w{8,}/\w{20,}"), exact=True),
    SecretFormat("Discord webhook", re.compile(r"discord(?:app)?\.com/api/webhooks/\d{17,20}/[\w-]{60,}"), exact=True),
    SecretFormat("Telegram bot token", re.compile(r"(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{33}(?![\w-])"), exact=True),
    SecretFormat("Azure storage key", re.compile(r"AccountKey=[A-Za-z0-9+/]{86}=="), exact=True),
    SecretFormat("API key", re.compile(r"(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{20,}"), exact=False),
    SecretFormat(
        "private key",
        re.compile(r"-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY-----[^-]{0,40}[A-Za-z0-9+/=]{40}"),
        exact=False,
    ),
    SecretFormat(
        "JSON Web Token", re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}"), exact=False
    ),
)
_DSN = re.compile(r"\w://(?P<user>[^\s:/@]*):(?P<password>[^\s/@]+)@(?P<host>\[[^\]]*\]|[^\s:/?#]*)")

_SECRET_NAME = re.compile(
    r"(^|_)(password|passwd|pwd|passphrase|secret|token|api_?key|access_?key|auth_?key|private_?key|secret_?key"
    r"|encryption_?key|signing_?key|credentials?)(_|$)"
)
_ABOUT_A_SECRET = re.compile(
    r"(^|_)(age|at|budget|cost|date|kind|len|manager|provider|service|state|store|time|timestamp|url|uri|endpoint|path|file|filename|dir|type|types|name|names|field|fields|header|headers|prefix|suffix"
    r"|pattern|regex|format|expiry|expires|expire|expiration|ttl|lifetime|seconds|minutes|hours|days|length|size"
    r"|count|limit|max|min|num|id|ids|uuid|label|title|help|message|error|hint|scheme|algorithm|alg|hash|hashed"
    r"|digest|checksum|public|env|var|param|params|query|version|status|policy|scope|scopes|index|usage|class"
    r"|validator|schema|column|exists|valid|enabled|required|present|set)(_|$)"
)
# Tokens that open nothing: those of a language model, their counts, and places in a list or a queue.
_OTHER_TOKEN = re.compile(
    r"(^|_)(bos|continuation|cursor|dedup|eos|estimated|idempotency|next|pad|page|request|special|stop|sync|total)_token"
    r"|(^|_)token_(estimate|ratio|threshold|total|window)"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _snake(name: str) -> str:
    return _CAMEL.sub("_", name).replace("-", "_").replace(" ", "_").lower()


def names_secret(name: str) -> bool:
    """Whether something of this name holds a secret, and not merely speaks of one as `token_url` does."""
    snake = _snake(name)
    return bool(_SECRET_NAME.search(snake)) and not (_ABOUT_A_SECRET.search(snake) or _OTHER_TOKEN.search(snake))


def bits_per_character(text: str) -> float:
    """Shannon entropy of the text's characters; 0 for an empty text."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def _kind(character: str) -> int:
    return (character.isupper() and 1) or (character.isdigit() and 2) or (character.isalpha() and 3) or 4


def _texture(text: str) -> float:
    """How often the kind of character (lower, upper, digit) changes: runs by length."""
    kinds = [_kind(character) for character in text]
    return (1 + sum(a != b for a, b in pairwise(kinds))) / len(text)


def is_placeholder(text: str) -> bool:
    """Whether the text says itself that it stands for another, or is a template to be filled."""
    return bool(_PLACEHOLDER.search(text))


_PASSWORD_NAME = re.compile(r"(^|_)(password|passwd|passphrase)$")
_SHORTEST_PASSWORD = 10


def looks_typed(name: str, text: str) -> bool:
    """Whether the text is a password that someone made up: of a password's name, and of letters, digits and signs."""
    if not _PASSWORD_NAME.search(_snake(name)) or not text.isascii() or " " in text or len(text) < _SHORTEST_PASSWORD:
        return False
    kinds = {_kind(character) for character in text}
    return len(kinds) == 4 and not re.search(r"[/\\<>{}]|^[.:]", text)  # noqa: PLR2004  lower, upper, digits, signs


def looks_random(text: str) -> bool:
    """Whether the text is long, varied and restless enough to have been made by chance, and no phrase or identifier."""
    if len(text) < _MIN_LENGTH or not text.isascii() or re.search(r"[\s(),;'\"\\]|://|^[./~]", text):
        return False
    has_both = any(map(str.isdigit, text)) and any(map(str.isalpha, text))
    parts = [part for part in re.split(r"[-_./:=+]", text) if part]
    chance = "".join(part for part in parts if not _WORDS.fullmatch(part))
    mostly = 2 * len(chance) > sum(map(len, parts))
    return has_both and mostly and bits_per_character(text) >= _MIN_BITS and _texture(chance) >= _MIN_TEXTURE


# One cheap look before many: what every format above holds.
_HINT = re.compile(
    r"A(?:KIA|SIA|Iza)|gh[oprsu]_|github_pat_|xox|k_live_|sk-|PRIVATE KEY|eyJ"
    r"|glpat-|npm_|pypi-|hf_|SG\.|_v1_|whsec_|webhooks|hooks\.slack|:AA|AccountKey="
)


def find_format(text: str) -> tuple[SecretFormat, str] | None:
    """The published format that a part of the text has, and that part; None for placeholders."""
    if not _HINT.search(text):
        return None
    for secret in FORMATS:
        for match in secret.pattern.finditer(text):
            found = match.group()
            if not is_placeholder(found) and (secret.exact or bits_per_character(found) >= _MIN_BITS):
                return secret, found
    return None


def find_password(text: str) -> str | None:
    """The password inside a connection string, unless it is a placeholder or one for the developer's own machine."""
    for match in _DSN.finditer(text) if "://" in text else ():
        password, host = match["password"], match["host"]
        harmless = is_placeholder(password) or password.lower() in _DSN_PLACEHOLDERS | {match["user"].lower()}
        if not harmless and (looks_random(password) or not _LOCAL_HOST.fullmatch(host)):
            return password
    return None


def mask(secret: str) -> str:
    """A secret as a message may show it: enough to find it by, too little to use."""
    shown = secret[: min(4, len(secret) // 4)]
    return f"{shown}…"
