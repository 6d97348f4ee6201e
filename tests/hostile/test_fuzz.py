"""A short run of what `python -m tests.bench.fuzz` runs for as long as it is told: the same bytes each time.

What a long run found is mended, and stands in `FOUND`.
"""

from __future__ import annotations

from itertools import islice

import pytest

from tests.hostile import _targets
from tests.hostile._mutate import mutants
from tests.hostile._targets import TARGETS

RUNS = {"frontmatter": 600, "uri": 3_000, "diff": 60, "context": 1_500, "jsonrpc": 250}
SEED = 20_261_122

FOUND = {
    "uri": [
        # Each prefix of it was looked up: the square of its length.
        b"skill://none/" + b"b/" * 30_000,
        b"skill://v1.0.0/" + b"b//" * 20_000,
    ],
    "jsonrpc": [
        b'{"jsonrpc":"2.0","id":1,"method":"skills/get","params":{"uri":"skill://none/' + b"b/" * 1_000_000 + b'"}}',
    ],
}


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_is_answered_or_refused_by_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_targets, "SLACK", 10.0)
    fuzzed = TARGETS[name]
    target = fuzzed.make()
    corpus = fuzzed.corpus()
    # The corpus itself is what other tests are about.
    changed = islice(mutants(SEED, corpus, fuzzed.words), len(corpus), len(corpus) + RUNS[name])
    every = [*FOUND.get(name, ()), *changed]
    for data in every:
        target(data)


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others() -> None:
    corpus, words = [b"one two", b"three"], (b"four",)
    first, again, other = (list(islice(mutants(seed, corpus, words), 200)) for seed in (1, 1, 2))
    assert first == again != other
    assert len(set(first)) > 100
    assert max(map(len, first)) <= 64 * 1024
