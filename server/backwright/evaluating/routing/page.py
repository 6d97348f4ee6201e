"""A router's figures as one page for a person: bars beside those of plain methods, tables, and the misses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from backwright.evaluating._document import document, section
from backwright.evaluating.routing.evaluation import RoutingEvaluation
from backwright.evaluating.routing.figures import Figures
from backwright.evaluating.routing.folds import Validation
from backwright.evaluating.routing.methods import Verdict
from backwright.review.markup import Markup, element, lines
from backwright.routing.thresholds import Thresholds

COLUMNS: Final[tuple[tuple[str, str], ...]] = (
    ("first", "first"),
    ("recall", "in three"),
    ("mrr", "MRR"),
    ("loaded", "loaded"),
    ("precision", "precision"),
    ("offered", "offered"),
    ("false_loads", "false loads"),
    ("false_shown", "false offers"),
    ("near_loaded", "near misses loaded"),
    ("abstention", "abstention F1"),
    ("versions", "versions"),
)
"""The figures, by the field of `Figures`, with what they are called."""

_BARS: Final = (("first", "A right skill comes first"), ("loaded", "A right skill is loaded unasked"))
_MISSES: Final = 200
# In units of the view box of a chart.
_WIDTH, _LEFT, _RIGHT, _TOP, _STEP, _BAR = 760, 150, 690, 16, 26, 14


def page(evaluation: RoutingEvaluation) -> str:
    """The whole page."""
    return document(
        "Routing, evaluated",
        _header(evaluation),
        element("main", lines(_parts(evaluation))),
        element("footer", "The plain methods load whatever comes first; they have no idea of what fits."),
    )


def share(value: float | None) -> str:
    """A share as text."""
    return "-" if value is None else f"{value:.3f}"


def _header(evaluation: RoutingEvaluation) -> Markup:
    own = next(iter(evaluation.methods.values()))
    extent = f"{own.positives} prompts with a skill, {own.negatives} with none, {own.near} near misses"
    times = f"{own.median:.2f} ms a prompt, 99 of 100 below {own.slowest:.2f} ms"
    return element(
        "header",
        lines(
            element("p", f"Routing among {evaluation.skills} skills", class_="kicker"),
            element("h1", f"A right skill comes first for {share(own.first)} of the prompts"),
            element("p", f"{extent}; {times}.", class_="lead"),
        ),
    )


def _parts(evaluation: RoutingEvaluation) -> Iterator[Markup]:
    for field, title in _BARS:
        yield section(field, title, element("div", _chart(evaluation.methods, field, title), class_="card chart"))
    yield section("methods", "Methods", _table("method", evaluation.methods))
    if evaluation.validation is not None:
        yield section("folds", "With thresholds chosen on other labels", _folds(evaluation.validation))
    yield section("categories", "By category", _table("category", evaluation.categories))
    yield section("languages", "By language", _table("language", evaluation.languages))
    yield section("calibration", "How often the first is right, by its score", _bins(evaluation))
    if evaluation.confused:
        yield section("confusion", "Shown where another was expected", _confusion(evaluation))
    yield section("cuts", "With names and cut descriptions alone", _cuts(evaluation))
    if evaluation.alike:
        yield section("alike", "Descriptions that are alike", _alike(evaluation))
    if evaluation.misses:
        yield section("misses", "What to look at", _misses(evaluation.misses))


def _chart(rows: Mapping[str, Figures], field: str, title: str) -> Markup:
    height = _TOP + _STEP * len(rows)
    bars = [_bar(name, getattr(found, field), _TOP + _STEP * place) for place, (name, found) in enumerate(rows.items())]
    return element("svg", lines(bars), viewBox=f"0 0 {_WIDTH} {height}", role="img", aria_label=title)


def _bar(name: str, value: float | None, y: int) -> Markup:
    length = round((_RIGHT - _LEFT) * (value or 0.0))
    kind = "bar-with" if name == "backwright" else "bar-without"
    return element(
        "g",
        element("text", name, x=_LEFT - 12, y=y + _BAR - 2, text_anchor="end", class_="name"),
        element("rect", x=_LEFT, y=y, width=_RIGHT - _LEFT, height=_BAR, rx=3, class_="track"),
        element("rect", x=_LEFT, y=y, width=length, height=_BAR, rx=3, class_=kind),
        element("text", share(value), x=_RIGHT + 10, y=y + _BAR - 2, class_="share"),
    )


def _table(name: str, rows: Mapping[str, Figures]) -> Markup:
    fields = [
        (field, title) for field, title in COLUMNS if any(getattr(row, field) is not None for row in rows.values())
    ]
    head = [name, "prompts", *(title for _, title in fields)]
    return _rows(
        head,
        [
            [key, str(row.positives + row.negatives + row.near), *(share(getattr(row, field)) for field, _ in fields)]
            for key, row in rows.items()
        ],
    )


def _bins(evaluation: RoutingEvaluation) -> Markup:
    rows = [
        [f"{one.low:.1f} to {one.high:.1f}", str(one.count), share(one.right / one.count if one.count else None)]
        for one in evaluation.bins
    ]
    return _rows(["score", "shown", "right"], rows)


def _confusion(evaluation: RoutingEvaluation) -> Markup:
    rows = [[expected, said, str(count)] for (expected, said), count in evaluation.confused.items()]
    return _rows(["expected", "shown first", "times"], rows)


def _folds(found: Validation) -> Markup:
    titles = dict(COLUMNS)
    rows = [
        [titles[field], f"{one.mean:.3f}", f"{one.deviation:.3f}", f"{one.low:.3f} to {one.high:.3f}"]
        for field, one in found.spreads.items()
    ]
    note = f"{found.folds} folds; chosen: {chosen(found)}. What serves: {spelt_out(found.shipped)}."
    return Markup(lines([_rows(["figure", "mean", "deviation", "range"], rows), element("p", note, class_="lead")]))


def chosen(found: Validation) -> str:
    """The thresholds that the folds chose, and how often."""
    counted = Counter(found.chosen).most_common()
    return "; ".join(f"{spelt_out(each)} ({count} times)" for each, count in counted)


def spelt_out(at: Thresholds) -> str:
    """Thresholds in words."""
    return f"load from {at.auto:.2f}, {at.margin:.2f} ahead; offer from {at.suggest:.2f}"


def _cuts(evaluation: RoutingEvaluation) -> Markup:
    rows = [
        [f"{kept} characters" if kept else "names alone", share(found.first), share(found.recall), share(found.offered)]
        for kept, found in evaluation.cuts.items()
    ]
    return _rows(["a description has", "first", "in three", "offered"], rows)


def _alike(evaluation: RoutingEvaluation) -> Markup:
    rows = [[f"{one.one} and {one.other}", f"{one.likeness:.2f}", ", ".join(one.words)] for one in evaluation.alike]
    return _rows(["skills", "cosine", "words in both"], rows)


def _misses(misses: tuple[Verdict, ...]) -> Markup:
    rows = [
        [one.label.prompt[:200], ", ".join(one.label.expected) or "none", f"{one.tier}: {', '.join(one.shown) or '-'}"]
        for one in misses[:_MISSES]
    ]
    return _rows(["prompt", "expected", "said"], rows)


def _rows(head: list[str], rows: list[list[str]]) -> Markup:
    titles = element("tr", [element("th", title, scope="col") for title in head])
    body = [
        element("tr", element("th", row[0], scope="row"), [element("td", cell, class_="number") for cell in row[1:]])
        for row in rows
    ]
    table = element("table", element("thead", titles), element("tbody", lines(body)))
    return element("div", table, class_="card wide")
