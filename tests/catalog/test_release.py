"""Releases: the head at a version, copied whole or not at all, and never changed again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backwright.catalog.catalog import load_catalog
from backwright.catalog.manifest import MANIFEST, check, read, update
from backwright.catalog.problem import Code
from backwright.catalog.release import plan_release, set_version, write_release
from backwright.catalog.version import Level
from backwright.errors import InvalidInputError, ReleaseRefusedError, SkillNotFoundError, VersionNotFoundError
from tests.catalog._packs import front, skill_md, write_pack, write_skill


def release(pack: Path, level: Level | None = None, message: str | None = "Changed.", name: str = "one") -> str:
    plan = plan_release(pack, name, level, message)
    write_release(plan)
    return plan.release.version


def edit(pack: Path, text: str = "Better.\n", name: str = "one") -> None:
    (pack / "skills" / name / "references/more.md").write_text(text, encoding="utf-8")


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_first_release_is_the_head_byte_for_byte_and_is_served_beside_it(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "two")
    assert release(pack, message="First.") == "1.0.0"
    assert tree(pack / "skills/.releases/one/1.0.0") == tree(pack / "skills/one")
    assert check(pack) == ()
    catalog = load_catalog(pack, strict=True)
    assert catalog.get("one@1.0.0").released
    assert catalog.get("one@1.0.0").digest == catalog.get("one").digest
    assert catalog.get("one@1.0.0").uri() == "skill://v1.0.0/one/SKILL.md"


def test_a_release_has_no_evals_and_an_edit_of_them_needs_none(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    task = pack / "skills/one/evals/double/task.yaml"
    task.parent.mkdir(parents=True)
    task.write_text("title: Double\n", encoding="utf-8")
    release(pack, message="First.")
    assert "evals/double/task.yaml" in tree(pack / "skills/one")
    assert not [path for path in tree(pack / "skills/.releases/one/1.0.0") if path.startswith("evals/")]
    assert check(pack) == ()
    catalog = load_catalog(pack, strict=True)
    assert catalog.get("one@1.0.0").served_digest == catalog.get("one").served_digest
    assert catalog.get("one@1.0.0").digest != catalog.get("one").digest
    task.write_text("title: Triple\n", encoding="utf-8")
    assert [problem.path for problem in check(pack)] == ["skills/one/evals/double/task.yaml"]
    with pytest.raises(ReleaseRefusedError, match="has not changed since") as refused:
        plan_release(pack, "one", "patch", "Again.")
    assert "manifest write" in (refused.value.hint or "")
    assert update(pack).problems == ()
    assert check(pack) == ()
    edit(pack)
    plan = plan_release(pack, "one", "patch", "More.")
    assert plan.changed == ("CHANGELOG.md", "SKILL.md", "references/more.md")


def test_a_release_that_has_evals_from_before_stays_as_it_is(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    old = pack / "skills/.releases/one/0.9.0"
    write_skill(pack / "skills", "one", version="0.9.0")
    old.parent.mkdir(parents=True)
    (pack / "skills/one").rename(old)
    (old / "evals").mkdir()
    (old / "evals/notes.txt").write_text("answers\n", encoding="utf-8")
    write_skill(pack / "skills", "one", version="0.9.0")
    assert update(pack).problems == ()
    edit(pack)
    release(pack, "minor")
    assert (old / "evals/notes.txt").exists()
    assert check(pack) == ()


@pytest.mark.parametrize(("level", "version"), [("patch", "1.0.1"), ("minor", "1.1.0"), ("major", "2.0.0")])
def test_a_second_release_bumps_the_head_first_and_copies_it_then(level: Level, version: str, tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    release(pack, message="First.")
    before = tree(pack / "skills/.releases/one/1.0.0")
    edit(pack)
    assert release(pack, level, "Say more.") == version
    assert tree(pack / f"skills/.releases/one/{version}") == tree(pack / "skills/one")
    assert tree(pack / "skills/.releases/one/1.0.0") == before
    log = (pack / "skills/one/CHANGELOG.md").read_text(encoding="utf-8")
    assert log == f"# Changelog of one\n\n## {version}\n\nSay more.\n\n## 1.0.0\n\nFirst.\n"
    catalog = load_catalog(pack, strict=True)
    assert catalog.versions("one") == (version, "1.0.0")
    assert catalog.read("one@1.0.0", "references/more.md") == b"More about one.\n"
    assert catalog.read(f"one@{version}", "references/more.md") == b"Better.\n"
    assert check(pack) == ()


def test_the_version_of_the_head_is_released_where_no_level_is_given(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    release(pack)
    write_skill(pack / "skills", "one", version="3.0.0-rc.1")
    edit(pack)
    assert release(pack) == "3.0.0-rc.1"
    edit(pack, "Again.\n")
    assert release(pack, "major") == "3.0.0"


def test_only_the_pins_of_the_released_skill_change(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "two")
    edit(pack, name="two")
    before = read(pack)
    release(pack)
    after = read(pack)
    assert after.skills["two"] == before.skills["two"]
    assert after.skills["one"] == after.releases["one"]["1.0.0"]
    assert [(problem.code, problem.path) for problem in check(pack)] == [
        (Code.DIGEST_MISMATCH, "skills/two/references/more.md")
    ]


def test_planning_writes_nothing(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    before = tree(pack)
    plan = plan_release(pack, "one", "minor", "Say more.")
    assert (plan.release.version, plan.previous, plan.entry) == ("1.1.0", None, "Say more.")
    assert tree(pack) == before


def test_the_plan_names_what_differs_from_the_last_release(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    release(pack)
    edit(pack)
    (pack / "skills/one/assets").mkdir()
    (pack / "skills/one/assets/new.txt").write_bytes(b"new")
    plan = plan_release(pack, "one", "patch", "More.")
    assert plan.changed == ("CHANGELOG.md", "SKILL.md", "assets/new.txt", "references/more.md")


@pytest.mark.parametrize("raised", [False, True])
def test_an_empty_change_is_refused_whatever_the_version_says(raised: bool, tmp_path: Path) -> None:  # noqa: FBT001  a parameter of the test
    pack = write_pack(tmp_path, "one")
    release(pack)
    if raised:
        skill = pack / "skills/one/SKILL.md"
        skill.write_text(skill.read_text(encoding="utf-8").replace("1.0.0", "1.5.0"), encoding="utf-8")
    before = tree(pack)
    with pytest.raises(ReleaseRefusedError, match=r"one has not changed since 1\.0\.0"):
        release(pack, None if raised else "minor")
    assert tree(pack) == before


@pytest.mark.parametrize(
    ("level", "message", "error"),
    [
        (None, "Again.", r"one 1\.0\.0 is released already"),
        ("minor", None, r"one 1\.1\.0 has no changelog entry"),
        ("minor", "## 2.0.0", "a line of the message is a heading"),
    ],
)
def test_a_release_that_would_say_nothing_or_not_rise_is_refused(
    level: Level | None, message: str | None, error: str, tmp_path: Path
) -> None:
    pack = write_pack(tmp_path, "one")
    release(pack)
    edit(pack)
    before = tree(pack)
    with pytest.raises(InvalidInputError, match=error):
        release(pack, level, message)
    assert tree(pack) == before


def test_a_level_below_the_version_that_the_head_has_already_is_refused(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    release(pack)
    write_skill(pack / "skills", "one", version="2.0.0")
    edit(pack)
    with pytest.raises(InvalidInputError, match=r"a minor release would be 1\.1\.0, but the head says 2\.0\.0"):
        release(pack, "minor")
    assert release(pack, "major") == "2.0.0"


def test_an_unknown_skill_is_answered_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(SkillNotFoundError, match="'three'") as refused:
        release(write_pack(tmp_path, "one", "two"), name="three")
    assert refused.value.hint == "the skills are one, two"


@pytest.mark.parametrize("spoil", ["edited", "unpinned", "unsound head", "left over", "link", "bad manifest"])
def test_nothing_is_released_onto_what_is_not_sound(spoil: str, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", "one")
    release(pack)
    edit(pack)
    old = pack / "skills/.releases/one/1.0.0"
    if spoil == "edited":
        (old / "references/more.md").write_bytes(b"history")
    elif spoil == "unpinned":
        (pack / MANIFEST).write_bytes(b"format: 1\nskills: {}\n")
    elif spoil == "unsound head":
        (pack / "skills/one/SKILL.md").write_bytes(b"no frontmatter")
    elif spoil == "left over":
        write_skill(pack / "skills/.releases/one", "one").rename(old.parent / "1.1.0")
        (old.parent / "1.1.0/SKILL.md").write_text(skill_md(front("one", "1.1.0")), encoding="utf-8")
    elif spoil == "link":
        old.rename(tmp_path / "outside")
        old.symlink_to(tmp_path / "outside", target_is_directory=True)
    else:
        (pack / MANIFEST).write_bytes(b"format: 2\n")
    before = tree(pack)
    with pytest.raises(ReleaseRefusedError) as refused:
        release(pack, "minor")
    assert refused.value.hint
    assert tree(pack) == before


def test_a_head_that_was_edited_between_plan_and_release_is_not_released(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    plan = plan_release(pack, "one", None, "First.")
    edit(pack)
    with pytest.raises(ReleaseRefusedError, match="edited meanwhile"):
        write_release(plan)
    assert not (pack / "skills/.releases").exists()


LIMITED = """
import resource, sys
from backwright.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(main(["release", "one", *sys.argv[3:], "--pack", sys.argv[2]]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of file sizes to run into")
@pytest.mark.parametrize("again", [False, True], ids=["first", "second"])
@pytest.mark.parametrize("limit", [10, 150, 1_000], ids=["at the copy", "at the changelog", "at the manifest"])
def test_a_disk_that_refuses_leaves_everything_as_it_was(limit: int, again: bool, tmp_path: Path) -> None:  # noqa: FBT001  a parameter of the test
    pack = write_pack(tmp_path, "one", *(f"other-{number}" for number in range(9)))
    options = ["minor", "--message", "m" * 100]
    if again:
        release(pack)
        edit(pack)
    before, folders = tree(pack), sorted(path for path in pack.rglob("*") if path.is_dir())
    run = subprocess.run(
        # Without bytecode, which an interpreter under the limit would write cut off and read ever after.
        [sys.executable, "-B", "-c", LIMITED, str(limit), str(pack), *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 1, run.stderr
    assert "WRITE_FAILED" in run.stderr
    assert tree(pack) == before
    assert sorted(path for path in pack.rglob("*") if path.is_dir()) == folders


@pytest.mark.parametrize("how", ["edited", "extra", "removed"])
def test_a_change_of_a_release_is_refused_by_check_and_by_write_and_is_not_served(how: str, tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "two")
    release(pack)
    edit(pack)
    release(pack, "minor")
    target = pack / "skills/.releases/one/1.0.0/references/more.md"
    if how == "edited":
        target.write_bytes(b"history")
    elif how == "extra":
        target = target.with_name("extra.md")
        target.write_bytes(b"")
    else:
        target.unlink()
    path = target.relative_to(pack).as_posix()
    assert (Code.DIGEST_MISMATCH, path) in [(problem.code, problem.path) for problem in check(pack)]
    assert [problem.code for problem in update(pack).problems] == [Code.RELEASE_CHANGED]
    catalog = load_catalog(pack)
    assert [skill.name for skill in catalog.skills] == ["one", "two"]
    assert catalog.get("one").version == "1.1.0"
    with pytest.raises(VersionNotFoundError) as refused:
        catalog.get("one@1.0.0")
    assert path in refused.value.hint
    assert "1.1.0" in refused.value.hint


def test_a_release_that_was_deleted_is_not_forgotten_by_writing_the_manifest(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", "one")
    release(pack)
    edit(pack)
    release(pack, "minor")
    before = (pack / MANIFEST).read_bytes()
    (pack / "skills/.releases/one/1.0.0").rename(tmp_path / "gone")
    done = update(pack)
    assert [(problem.code, problem.path) for problem in done.problems] == [
        (Code.MISSING_SKILL, "skills/.releases/one/1.0.0")
    ]
    assert (pack / MANIFEST).read_bytes() == before


FORMS = [
    'version: "1.0.0"  # kept',
    "version: 1.0.0",
    "version: '1.0.0'",
    'version:   "1.0.0"\n  other: "1.0.0"',
    '"version": "1.0.0"',
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_bump_changes_the_version_and_no_other_byte(form: str, newline: str) -> None:
    text = f'---\nname: one\ndescription: "1.0.0 é"\nmetadata:\n  {form}\n  after: x\n---\n# 1.0.0\n'
    text = text.replace("\n", newline)
    bumped = set_version(text, "1.10.0-rc.1", "SKILL.md")
    at = text.index("1.0.0", text.index("metadata"))
    assert bumped == f"{text[:at]}1.10.0-rc.1{text[at + 5 :]}"


def test_a_bump_finds_the_version_in_a_flow_mapping() -> None:
    text = '---\nname: one\ndescription: d\nmetadata: {triggers: "a, b", version: 1.0.0}\n---\n'
    assert "version: 2.0.0}\n---\n" in set_version(text, "2.0.0", "SKILL.md")


@pytest.mark.parametrize("front_", ["name: one\n", "metadata: x\n", "metadata:\n  triggers: x\n", "- a\n", "x\n"])
def test_a_bump_of_what_has_no_version_is_refused(front_: str) -> None:
    with pytest.raises(InvalidInputError, match=r"has no metadata\.version"):
        set_version(f"---\n{front_}---\n", "1.0.0", "SKILL.md")


@given(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=40), st.booleans())
def test_a_bump_reads_back_whatever_stands_around_it(noise: str, first: bool) -> None:  # noqa: FBT001  a parameter of the test
    lines = [f"  version: {yaml.safe_dump('1.0.0', default_style=chr(34)).strip()}\n"]
    lines.insert(0 if first else 1, f"  noise: {yaml.safe_dump(noise, default_style=chr(34), width=10**6).strip()}\n")
    text = f"---\nname: one\nmetadata:\n{''.join(lines)}---\n{noise}\n"
    bumped = set_version(text, "2.3.4", "SKILL.md")
    read_back = yaml.safe_load(bumped.split("---\n")[1])["metadata"]
    assert read_back == {"version": "2.3.4", "noise": noise}
    assert bumped.replace("2.3.4", "1.0.0", 1) == text
