"""`backwright eval routing`: how well requests find their skills."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from backwright.cli._served import app_of
from backwright.cli.command import Exit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from backwright.app import App
    from backwright.evaluating.routing.evaluation import RoutingEvaluation
    from backwright.evaluating.routing.folds import Validation
    from backwright.evaluating.routing.labels import Label
    from backwright.evaluating.routing.methods import Verdict


def run(arguments: argparse.Namespace) -> int:
    """Evaluate the router over a file of labels, or over the skills' own examples."""
    from backwright._files import write_atomic
    from backwright.evaluating.routing.evaluation import evaluate_routing
    from backwright.evaluating.routing.page import page

    app = app_of(arguments)
    found = evaluate_routing(
        app.router.terms,
        _labels(app, arguments.labels),
        _resolver(app),
        bodies=app.snapshot.body_words,
        folds=arguments.folds,
    )
    if arguments.page is not None:
        write_atomic(arguments.page, page(found).encode())
    if arguments.json:
        import json

        print(json.dumps(_answer(found), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(found, arguments.page)))
    return Exit.CLEAN


def _labels(app: App, file: Path | None) -> tuple[Label, ...]:
    from backwright._files import read_bounded
    from backwright.errors import InvalidInputError
    from backwright.evaluating.routing.labels import examples_of, parse_labels

    if file is None:
        return examples_of(app.snapshot.shown)
    try:
        return parse_labels(read_bounded(file))
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidInputError(f"--labels: {str(file)!r} cannot be read: {reason}", hint="name a file") from None


def _resolver(app: App) -> Callable[[str], str | None]:
    from backwright.errors import BackwrightError

    def resolve(request: str) -> str | None:
        try:
            return app.choose(request).skill.version
        except BackwrightError:
            return None

    return resolve


def _answer(found: RoutingEvaluation) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "skills": found.skills,
        "methods": {name: asdict(row) for name, row in found.methods.items()},
        "validation": None if found.validation is None else asdict(found.validation),
        "categories": {name: asdict(row) for name, row in found.categories.items()},
        "languages": {name: asdict(row) for name, row in found.languages.items()},
        "confusion": [
            {"expected": expected, "shown": said, "count": count} for (expected, said), count in found.confused.items()
        ],
        "calibration": [asdict(one) for one in found.bins],
        "alike": [asdict(one) for one in found.alike],
        "cut_descriptions": {str(kept): asdict(row) for kept, row in found.cuts.items()},
        "misses": [_miss(one) for one in found.misses],
    }


def _miss(one: Verdict) -> dict[str, object]:
    return {
        "id": one.label.id,
        "prompt": one.label.prompt,
        "expected": one.label.expected,
        "wrong": one.label.wrong,
        "tier": one.tier,
        "ranked": one.ranked,
    }


def _fold_lines(found: Validation) -> Iterator[str]:
    from backwright.evaluating.routing.page import COLUMNS, chosen, spelt_out

    titles = dict(COLUMNS)
    yield ""
    yield f"thresholds chosen on the other folds, {found.folds} folds: mean, deviation, range"
    for field, one in found.spreads.items():
        yield f"{titles[field]:<20}{one.mean:>8.3f}{one.deviation:>8.3f}   {one.low:.3f} to {one.high:.3f}"
    yield f"chosen: {chosen(found)}"
    yield f"best on all labels: {spelt_out(found.best)}; what serves: {spelt_out(found.shipped)}"


def _lines(found: RoutingEvaluation, file: Path | None) -> Iterator[str]:
    from backwright.evaluating.routing.page import COLUMNS, share

    own = next(iter(found.methods.values()))
    extent = f"{own.positives} prompts with a skill, {own.negatives} with none, {own.near} near misses"
    yield f"{found.skills} skills; {extent}"
    yield f"milliseconds a prompt: median {own.median:.2f}, 99 of 100 below {own.slowest:.2f}"
    yield ""
    width = max(len(title) for _, title in COLUMNS)
    yield f"{'':<{width}}" + "".join(f"{name:>16}" for name in found.methods)
    for field, title in COLUMNS:
        cells = [share(getattr(row, field)) for row in found.methods.values()]
        if any(cell != "-" for cell in cells):
            yield f"{title:<{width}}" + "".join(f"{cell:>16}" for cell in cells)
    if found.validation is not None:
        yield from _fold_lines(found.validation)
    yield ""
    for one in found.misses:
        expected = f"not {', '.join(one.label.wrong)}" if one.label.wrong else ", ".join(one.label.expected) or "none"
        yield f"{one.label.id}: {one.tier} {', '.join(one.shown) or '-'}; expected {expected} | {one.label.prompt[:80]}"
    if file is not None:
        yield f"page: {file}"
