"""Bytes made of other bytes: the same seed gives the same ones, on every machine."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Final

LONGEST: Final = 64 * 1024

ODD: Final[tuple[bytes, ...]] = (
    *(
        b"\0",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\t",
        b"\x1b[31m",
        b"\x7f",
        b"\xff",
        b"\xc3\x28",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
    ),
    *("\u202e".encode(), "\u200b".encode(), "\U000e0041".encode(), "\ufe0f".encode(), "\u2028".encode(), "é".encode()),
    *(b"0", b"-1", b"9" * 400, b"1e999", b"NaN", b"2147483648", b"%00", b"%2e%2e/", b"../", b"\\", b"'", b'"'),
    *(b"{", b"}", b"[", b"]", b"(", b"\\u0000", b"\\ud800", b"null", b"::error::", b"<script>", b"@octocat", b"`"),
)
"""What parsers trip over, whatever they read."""

Change = Callable[[random.Random, bytes, Sequence[bytes], Sequence[bytes]], bytes]


def mutants(seed: int, corpus: Sequence[bytes], words: Sequence[bytes] = ()) -> Iterator[bytes]:
    """Without an end: each item of the corpus as it is, then one to eight changes of any of them."""
    rng = random.Random(seed)  # noqa: S311  the same each time is the point
    yield from corpus
    known = (*ODD, *words)
    while True:
        data = rng.choice(corpus)
        for _ in range(1 + min(7, int(rng.expovariate(0.7)))):
            data = rng.choice(_CHANGES)(rng, data, corpus, known)[:LONGEST]
        yield data


def _span(rng: random.Random, data: bytes) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + int(rng.expovariate(1 / 12)))


def _flip(rng: random.Random, data: bytes, _: Sequence[bytes], __: Sequence[bytes]) -> bytes:
    if not data:
        return data
    at = rng.randrange(len(data))
    return data[:at] + bytes((data[at] ^ (1 << rng.randrange(8)),)) + data[at + 1 :]


def _insert(rng: random.Random, data: bytes, _: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    start, end = _span(rng, data)
    return data[:start] + rng.choice(words) + data[rng.choice((start, end)) :]


def _cut(rng: random.Random, data: bytes, _: Sequence[bytes], __: Sequence[bytes]) -> bytes:
    start, end = _span(rng, data)
    return data[:start] + data[end:]


def _again(rng: random.Random, data: bytes, _: Sequence[bytes], __: Sequence[bytes]) -> bytes:
    """A piece many times: what is deep, and what is long."""
    start, end = _span(rng, data)
    return data[:end] + data[start:end] * rng.choice((1, 2, 30, 2_000)) + data[end:]


def _splice(rng: random.Random, data: bytes, corpus: Sequence[bytes], _: Sequence[bytes]) -> bytes:
    other = rng.choice(corpus)
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]


def _lines(rng: random.Random, data: bytes, _: Sequence[bytes], __: Sequence[bytes]) -> bytes:
    """A line elsewhere, or twice."""
    lines = data.split(b"\n")
    line = lines[rng.randrange(len(lines))] if rng.random() < 0.5 else lines.pop(rng.randrange(len(lines)))
    lines.insert(rng.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def _end(rng: random.Random, data: bytes, _: Sequence[bytes], __: Sequence[bytes]) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


_CHANGES: Final[tuple[Change, ...]] = (_flip, _insert, _insert, _insert, _cut, _again, _splice, _lines, _end)
