"""A template's news and a user's edits in one file: both survive, or neither is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.catalog.version import Version
from backwright.errors import PlanConflictError
from backwright.scaffold import engine
from backwright.scaffold.follow import follow, known_of
from backwright.scaffold.merge import merge, pack_base, unpack_base
from backwright.scaffold.plan import Plan
from backwright.scaffold.record import Known
from backwright.scaffold.template import Template, load_template
from tests.scaffold._projects import HOST, SMALL, TEMPLATE, tree, write

BASE = "import a\n\n\ndef one():\n    return 1\n\n\ndef two():\n    return 2\n"
MINE = BASE.replace("return 1", "return 11")
NEWS = BASE.replace("return 2", "return 22")
BOTH = MINE.replace("return 2", "return 22")
CLASH = BASE.replace("return 1", "return 0")
MODEL = "src/shop/models/note.py"


@pytest.mark.parametrize(
    ("before", "wanted", "known", "kind", "after"),
    [
        (None, BASE, Known(), "create", BASE),
        (None, BASE, known_of(BASE), "keep", None),
        (BASE, BASE, Known(), "unchanged", BASE),
        (MINE, BASE, Known(), "conflict", None),
        (BASE, NEWS, known_of(BASE), "update", NEWS),
        (MINE, BASE, known_of(BASE), "keep", None),
        (MINE, NEWS, known_of(BASE), "merge", BOTH),
        (MINE.replace("\n", "\r\n"), NEWS, known_of(BASE), "merge", BOTH.replace("\n", "\r\n")),
        (BOTH, NEWS, known_of(BASE), "keep", None),
        (MINE, CLASH, known_of(BASE), "conflict", None),
        (MINE, NEWS, Known(known_of(BASE).digest), "conflict", None),
        (MINE, NEWS, Known(known_of(BASE).digest, "no base"), "conflict", None),
        (MINE, NEWS, Known(known_of(BASE).digest, pack_base(NEWS)), "conflict", None),
    ],
    ids=[
        "new",
        "deleted",
        "as-it-is",
        "not-ours",
        "not-edited",
        "nothing-new",
        "both",
        "windows",
        "has-it",
        "same-place",
        "no-base",
        "damaged-base",
        "other-base",
    ],
)
def test_a_file_follows_its_template_and_keeps_what_its_user_wrote(
    before: str | None, wanted: str, known: Known, kind: str, after: str | None
) -> None:
    step = follow("a.py", before, wanted, known)
    assert (step.kind, step.after) == (kind, after)


def test_a_conflict_is_shown_with_its_base_and_is_written_only_when_asked_for() -> None:
    step = follow("a.py", MINE, CLASH, known_of(BASE))
    assert step.clash is not None
    assert "<<<<<<< yours\n    return 11\n||||||| as it was generated\n    return 1\n" in step.clash
    assert "=======\n    return 0\n>>>>>>> as it would be generated now\n" in step.clash
    marked = follow("a.py", MINE, CLASH, known_of(BASE), mark=True)
    assert (marked.kind, marked.after) == ("merge", step.clash)
    # What is known of the file moves on only with what was written.
    assert (step.known, marked.known) == (known_of(BASE), known_of(CLASH))


def test_two_sound_edits_that_give_no_python_together_are_a_conflict() -> None:
    base = "x = [\n    1,\n]\n\na = 1\nb = 2\nc = 3\n\ny = 2\n"
    mine = base.replace("x = [\n    1,\n]\n", "if True:\n    x = 1\n")
    wanted = base.replace("y = 2\n", "else_ = 1\ny = 2\n")
    assert follow("a.py", mine, wanted, known_of(base)).kind == "merge"
    broken = follow("a.py", mine.replace("x = 1", "x = ("), wanted, known_of(base))
    assert (broken.kind, broken.after) == ("conflict", None)
    assert follow("a.txt", mine.replace("x = 1", "x = ("), wanted, known_of(base)).kind == "merge"


def test_without_git_both_changes_are_a_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    step = follow("a.py", MINE, NEWS, known_of(BASE))
    assert (step.kind, "no git" in step.reason) == ("conflict", True)


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_a_base_comes_back_as_it_was(text: str) -> None:
    assert unpack_base(pack_base(text)) == text


@given(st.text(max_size=100))
def test_any_text_in_the_place_of_a_base_is_a_base_or_none(text: str) -> None:
    found = unpack_base(text)
    assert found is None or unpack_base(pack_base(found)) == found


LINES = st.lists(st.sampled_from(["a", "b", "c", "d", ""]), max_size=6).map(
    lambda rows: "".join(f"{r}\n" for r in rows)
)


@given(base=LINES, other=LINES)
def test_an_edit_of_one_side_alone_always_wins(base: str, other: str) -> None:
    for mine, theirs in ((other, base), (base, other)):
        merged = merge(mine, base, theirs)
        assert merged is not None
        assert (merged.text, merged.conflicts) == (other, 0)


def plan(root: Path, template: Path, *, mark: bool = False) -> Plan:
    return engine.plan_endpoint(root, template, SMALL, mark=mark)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    engine.apply(plan(root, TEMPLATE), root)
    return root


@pytest.fixture
def next_template(tmp_path: Path) -> Path:
    """The same template, one version on: another sentence in the model's and in a platform file's docstring."""
    template = tmp_path / "next"
    shutil.copytree(TEMPLATE, template)
    manifest = template / "template.yaml"
    text = manifest.read_text(encoding="utf-8")
    version = text.partition("version: ")[2].partition("\n")[0]
    major, _, rest = version.partition(".")
    manifest.write_text(text.replace(f"version: {version}", f"version: {major}.{int(rest[0]) + 1}.0", 1))
    for name in ("resource/model.py.j2", "platform/app/base.py.j2"):
        source = template / "files" / name
        old = source.read_text(encoding="utf-8")
        assert old.startswith('"""')
        source.write_text(old.replace('"""', '"""Renewed. ', 1), encoding="utf-8")
    return template


def test_a_later_template_reaches_edited_files_and_the_edits_stay(root: Path, next_template: Path) -> None:
    edited = (root / MODEL).read_text(encoding="utf-8") + "\n\nMINE = 1\n"
    (root / MODEL).write_text(edited, encoding="utf-8")
    made = plan(root, next_template)
    kinds = {action.path: action.kind for action in made.actions}
    assert (kinds[MODEL], kinds["src/shop/db/base.py"]) == ("merge", "update")
    engine.apply(made, root)
    text = (root / MODEL).read_text(encoding="utf-8")
    assert text.startswith('"""Renewed. ')
    assert text.endswith("\n\nMINE = 1\n")
    assert plan(root, next_template).writes == ()


def test_an_edit_of_the_line_that_the_template_changed_is_reported_and_nothing_is_written(
    root: Path, next_template: Path
) -> None:
    text = (root / MODEL).read_text(encoding="utf-8")
    (root / MODEL).write_text(text.replace('"""', '"""Mine. ', 1), encoding="utf-8")
    before = tree(root)
    made = plan(root, next_template)
    (conflict,) = made.conflicts
    assert conflict.path == MODEL
    assert conflict.clashes().startswith('<<<<<<< yours\n"""Mine. ')
    with pytest.raises(PlanConflictError, match="note"):
        engine.apply(made, root)
    assert tree(root) == before
    engine.apply(plan(root, next_template, mark=True), root)
    assert (root / MODEL).read_text(encoding="utf-8").startswith('<<<<<<< yours\n"""Mine. ')


RELEASES = Path(__file__).parents[2] / "skills" / ".releases"
TEMPLATES = sorted(RELEASES.parent.glob("*/assets/*/template.yaml"))
SHARED = {"own": "src/shop/db/session.py", "host": "app/resource_kit/http.py"}


@pytest.mark.parametrize("kind", SHARED)
def test_a_platform_of_an_earlier_release_receives_what_changed_since_and_its_edits_stay(
    kind: str, tmp_path: Path
) -> None:
    earlier = RELEASES / "fastapi-endpoint" / "1.4.1" / "assets" / "fastapi-sqlalchemy"
    root = write(tmp_path / "shop", HOST if kind == "host" else {"README.md": ""})
    engine.apply(plan(root, earlier), root)
    shared = root / SHARED[kind]
    first = shared.read_text(encoding="utf-8")
    shared.write_text(first + "\n\nMINE = 1\n", encoding="utf-8")
    made = plan(root, TEMPLATE)
    assert {action.path: action.kind for action in made.actions}[SHARED[kind]] == "merge"
    engine.apply(made, root)
    text = shared.read_text(encoding="utf-8")
    assert text.endswith("\n\nMINE = 1\n")
    assert text.removesuffix("\n\nMINE = 1\n") != first
    assert plan(root, TEMPLATE).writes == ()


@pytest.mark.parametrize(
    "template", sorted(RELEASES.parent.glob("*/assets/*/template.yaml")), ids=lambda p: p.parent.name
)
def test_a_template_has_another_version_than_the_release_whose_shared_files_were_others(template: Path) -> None:
    head, place = load_template(template.parent), template.parent.relative_to(RELEASES.parent)
    skill, *below = place.parts
    releases = sorted((RELEASES / skill).iterdir(), key=lambda path: Version.parse(path.name), reverse=True)
    earlier = [load_template(folder) for each in releases if (folder := each.joinpath(*below)).is_dir()]
    other = next((each for each in earlier if shared_by(each) != shared_by(head)), None)
    assert other is None or other.id != head.id


def shared_by(template: Template) -> dict[str, str]:
    """What every resource of a project shares: it follows a template only to another version of it."""
    files = [file for file in template.manifest.files if file.owner in {"platform", "tables"}]
    return {file.source: template.sources[file.source] for file in files}
