"""The composition root: its answers are those of one snapshot."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.app import App
from backwright.catalog.manifest import MANIFEST, update
from backwright.catalog.release import plan_release, write_release
from backwright.contexts.context import LOCAL, Address
from backwright.contexts.schemas.endpoint_v1 import EndpointContextV1
from backwright.contexts.schemas.review_v2 import ReviewContextV2
from backwright.errors import IntegrityError, InvalidInputError, TemplateNotFoundError
from backwright.settings import Settings
from tests.catalog._packs import write_pack, write_skill


def test_the_manifest_is_that_of_the_snapshot_and_not_of_the_disk(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    app = App(Settings(pack=pack))
    assert [skill.name for skill in app.catalog.skills] == ["one"]
    before = (pack / MANIFEST).read_bytes()
    write_pack(pack, "two")
    assert app.manifest() == before
    assert App(Settings(pack=pack)).manifest() == (pack / MANIFEST).read_bytes() != before


def test_a_pack_without_a_manifest_has_an_empty_one(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    (pack / MANIFEST).unlink()
    assert App(Settings(pack=pack)).manifest() == b""


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A pack with fastapi-endpoint 1.0.0 and 1.1.0, whose templates and checklists differ."""
    pack = tmp_path / "pack"
    for version, level in (("1.0.0", None), ("1.1.0", "minor")):
        files = {
            "assets/fastapi-sqlalchemy/template.yaml": f"# {version}\n",
            "checklist.yaml": f"items:\n  - {{id: item, text: As of {version}., rules: [BW101]}}\n",
        }
        if level is None:
            write_skill(pack / "skills", "fastapi-endpoint", files=files)
            assert update(pack).problems == ()
        else:
            for path, text in files.items():
                (pack / "skills/fastapi-endpoint" / path).write_text(text, encoding="utf-8")
        write_release(plan_release(pack, "fastapi-endpoint", level, "Changed."))  # type: ignore[arg-type]  # mypy widens the literals
    return pack


def app_with(pack: Path, root: Path, pin: str | None, more: str = "") -> App:
    root.mkdir(exist_ok=True)
    text = more + ("" if pin is None else f'skills:\n  fastapi-endpoint: "{pin}"\n')
    (root / "backwright.yaml").write_text(text, encoding="utf-8")
    return App(Settings(root=root, pack=pack))


@pytest.mark.parametrize(
    ("pin", "version", "folder"),
    [
        (None, "1.1.0", "skills/fastapi-endpoint"),
        ("~1.0", "1.0.0", "skills/.releases/fastapi-endpoint/1.0.0"),
        ("^1", "1.1.0", "skills/.releases/fastapi-endpoint/1.1.0"),
    ],
)
def test_a_review_and_a_scaffold_work_by_the_version_that_the_project_pins(
    pin: str | None, version: str, folder: str, released: Path, tmp_path: Path
) -> None:
    app = app_with(released, tmp_path / "root", pin)
    report = app.reviewing.review(ReviewContextV2(diff="--- /dev/null\n+++ b/app.py\n@@ -0,0 +1 @@\n+x = 1\n"))
    assert [(item.version, item.text) for item in report.checklist] == [(version, f"As of {version}.")]
    template = app.scaffolding._template("fastapi-endpoint", "fastapi-sqlalchemy")
    assert template == released / folder / "assets/fastapi-sqlalchemy"
    assert (template / "template.yaml").read_text(encoding="utf-8") == f"# {version}\n"


@pytest.mark.parametrize(
    ("path", "more", "versions"),
    [
        ("backwright.yaml", "", ["1.1.0"]),
        ("app.py", "", ["1.0.0"]),
        ("backwright.yaml", "scope: {fastapi-endpoint: blocked}\n", ["1.1.0"]),
        ("app.py", "scope: {fastapi-endpoint: blocked}\n", []),
    ],
)
def test_a_change_chooses_neither_the_checklist_that_it_is_judged_by_nor_its_version(
    path: str, more: str, versions: list[str], released: Path, tmp_path: Path
) -> None:
    app = app_with(released, tmp_path / "root", "~1.0", more)
    report = app.reviewing.review(ReviewContextV2(diff=f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+x = 1\n"))
    assert [status.version for status in report.checklist] == versions


TEMPLATE = "assets/fastapi-sqlalchemy"


@pytest.mark.parametrize("pin", [None, "~1.0"])
@pytest.mark.parametrize(
    ("how", "path", "said"),
    [
        ("tampered", f"{TEMPLATE}/template.yaml", "sha256"),
        ("tampered", "references/more.md", "sha256"),
        ("extra", f"{TEMPLATE}/files/extra.py.j2", "the manifest does not pin it"),
        ("missing", f"{TEMPLATE}/template.yaml", "the manifest pins it, but it is not there"),
        ("linked", f"{TEMPLATE}/template.yaml", "it is a link"),
    ],
)
def test_a_scaffold_of_a_template_that_is_not_what_was_checked_is_refused_by_the_files_name(
    how: str, path: str, said: str, pin: str | None, released: Path, tmp_path: Path
) -> None:
    app = app_with(released, tmp_path / "root", pin)
    target = app.scaffolding._template("fastapi-endpoint", "fastapi-sqlalchemy").parents[1] / path
    if how == "missing":
        target.unlink()
    elif how == "linked":
        target.rename(tmp_path / "aside")
        target.symlink_to(tmp_path / "aside")
    else:
        target.parent.mkdir(exist_ok=True)
        target.write_text("# other\n", encoding="utf-8")
    context = EndpointContextV1.model_validate({"resource": "invoice", "fields": [{"name": "number", "type": "str"}]})
    for work in (app.scaffolding.plan, app.scaffolding.apply):
        with pytest.raises(IntegrityError) as refused:
            work(context)
        assert target.relative_to(released).as_posix() in refused.value.message
        assert said in refused.value.message
    assert sorted(each.name for each in (tmp_path / "root").iterdir()) == ["backwright.yaml"]


def test_a_version_that_has_no_such_template_says_so(released: Path, tmp_path: Path) -> None:
    app = app_with(released, tmp_path / "root", "~1.0")
    with pytest.raises(TemplateNotFoundError, match=r"fastapi-endpoint 1\.0\.0 has no template 'other'"):
        app.scaffolding._template("fastapi-endpoint", "other")


def test_a_retired_skill_is_had_by_name_and_never_by_its_words(released: Path, tmp_path: Path) -> None:
    folder = released / "skills/fastapi-endpoint"
    folder.rename(tmp_path / "gone")
    assert update(released).problems == ()
    app = App(Settings(pack=released))
    named = app.use_skill("Do it.", name="fastapi-endpoint@^1")
    assert (named.decision, named.version) == ("explicit", "1.1.0")
    assert "retired" in named.reason
    assert app.use_skill("first word and second word").decision == "none"


def test_a_skill_in_development_is_briefed_from_its_head_and_not_from_the_release_of_its_version(
    released: Path,
) -> None:
    path = released / "skills/fastapi-endpoint/SKILL.md"
    path.write_text(path.read_text(encoding="utf-8") + "In the works.\n", encoding="utf-8")
    app = App(Settings(pack=released, allow_unlocked=True))
    assert "In the works." in str(app.use_skill("Do it.", name="fastapi-endpoint").body)
    assert "In the works." not in str(app.use_skill("Do it.", name="fastapi-endpoint@1.1.0").body)


@pytest.mark.parametrize(
    ("environment", "database"),
    [
        ({"BACKWRIGHT_DATABASE_URL": "postgresql://x@h/d"}, "postgresql://x@h/d"),
        ({"BACKWRIGHT_DATA": "/d"}, "sqlite:////d/contexts.db"),
        ({"XDG_DATA_HOME": "/x"}, "sqlite:////x/backwright/contexts.db"),
        ({}, f"sqlite:///{Path.home() / '.local/share/backwright/contexts.db'}"),
    ],
)
def test_the_environment_says_where_contexts_are_kept(environment: dict[str, str], database: str) -> None:
    assert Settings.from_environment(environment).database == database


@pytest.mark.parametrize(
    ("environment", "limits"),
    [
        ({}, (600, 60)),
        ({"BACKWRIGHT_WRITES_PER_MINUTE": " 5 ", "BACKWRIGHT_SCHEMAS_PER_MINUTE": ""}, (5, 60)),
        ({"BACKWRIGHT_WRITES_PER_MINUTE": "0", "BACKWRIGHT_SCHEMAS_PER_MINUTE": "7"}, (0, 7)),
    ],
)
def test_the_environment_says_how_much_may_be_written(environment: dict[str, str], limits: tuple[int, int]) -> None:
    settings = Settings.from_environment(environment)
    assert (settings.writes, settings.schemas) == limits


@pytest.mark.parametrize("text", ["-1", "many", "1.5", "1" * 10, "²"])
def test_a_limit_that_is_no_number_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(InvalidInputError, match="BACKWRIGHT_WRITES_PER_MINUTE"):
        Settings.from_environment({"BACKWRIGHT_WRITES_PER_MINUTE": text})


def test_contexts_are_opened_once_and_closed_with_the_app(tmp_path: Path) -> None:
    app = App(Settings(database=f"sqlite:///{tmp_path / 'contexts.db'}"))
    contexts = app.contexts
    contexts.put(LOCAL, Address("a", "b"), {"framework": "flask"}, type="project")
    assert app.contexts is contexts
    app.close()
    assert app.contexts.get(LOCAL, Address("a", "b")).version == 1
    app.close()


def test_an_app_without_a_store_says_how_to_name_one() -> None:
    with pytest.raises(InvalidInputError, match="keeps no contexts") as refused:
        _ = App(Settings()).contexts
    assert "BACKWRIGHT_DATABASE_URL" in refused.value.hint


def test_what_a_project_pins_is_shown_first_then_what_is_for_its_framework(tmp_path: Path) -> None:
    app = App(Settings(root=tmp_path, allow_unlocked=True))
    plain = [skill.name for skill in app.shown]
    assert plain == sorted(plain)
    (tmp_path / "backwright.yaml").write_text('framework: flask\nskills: {testing-pytest: "^1"}\n', encoding="utf-8")
    assert [skill.name for skill in app.shown][:3] == ["testing-pytest", "flask-django", "async-concurrency"]
    assert {skill.name for skill in app.shown} == set(plain)
