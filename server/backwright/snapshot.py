"""One catalog and all that is derived from it, so that nothing derived from one is ever used with another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, cast

from backwright.catalog.catalog import Catalog
from backwright.catalog.library import Library, Swap
from backwright.errors import IntegrityError

if TYPE_CHECKING:
    from backwright.catalog.choice import Offer
    from backwright.catalog.skill import Skill
    from backwright.routing.briefing import Candidate, SkillText
    from backwright.routing.rooms import Rooms
    from backwright.routing.trigger import Profile, Room, SkillTerms

Derived = TypeVar("Derived")

# Whose snapshot, and which: one variable for all, because each one that is made is kept for ever.
_PINNED: ContextVar[tuple[Snapshots, Snapshot] | None] = ContextVar("pinned", default=None)


class Snapshot:
    """Immutable to whoever reads it: what is derived is derived on first use, and always the same.

    Args:
        catalog: what is served.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._texts: dict[tuple[str, str], SkillText] = {}  # by name and digest
        self._derived: dict[object, object] = {}
        self._profiles: Mapping[str, Profile] = {}
        self._bodies: dict[str, Collection[str]] = {}  # by digest

    @cached_property
    def router(self) -> Rooms:
        """The router over the catalog's head versions."""
        from backwright.routing.rooms import Rooms

        terms = (terms_of(skill, quiet=skill.name in self.catalog.quiet) for skill in self.catalog.skills)
        return Rooms(terms, self._profiles, self.body_words)

    def body_words(self, name: str) -> Collection[str]:
        """The words of a skill's instructions and references; none where they cannot be read."""
        from backwright.routing.prose import prose_words

        skill = self.heads[name]
        found = self._bodies.get(skill.digest)
        if found is None:
            try:
                texts = [file.data.decode("utf-8", "replace") for file in skill.served if _is_prose(file.path)]
            except IntegrityError:
                return ()
            found = self._bodies[skill.digest] = prose_words(texts)
        return found

    @cached_property
    def heads(self) -> Mapping[str, Skill]:
        """The head versions, by name."""
        return {skill.name: skill for skill in self.catalog.skills}

    @cached_property
    def shown(self) -> tuple[Skill, ...]:
        """The head versions that are put before a model or a user unasked: no quiet ones, none of packages."""
        catalog = self.catalog
        return tuple(skill for skill in catalog.skills if skill.package is None and skill.name not in catalog.quiet)

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """The shown skills as a briefing offers them."""
        from backwright.routing.briefing import Candidate

        return tuple(Candidate(skill=s.name, version=s.version, summary=s.description) for s in self.shown)

    def offered(self, offers: Mapping[str, Offer]) -> tuple[Candidate, ...]:
        """The candidates in a project that pins some of them."""
        if not offers:
            return self.candidates
        return tuple(
            each
            if (offer := offers.get(each.skill)) is None
            else each.model_copy(update={"version": offer.version, "summary": offer.description or each.summary})
            for each in self.candidates
        )

    def text_of(self, skill: Skill) -> SkillText:
        """A skill of the catalog as a briefing needs it."""
        found = self._texts.get((skill.name, skill.digest))
        if found is None:
            found = self._texts[skill.name, skill.digest] = _text(skill)
        return found

    def derived(self, derive: Callable[[Catalog], Derived]) -> Derived:
        """What a function makes of the catalog, made once; the function is the key, so it must not be a new one."""
        found = self._derived.get(derive)
        if found is None:
            found = self._derived[derive] = derive(self.catalog)
        return cast("Derived", found)

    def derive_as(self, other: Snapshot) -> None:
        """Derive all that has been derived from another snapshot."""
        for derive in tuple(other._derived):
            self.derived(cast("Callable[[Catalog], object]", derive))
        digests = {skill.digest for skill in self.catalog.skills}
        self._bodies.update((digest, found) for digest, found in other._bodies.items() if digest in digests)
        if "router" in vars(other):
            self._profiles = other.router.profiles
            _ = self.router
            self._profiles = {}


class Snapshots:
    """The snapshot of a library's catalog: the latest, or the one that a request is pinned to.

    Args:
        library: what loads the catalogs.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self._latest: Snapshot | None = None
        self._prepared: Snapshot | None = None

    @property
    def current(self) -> Snapshot:
        """The latest, or what the request that is being answered began with."""
        owner, pinned = _PINNED.get() or (None, None)
        return self.latest() if owner is not self or pinned is None else pinned

    def latest(self) -> Snapshot:
        """What a request that comes now is answered from."""
        catalog, latest = self.library.current, self._latest
        if latest is None or latest.catalog is not catalog:
            prepared = self._prepared
            fits = prepared is not None and prepared.catalog is catalog
            self._latest = latest = prepared if prepared is not None and fits else Snapshot(catalog)
        return latest

    @contextmanager
    def pinned(self) -> Iterator[Snapshot]:
        """Answer one request from one snapshot, whatever is loaded meanwhile, also in the threads it starts."""
        snapshot = self.latest()
        token = _PINNED.set((self, snapshot))
        try:
            yield snapshot
        finally:
            _PINNED.reset(token)

    def reload(self) -> Swap | None:
        """Look at the disk again and serve what it holds; None where there is nothing new.

        What was derived from the last snapshot is derived from the next before it is served, so no reader waits.
        """
        return self.library.reload(self._prepare)

    def settle(self) -> Swap | None:
        """See `Library.settle`; what was derived is derived again, as for a reload."""
        return self.library.settle(self._prepare)

    def _prepare(self, catalog: Catalog) -> None:
        self._prepared = Snapshot(catalog)
        self._prepared.derive_as(self.latest())


def _text(skill: Skill) -> SkillText:
    from backwright.routing.briefing import FileEntry, SkillText, listed

    return SkillText(
        name=skill.name,
        version=skill.version,
        body=skill.body,
        files=listed(FileEntry(path=file.path, size=file.size) for file in skill.served),
        checklist_items=len(skill.checklist),
    )


def in_order(skills: Iterable[Skill], wants: Sequence[str]) -> tuple[Skill, ...]:
    """Skills as they are put before a model: those first that are wanted, by name or by what they need."""

    def place(skill: Skill) -> int:
        names = (skill.name, skill.own_name)
        about = {*skill.own_name.split("-"), *skill.keywords}
        return next((at for at, want in enumerate(wants) if want in names or want in about), len(wants))

    return tuple(sorted(skills, key=place))


def _is_prose(path: str) -> bool:
    return path == "SKILL.md" or (path.startswith("references/") and path.endswith(".md"))


def terms_of(skill: Skill, *, quiet: bool) -> SkillTerms:
    """What routing needs to know of a skill."""
    from backwright.routing.trigger import SkillTerms

    triggers = skill.triggers
    room: Room = "quiet" if quiet else "own" if skill.package is None else "guest"
    # Nobody says `lib/typer/typer`; what is said is the package's name and the skill's.
    spoken = () if skill.package is None else tuple({skill.own_name, skill.package.partition(" ")[0]})
    return SkillTerms(
        name=skill.name,
        version=skill.version,
        description=skill.description,
        strong=(*skill.keywords, *triggers.strong, *spoken),
        weak=triggers.weak,
        aliases=triggers.aliases,
        negative=triggers.not_,
        all_of=triggers.all_of,
        signs=triggers.signs,
        umbrella=triggers.umbrella,
        room=room,
    )
