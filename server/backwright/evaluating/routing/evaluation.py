"""One evaluation of a router: its figures beside those of plain methods, and where it goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from backwright.evaluating.routing.descriptions import Alike, alike, cut_short
from backwright.evaluating.routing.figures import Bin, Figures, by, calibration, confusion, figures
from backwright.evaluating.routing.folds import Validation, cross_validate
from backwright.evaluating.routing.labels import Label
from backwright.evaluating.routing.methods import Method, Verdict, ours, plain
from backwright.routing.rooms import Rooms
from backwright.routing.router import Bodies
from backwright.routing.thresholds import Thresholds
from backwright.routing.trigger import SkillTerms


@dataclass(frozen=True, slots=True)
class RoutingEvaluation:
    """What there is to say of a router over some labels.

    Args:
        skills: how many it chooses from.
        methods: the figures of each method, ours first; where labels carry what a caller sends along, ours for the
            prompts alone as well.
        validation: the figures with thresholds that were chosen on other labels; None where it was not asked for.
        categories: ours, by the category of the labels.
        languages: ours, by their language.
        confused: how often one was shown where another was expected.
        bins: how often the first skill is right, by its score.
        alike: descriptions that share words.
        cuts: the figures of names and descriptions alone, by the characters kept of a description.
        misses: our verdicts that someone should look at.
    """

    skills: int
    methods: Mapping[str, Figures]
    validation: Validation | None
    categories: Mapping[str, Figures]
    languages: Mapping[str, Figures]
    confused: Mapping[tuple[str, str], int]
    bins: tuple[Bin, ...]
    alike: tuple[Alike, ...]
    cuts: Mapping[int, Figures]
    misses: tuple[Verdict, ...]


def evaluate_routing(
    terms: Sequence[SkillTerms],
    labels: Sequence[Label],
    resolve: Callable[[str], str | None] = lambda _: None,
    *,
    bodies: Bodies = lambda _: (),
    folds: int = 0,
) -> RoutingEvaluation:
    """Route every label, and look at what came out.

    Args:
        terms: the skills to choose from.
        labels: the prompts.
        resolve: the version that answers `name@range`.
        bodies: the words of a skill's instructions, by its name.
        folds: into how many parts the labels are dealt to cross-validate the thresholds; 0 for not at all.

    Raises:
        InvalidInputError: as `cross_validate`.
    """
    rooms = Rooms(terms, bodies=bodies)
    own = ours(rooms, resolve)
    verdicts = own.verdicts(labels)
    alone = {}
    if any(label.accompanied for label in labels):
        alone["prompt alone"] = figures(own.verdicts([label.alone() for label in labels]))

    def deciding(at: Thresholds) -> Method:
        return ours(Rooms(terms, rooms.profiles, bodies, at), resolve)

    rest = {method.name: figures(method.verdicts(labels)) for method in plain(terms)}
    return RoutingEvaluation(
        skills=len(terms),
        methods={own.name: figures(verdicts), **alone, **rest},
        validation=cross_validate(labels, folds, deciding) if folds else None,
        categories=by(verdicts, lambda one: one.label.category or "-"),
        languages=by(verdicts, lambda one: one.label.language or "-"),
        confused=confusion(verdicts),
        bins=calibration(verdicts),
        alike=alike(terms),
        cuts=cut_short(terms, labels),
        misses=tuple(one for one in verdicts if missed(one)),
    )


def missed(one: Verdict) -> bool:
    """Whether someone should look at a verdict: a wrong one, or none where a skill was right."""
    if one.label.wrong:
        return not set(one.label.wrong).isdisjoint(one.shown)
    if one.label.right:
        return one.shown[:1] == () or one.shown[0] not in one.label.right
    return bool(one.shown)
