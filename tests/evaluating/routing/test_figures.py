"""The figures, counted by hand on a handful of verdicts."""

from __future__ import annotations

import pytest

from backwright.evaluating.routing.descriptions import alike, cut_short
from backwright.evaluating.routing.evaluation import evaluate_routing
from backwright.evaluating.routing.figures import Bin, by, calibration, confusion, figures
from backwright.evaluating.routing.labels import Label
from backwright.evaluating.routing.methods import Tier, Verdict, ours, plain
from backwright.evaluating.routing.page import page
from backwright.routing.rooms import Rooms
from backwright.routing.trigger import SkillTerms

TERMS = (
    SkillTerms("bread", "1.0.0", "Bake bread and rolls in an oven.", strong=("bake bread", "sourdough")),
    SkillTerms("soup", "2.0.0", "Cook soup and stew in a pot.", strong=("cook soup",), negative=("alphabet soup",)),
)


def verdict(expected: str, tier: Tier, *ranked: str, wrong: str = "", **more: object) -> Verdict:
    label = Label("l", "p", tuple(expected.split()), wrong=tuple(wrong.split()))
    return Verdict(label, tier, ranked, **more)  # type: ignore[arg-type]


def test_each_figure_counts_what_its_name_says() -> None:
    found = figures(
        [
            verdict("a", "auto", "a", "b"),
            verdict("a", "auto", "b", "a"),
            verdict("a", "suggest", "b", "c", "a"),
            verdict("a", "none", "a"),
            verdict("", "auto", "a"),
            verdict("", "suggest", "a"),
            verdict("", "none"),
            verdict("", "none"),
            verdict("", "auto", "a", wrong="a"),
            verdict("", "auto", "b", wrong="a"),
        ]
    )
    assert (found.positives, found.negatives, found.near) == (4, 4, 2)
    assert (found.first, found.loaded, found.offered) == (0.5, 0.25, 0.5)
    assert found.mrr == pytest.approx((1 + 1 / 2 + 1 / 3 + 1) / 4)
    assert found.recall == 1.0
    assert found.precision == pytest.approx(1 / 5)
    assert (found.false_loads, found.false_shown) == (0.25, 0.5)
    assert (found.near_loaded, found.near_shown) == (0.5, 0.5)
    assert found.abstention == pytest.approx(2 * (2 / 3) * 0.5 / (2 / 3 + 0.5))


def test_a_set_counts_by_its_parts_and_an_acceptable_skill_is_right() -> None:
    assert figures([verdict("a b", "suggest", "a", "c", "d", "b")]).recall == 0.5
    label = Label("l", "p", ("a",), acceptable=("b",))
    assert figures([Verdict(label, "auto", ("b",))]).first == 1.0


def test_nothing_to_count_is_no_figure_and_no_error() -> None:
    empty = figures([])
    assert (empty.first, empty.precision, empty.abstention, empty.median) == (None, None, None, 0.0)
    assert figures([verdict("", "auto", "a")]).abstention == 0.0


def test_a_version_counts_only_with_the_right_skill() -> None:
    label = Label("l", "p", ("a",), version="1.0.0")
    right = Verdict(label, "auto", ("a",), version="1.0.0")
    assert figures([right, Verdict(label, "auto", ("a",), version="2.0.0")]).versions == 0.5
    assert figures([Verdict(label, "auto", ("b",), version="1.0.0")]).versions == 0.0


def test_confusion_names_what_was_shown_in_whose_place() -> None:
    wrong = [verdict("a", "auto", "b"), verdict("a", "auto", "b"), verdict("a", "none", "a"), verdict("", "auto", "c")]
    right = [verdict("a", "auto", "a"), verdict("", "none")]
    found = confusion([*wrong, *right, verdict("", "auto", "d", wrong="d")])
    assert found == {("a", "b"): 2, ("-", "c"): 1, ("a", "-"): 1, ("not d", "d"): 1}


def test_scores_fall_into_bins_the_highest_into_the_last() -> None:
    shown = [verdict("a", "auto", "a", score=1.0), verdict("a", "suggest", "b", score=0.8)]
    assert calibration([*shown, verdict("a", "none", "a", score=0.9)])[-1] == Bin(0.8, 1.0, 2, 1)


def test_groups_are_counted_each_for_itself() -> None:
    found = by([verdict("a", "auto", "a"), verdict("", "auto", "a")], lambda one: str(bool(one.label.right)))
    assert (found["True"].first, found["False"].false_loads) == (1.0, 1.0)


def test_the_router_is_measured_as_it_answers() -> None:
    says = ours(Rooms(TERMS), lambda request: "1.0.0" if request == "bread@1" else None).says
    assert says(Label("1", "how do I bake bread", ("bread",))).shown == ("bread",)
    assert says(Label("2", "use bread@1", ("bread",))).version == "1.0.0"
    nothing = says(Label("3", "use no-such-skill for it", ()))
    assert (nothing.tier, nothing.shown) == ("none", ())
    weak = says(Label("4", "an oven", ("bread",)))
    assert (weak.tier, weak.ranked) == ("none", ("bread",))


def test_plain_methods_find_what_is_written_and_load_what_comes_first() -> None:
    keyword, substring, bm25 = plain(TERMS)
    assert keyword.says(Label("1", "bake bread", ())).shown == ("bread",)
    assert keyword.says(Label("2", "sourdoughs", ())).shown == ()
    assert substring.says(Label("2", "sourdoughs", ())).shown == ("bread",)
    assert bm25.says(Label("3", "a pot of stew", ())).shown == ("soup",)
    assert bm25.says(Label("4", "quantum", ())).shown == ()


def test_descriptions_that_share_words_are_named_and_others_are_not() -> None:
    terms = [
        SkillTerms("a", "1.0.0", "review python diffs"),
        SkillTerms("b", "1.0.0", "review python branches"),
        SkillTerms("c", "1.0.0", "bake bread"),
    ]
    (pair,) = alike(terms)
    assert (pair.one, pair.other, set(pair.words)) == ("a", "b", {"review", "python"})


def test_a_description_that_is_cut_finds_less() -> None:
    cuts = cut_short(TERMS, [Label("1", "stew in a pot", ("soup",))])
    assert (cuts[500].first, cuts[0].first) == (1.0, 0.0)


def test_the_page_says_the_figures_and_runs_nothing_that_a_prompt_brings() -> None:
    labels = [Label("1", "<script>alert(1)</script> an oven", ("bread",)), Label("2", "bake bread", ("bread",))]
    html = page(evaluate_routing(TERMS, labels))
    assert "A right skill comes first for 1.000 of the prompts" in html
    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html
    assert "default-src &#x27;none&#x27;" in html
