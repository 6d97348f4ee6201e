"""Files as git's object store holds them: at a commit, or in the index."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from backwright.review._git_process import Answer
from backwright.review.full import MAX_SOURCE_BYTES
from backwright.review.subject import Reader

Ask = Callable[..., Answer]
INDEX = ""
"""In the place of a commit: what is staged."""

_NEVER_NAMES = {"", ".", ".."}


def object_reader(ask: Ask, prefix: str, at: str, ahead: Iterable[str]) -> Reader:
    """Reads any file as it is at a commit or in the index; None for what is not there, no file, or too large.

    Args:
        ask: runs git.
        prefix: the folder, inside the repository, that paths are relative to; empty, or with a slash at its end.
        at: the full name of a commit or tree, or `INDEX`.
        ahead: the paths that will be asked for; the first call reads all of them at once.
    """
    wanted = frozenset(ahead)
    known: dict[str, bytes | None] = {}

    def read(path: str) -> bytes | None:
        if path not in known:
            paths = wanted - known.keys() if path in wanted else {path}
            found = _blobs(ask, prefix, at, sorted(paths))
            known.update({each: found.get(each) for each in paths})
        return known[path]

    return read


def _blobs(ask: Ask, prefix: str, at: str, paths: Sequence[str]) -> Mapping[str, bytes]:
    """The files among `paths` that are there; git reads a dot segment as one of the caller's own folders."""
    specs = {path: _spec(prefix, at, path) for path in paths if not _NEVER_NAMES & set(path.split("/"))}
    named = {path: spec for path, spec in specs.items() if "\0" not in path}
    # One spec a line is what `--batch` reads, so a name with a line feed is asked for by argument.
    asked = {path: spec if "\n" not in path else _resolved(ask, spec) for path, spec in named.items()}
    listed = [path for path, spec in asked.items() if spec]
    if not listed:
        return {}
    sizes = ask(
        "cat-file",
        "--batch-check=%(objecttype) %(objectname) %(objectsize)",
        stdin=b"".join(asked[path] + b"\n" for path in listed),
    )
    names: dict[str, bytes] = {}
    for path, line in zip(listed, sizes.output.split(b"\n"), strict=False):
        kind, _, rest = line.partition(b" ")
        name, _, size = rest.partition(b" ")
        if kind == b"blob" and size.isdigit() and int(size) <= MAX_SOURCE_BYTES:
            names[path] = name
    answer = ask("cat-file", "--batch=%(objectsize)", stdin=b"".join(name + b"\n" for name in names.values()))
    return dict(zip(names, _batch(answer.output), strict=False))


def _spec(prefix: str, at: str, path: str) -> bytes:
    return at.encode() + b":" + os.fsencode(prefix) + path.encode("utf-8", "replace")


def _resolved(ask: Ask, spec: bytes) -> bytes:
    answer = ask("rev-parse", "--verify", "--quiet", "--end-of-options", os.fsdecode(spec))
    return answer.output.strip() if answer.status == 0 else b""


def _batch(output: bytes) -> Iterable[bytes]:
    """The objects of `cat-file --batch=%(objectsize)`: a line with the size, the bytes, a line feed."""
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        size = int(output[at:end])
        yield output[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
