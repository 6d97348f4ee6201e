from __future__ import annotations

from backwright.routing.decision import Request
from backwright.routing.prose import MOST, prose_words
from backwright.routing.router import Router
from tests.routing._skills import SKILLS

PAGE = """# Pools

Exhausted connections, see [the page](references/secret.md).

```python
import leftpad
```
"""


def test_words_of_prose_are_known_by_their_roots_and_code_is_left_out() -> None:
    assert prose_words([PAGE]) == {"pool", "exhaust", "connect", "pag"}


def test_a_fence_that_is_never_closed_hides_the_rest() -> None:
    assert prose_words(["alpha\n~~~\nbeta"]) == {"alpha"}


def test_no_more_words_are_kept_than_the_limit() -> None:
    assert len(prose_words([" ".join(f"w{number}q" for number in range(MOST * 2))])) == MOST


def test_the_words_of_instructions_rank_and_never_load() -> None:
    asked: list[str] = []

    def bodies(name: str) -> frozenset[str]:
        asked.append(name)
        return prose_words(["A hysteresis of throttles."]) if name == "code-review" else frozenset()

    router = Router(SKILLS, bodies=bodies)
    assert router.route(Request("a coroutine")).decision == "auto"
    assert asked == []
    routing = router.route(Request("throttle with hysteresis"))
    assert routing.decision == "none"
    assert router.ranked(Request("throttle with hysteresis"), 1) == ("code-review",)
    assert sorted(asked) == sorted(skill.name for skill in SKILLS)
