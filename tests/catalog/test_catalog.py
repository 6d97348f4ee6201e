"""The snapshot: what is sound and pinned is served, what is not is left out by name, and each read is checked."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from backwright.catalog.catalog import Catalog, load_catalog
from backwright.catalog.manifest import MANIFEST, update
from backwright.catalog.pack import find_pack
from backwright.catalog.problem import Code, Problem
from backwright.errors import (
    IntegrityError,
    InvalidVersionError,
    ManifestError,
    SkillFileNotFoundError,
    SkillNotFoundError,
    VersionNotFoundError,
)
from tests.catalog._packs import front, skill_md, write_pack, write_release, write_skill


def names(catalog: Catalog) -> list[str]:
    return [skill.name for skill in catalog.skills]


def findings(catalog: Catalog) -> list[tuple[str, str, str]]:
    return [(problem.code, problem.severity, problem.path) for problem in catalog.problems]


def test_the_pack_that_ships_is_served_whole() -> None:
    catalog = load_catalog(find_pack(), strict=True)
    assert {"python-backend", "fastapi-endpoint", "async-concurrency", "code-review"} <= set(names(catalog))
    assert catalog.problems == ()


def test_a_sound_pack_is_served_by_name(tmp_path: Path) -> None:
    catalog = load_catalog(write_pack(tmp_path, "two", "one"))
    assert names(catalog) == ["one", "two"]
    assert catalog.problems == ()
    assert catalog.get("one").description == "Say what it is for, and when to use it."
    assert catalog.read("two", "references/more.md") == b"More about two.\n"


def test_equal_packs_have_equal_digests_and_others_do_not(tmp_path: Path) -> None:
    one, same = (load_catalog(write_pack(tmp_path / name, "one")) for name in ("a", "b"))
    other = load_catalog(write_pack(tmp_path / "c", "one", "two"))
    assert one.digest == same.digest != other.digest


@pytest.mark.parametrize("path", ["SKILL.md", "references/more.md"])
def test_one_tampered_byte_leaves_the_skill_out_by_name_and_serves_its_neighbours(path: str, tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "three", "two")
    target = pack / "skills/two" / path
    data = bytearray(target.read_bytes())
    data[3] ^= 1
    target.write_bytes(data)
    catalog = load_catalog(pack)
    assert names(catalog) == ["one", "three"]
    assert findings(catalog) == [(Code.DIGEST_MISMATCH, "error", f"skills/two/{path}")]
    with pytest.raises(SkillNotFoundError) as refused:
        catalog.get("two")
    assert f"skills/two/{path}" in refused.value.message
    assert "backwright manifest write" in refused.value.hint


def test_an_extra_file_and_a_missing_file_leave_the_skill_out(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "three", "two")
    (pack / "skills/one/extra.md").write_bytes(b"")
    (pack / "skills/two/references/more.md").unlink()
    catalog = load_catalog(pack)
    assert names(catalog) == ["three"]
    assert findings(catalog) == [
        (Code.DIGEST_MISMATCH, "error", "skills/one/extra.md"),
        (Code.DIGEST_MISMATCH, "error", "skills/two/references/more.md"),
    ]


def test_many_differing_files_are_one_problem_with_their_count(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    for name in ("a.md", "b.md", "c.md"):
        (pack / "skills/one" / name).write_bytes(b"")
    (problem,) = load_catalog(pack).problems
    assert problem.path == "skills/one/a.md"
    assert "2 more" in problem.message


def test_a_skill_that_the_manifest_does_not_pin_is_left_out(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    write_skill(pack / "skills", "two")
    catalog = load_catalog(pack)
    assert names(catalog) == ["one"]
    assert findings(catalog) == [(Code.UNLOCKED_SKILL, "error", "skills/two")]


def test_a_pinned_skill_that_is_not_there_is_named(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "two")
    (pack / "skills/two").rename(tmp_path / "elsewhere")
    assert findings(load_catalog(pack)) == [(Code.MISSING_SKILL, "error", "skills/two")]


def test_of_an_unpinned_skill_that_is_unsound_the_unsoundness_is_named(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    write_skill(pack / "skills", "two", frontmatter="name: two\nname: two\n")
    catalog = load_catalog(pack)
    assert findings(catalog) == [(Code.YAML_DUPLICATE_KEY, "error", "skills/two/SKILL.md")]


@pytest.mark.parametrize("text", ["", "format: 1\nskills: [\n"])
def test_without_a_manifest_nothing_is_served_and_each_skill_is_named(text: str, tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "two")
    (pack / MANIFEST).write_text(text, encoding="utf-8")
    catalog = load_catalog(pack)
    assert names(catalog) == []
    assert [path for _, _, path in findings(catalog)] == [MANIFEST, "skills/one", "skills/two"]


def test_development_serves_what_differs_with_a_warning(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "two")
    (pack / "skills/one/references/more.md").write_bytes(b"in the works\n")
    write_skill(pack / "skills", "three")
    catalog = load_catalog(pack, allow_unlocked=True)
    assert names(catalog) == ["one", "three", "two"]
    assert catalog.read("one", "references/more.md") == b"in the works\n"
    assert findings(catalog) == [
        (Code.DIGEST_MISMATCH, "warning", "skills/one/references/more.md"),
        (Code.UNLOCKED_SKILL, "warning", "skills/three"),
    ]


def test_development_needs_no_manifest_and_still_leaves_out_what_is_unsound(tmp_path: Path) -> None:
    write_skill(tmp_path / "skills", "one")
    write_skill(tmp_path / "skills", "two", frontmatter="name: two\n")
    catalog = load_catalog(tmp_path, allow_unlocked=True)
    assert names(catalog) == ["one"]
    assert findings(catalog) == [
        (Code.MANIFEST_INVALID, "warning", MANIFEST),
        (Code.UNLOCKED_SKILL, "warning", "skills/one"),
        (Code.FIELD_MISSING, "error", "skills/two/SKILL.md"),
    ]


def test_a_bad_skill_is_left_out_with_its_line_and_its_neighbours_are_served(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "two")
    write_skill(pack / "skills", "bad", frontmatter="name: bad\ndescription: Use it: always\n")
    catalog = load_catalog(pack, allow_unlocked=True)
    assert names(catalog) == ["one", "two"]
    (problem,) = catalog.problems
    assert (problem.code, problem.path, problem.line) == (Code.YAML_SYNTAX, "skills/bad/SKILL.md", 3)


def test_strict_stops_at_a_tampered_byte_with_an_integrity_error(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "two")
    (pack / "skills/two/SKILL.md").write_bytes(b"x")
    with pytest.raises(IntegrityError, match=r"skills/two/SKILL\.md"):
        load_catalog(pack, strict=True)


@pytest.mark.parametrize("spoil", ["unlocked", "missing", "no manifest", "link", "no skills"])
def test_strict_stops_at_anything_else_with_a_manifest_error(spoil: str, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", "one", "two")
    if spoil == "unlocked":
        write_skill(pack / "skills", "three")
    elif spoil == "missing":
        (pack / "skills/two").rename(tmp_path / "elsewhere")
    elif spoil == "no manifest":
        (pack / MANIFEST).unlink()
    elif spoil == "link":
        (pack / "skills/two/link.md").symlink_to("SKILL.md")
    else:
        (pack / "skills").rename(tmp_path / "elsewhere")
    with pytest.raises(ManifestError) as refused:
        load_catalog(pack, strict=True)
    assert refused.value.hint


def test_strict_is_content_with_a_sound_pack(tmp_path: Path) -> None:
    assert names(load_catalog(write_pack(tmp_path, "one"), strict=True)) == ["one"]


def test_a_folder_that_is_no_pack_is_one_problem_and_an_empty_catalog(tmp_path: Path) -> None:
    catalog = load_catalog(tmp_path)
    assert catalog.skills == ()
    assert [problem.code for problem in catalog.problems] == [Code.MANIFEST_INVALID, Code.PACK_UNREADABLE]


def test_files_and_dot_folders_beside_the_skills_are_none_of_its_business(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    (pack / "skills/README.md").write_bytes(b"# Skills\n")
    (pack / "skills/.cache").mkdir()
    assert load_catalog(pack).problems == ()


def test_a_linked_skill_folder_is_refused_by_name(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", "one")
    outside = write_skill(tmp_path / "outside", "two")
    (pack / "skills/two").symlink_to(outside, target_is_directory=True)
    for allow in (False, True):
        catalog = load_catalog(pack, allow_unlocked=allow)
        assert names(catalog) == ["one"]
        assert findings(catalog) == [(Code.SYMLINK, "error", "skills/two")]


def test_linked_releases_are_refused(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", "one")
    (tmp_path / "outside/one").mkdir(parents=True)
    (pack / "skills/.releases").symlink_to(tmp_path / "outside", target_is_directory=True)
    catalog = load_catalog(pack)
    assert names(catalog) == ["one"]
    assert findings(catalog) == [(Code.SYMLINK, "error", "skills/.releases")]


@pytest.mark.parametrize("linked", ["one", "one/1.0.0"])
def test_a_linked_folder_among_the_releases_is_refused_and_what_it_leads_to_is_not_read(
    linked: str, tmp_path: Path
) -> None:
    outside = write_release(tmp_path / "outside", "one", "1.0.0")
    pack = write_pack(tmp_path / "pack", "one")
    link = pack / "skills/.releases" / linked
    link.parent.mkdir(parents=True)
    link.symlink_to(outside if linked == "one/1.0.0" else outside.parent, target_is_directory=True)
    for allow in (False, True):
        catalog = load_catalog(pack, allow_unlocked=allow)
        assert catalog.releases == ()
        assert findings(catalog) == [(Code.SYMLINK, "error", f"skills/.releases/{linked}")]


def test_the_snapshot_does_not_follow_the_disk(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    catalog = load_catalog(pack)
    (pack / "skills/one/references/more.md").write_bytes(b"tampered while serving")
    assert catalog.read("one", "references/more.md") == b"More about one.\n"


def test_each_read_compares_the_bytes_with_their_digest(tmp_path: Path) -> None:
    skill = load_catalog(write_pack(tmp_path, "one")).get("one")
    rotten = tuple(replace(file, held=b"rotten") if file.path == "SKILL.md" else file for file in skill.files)
    catalog = Catalog((replace(skill, files=rotten),))
    assert catalog.read("one", "references/more.md") == b"More about one.\n"
    with pytest.raises(IntegrityError, match=r"SKILL\.md"):
        catalog.read("one", "SKILL.md")


@pytest.mark.parametrize(
    "path", ["", "more.md", "/SKILL.md", "./SKILL.md", "references/../SKILL.md", "SKILL.md\0", "skill.md"]
)
def test_a_path_that_is_not_exactly_that_of_a_file_is_not_found(path: str, tmp_path: Path) -> None:
    catalog = load_catalog(write_pack(tmp_path, "one"))
    with pytest.raises(SkillFileNotFoundError) as refused:
        catalog.read("one", path)
    assert "references/more.md" in refused.value.hint


def test_an_unknown_name_is_answered_with_the_nearest_ones(tmp_path: Path) -> None:
    catalog = load_catalog(write_pack(tmp_path, "code-review", "fastapi-endpoint"))
    with pytest.raises(SkillNotFoundError, match="code_reviews") as refused:
        catalog.get("code_reviews")
    assert refused.value.hint == "did you mean code-review?"
    with pytest.raises(SkillNotFoundError) as refused:
        catalog.get("zzz")
    assert refused.value.hint == "the skills are code-review, fastapi-endpoint"
    with pytest.raises(SkillNotFoundError) as refused:
        Catalog(()).get("zzz")
    assert refused.value.hint == "no skill is served"


def test_a_hostile_name_is_shown_escaped(tmp_path: Path) -> None:
    with pytest.raises(SkillNotFoundError) as refused:
        load_catalog(write_pack(tmp_path, "one")).get("\x1b[31m\u202e" + "x" * 500)
    assert refused.value.message.isprintable()
    assert len(refused.value.message) < 200


def test_a_request_for_a_range_gives_the_highest_version_in_it_and_never_the_nearest(tmp_path: Path) -> None:
    for version in ("0.9.0", "1.0.0", "1.1.0", "2.0.0-rc.1"):
        write_release(tmp_path, "one", version, body=f"# {version}\n")
    write_skill(tmp_path / "skills", "one", version="2.0.0")
    assert update(tmp_path).problems == ()
    catalog = load_catalog(tmp_path, strict=True)
    assert catalog.versions("one") == ("2.0.0", "2.0.0-rc.1", "1.1.0", "1.0.0", "0.9.0")
    assert names(catalog) == ["one"]
    assert catalog.get("one").version == "2.0.0"
    assert catalog.get("one@^1").version == "1.1.0"
    assert catalog.get("one@>=0.9,<1.1").version == "1.0.0"
    assert catalog.get("one@2.0.0-rc.1").body == "# 2.0.0-rc.1\n"
    assert catalog.get("one@latest").version == "2.0.0"
    with pytest.raises(VersionNotFoundError) as refused:
        catalog.get("one@3")
    assert "1.1.0" in refused.value.hint
    with pytest.raises(InvalidVersionError):
        catalog.get("one@newest")


def test_a_release_is_addressed_by_its_version_and_the_head_is_not(tmp_path: Path) -> None:
    write_release(tmp_path, "one", "1.0.0")
    write_skill(tmp_path / "skills", "one", version="1.1.0")
    update(tmp_path)
    catalog = load_catalog(tmp_path)
    assert catalog.get("one").uri() == "skill://one/SKILL.md"
    assert catalog.get("one@1.0.0").uri("references/more.md") == "skill://v1.0.0/one/references/more.md"
    assert [skill.version for skill in catalog.releases] == ["1.0.0"]


def test_of_a_head_and_a_release_of_the_same_version_the_immutable_one_answers_a_request_for_it(tmp_path: Path) -> None:
    write_release(tmp_path, "one", "1.0.0")
    catalog = load_catalog(write_pack(tmp_path, "one"))
    assert catalog.get("one@1.0.0").released
    assert not catalog.get("one").released
    assert catalog.versions("one") == ("1.0.0",)


def test_a_skill_that_has_only_releases_is_served_on_request_and_not_listed(tmp_path: Path) -> None:
    write_release(tmp_path, "one", "1.0.0-beta")
    catalog = load_catalog(write_pack(tmp_path))
    assert names(catalog) == []
    assert catalog.get("one").version == "1.0.0-beta"


def test_a_changed_release_is_left_out_and_the_head_is_served(tmp_path: Path) -> None:
    folder = write_release(tmp_path, "one", "0.9.0")
    pack = write_pack(tmp_path, "one")
    (folder / "references/more.md").write_bytes(b"rewritten history")
    catalog = load_catalog(pack)
    assert names(catalog) == ["one"]
    assert findings(catalog) == [(Code.DIGEST_MISMATCH, "error", "skills/.releases/one/0.9.0/references/more.md")]
    with pytest.raises(VersionNotFoundError):
        catalog.get("one@0.9.0")


OPENS = """
import sys
from pathlib import Path
from backwright.catalog.catalog import load_catalog

pack, opened = sys.argv[1], []
load_catalog(Path(pack))  # what importing opens does not count

def note(event, arguments):
    if event == "open" and str(arguments[0]).startswith(pack):
        opened.append(str(arguments[0])[len(pack) + 1:])

sys.addaudithook(note)
catalog = load_catalog(Path(pack), strict=True)
print(*sorted(opened), sep="\\n")
opened.clear()
data = [catalog.read(skill.name, file.path) for skill in catalog.skills for file in skill.files]
print(len(data), opened)
"""


def test_loading_opens_each_file_once_and_reading_opens_none(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "two", "three")
    files = sorted(path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file())
    command = [sys.executable, "-c", OPENS, str(pack)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.splitlines() == [*files, f"{len(files) - 1} []"]


def test_the_catalog_imports_nothing_of_the_protocol_and_nothing_slow() -> None:
    late = ("mcp", "rich", "jinja2", "difflib", "backwright.app")
    probe = f"import sys, backwright.catalog.catalog; print([name for name in {late} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "[]"


def test_a_hundred_bad_skills_are_a_hundred_problems_and_one_good_skill_is_served(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "good")
    for number in range(100):
        write_skill(pack / "skills", f"bad-{number}", files={"SKILL.md": skill_md(front("good"))})
    catalog = load_catalog(pack, allow_unlocked=True)
    assert names(catalog) == ["good"]
    assert {problem.code for problem in catalog.problems} == {Code.NAME_FOLDER}
    assert len({problem.path for problem in catalog.problems}) == 100


def test_a_problem_reads_like_a_compiler_message() -> None:
    problem = Problem(Code.TOO_LARGE, "error", "skills/one/SKILL.md", 3, "it is too large", "make it smaller")
    assert str(problem) == "skills/one/SKILL.md:3: error: it is too large [TOO_LARGE]"
    assert str(replace(problem, line=None)) == "skills/one/SKILL.md: error: it is too large [TOO_LARGE]"
