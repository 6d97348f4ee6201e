from __future__ import annotations

from backwright.routing.decision import Match, Routing


def test_what_is_offered_at_another_version_is_so_whether_it_fits_or_is_held_back() -> None:
    one, two, three = (Match(skill=name, version="1.0.0", score=0.5, evidence=()) for name in ("one", "two", "three"))
    routing = Routing(decision="suggest", matches=(one, two), reason="Both fit.", held_back=(three,))
    offered = routing.offering({"two": "0.9.0", "three": "0.8.0", "four": "0.7.0"})
    assert [(match.skill, match.version) for match in (*offered.matches, *offered.held_back)] == [
        ("one", "1.0.0"),
        ("two", "0.9.0"),
        ("three", "0.8.0"),
    ]
    assert routing.offering({}) is routing
