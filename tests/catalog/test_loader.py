"""The skill tree: what is hostile is refused by name, nothing outside is read, and limits are met exactly."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from backwright._files import digest
from backwright.catalog.loader import MAX_BYTES, MAX_DEPTH, MAX_FILES, load_skill, read_sized
from backwright.catalog.problem import Code, Problem
from backwright.catalog.skill import Skill
from backwright.errors import TooLargeError
from tests.catalog._packs import front, skill_md, write_skill

SECRET = "what lies outside the skill"


def served(folder: Path) -> Skill:
    skill = load_skill(folder)
    assert isinstance(skill, Skill), skill
    return skill


def refused(folder: Path) -> Problem:
    problem = load_skill(folder)
    assert isinstance(problem, Problem)
    assert problem.fix
    return problem


def test_a_sound_skill_is_read_whole(tmp_path: Path) -> None:
    skill = served(write_skill(tmp_path, files={"assets/a b.bin": b"\x00\xff", "references/用户.md": "x\n"}))
    assert (skill.name, skill.version, skill.keywords) == ("one", "1.0.0", ("first word", "second word"))
    assert skill.body == "# Instructions\n"
    assert [file.path for file in skill.files] == [
        "SKILL.md",
        "assets/a b.bin",
        "references/more.md",
        "references/用户.md",
    ]
    assert skill.file("assets/a b.bin").data == b"\x00\xff"
    assert skill.file("assets/a b.bin").digest == digest(b"\x00\xff")
    assert skill.uri("assets/a b.bin") == "skill://one/assets/a%20b.bin"


def test_the_digest_follows_every_byte_and_every_name(tmp_path: Path) -> None:
    plain = served(write_skill(tmp_path / "a"))
    assert served(write_skill(tmp_path / "b")).digest == plain.digest
    assert served(write_skill(tmp_path / "c", files={"references/more.md": "other\n"})).digest != plain.digest
    renamed = write_skill(tmp_path / "d")
    (renamed / "references" / "more.md").rename(renamed / "references" / "less.md")
    assert served(renamed).digest != plain.digest


def test_crlf_is_served_as_it_stands(tmp_path: Path) -> None:
    text = skill_md(front(), "# One\n").replace("\n", "\r\n").encode()
    skill = served(write_skill(tmp_path, files={"SKILL.md": text}))
    assert skill.file("SKILL.md").data == text
    assert skill.frontmatter["name"] == "one"


@pytest.mark.parametrize("name", [".env", ".git/config", "references/.hidden.md", "__pycache__/x.pyc", ".mcp.json"])
def test_dot_files_and_caches_are_never_served(name: str, tmp_path: Path) -> None:
    skill = served(write_skill(tmp_path, files={name: SECRET}))
    assert [file.path for file in skill.files] == ["SKILL.md", "references/more.md"]


def test_a_hidden_link_is_passed_over_unread(tmp_path: Path) -> None:
    folder = write_skill(tmp_path)
    (folder / ".link").symlink_to("/etc/passwd")
    assert len(served(folder).files) == 2


LINKS: dict[str, Callable[[Path, Path], None]] = {
    "to a file outside": lambda folder, outside: (folder / "x.md").symlink_to(outside / "secret.md"),
    "to a file outside, relative": lambda folder, _: (folder / "x.md").symlink_to("../../outside/secret.md"),
    "to a folder outside": lambda folder, outside: (folder / "x.md").symlink_to(outside, target_is_directory=True),
    "to a file inside": lambda folder, _: (folder / "x.md").symlink_to("SKILL.md"),
    "to nothing": lambda folder, _: (folder / "x.md").symlink_to("nowhere"),
    "to itself": lambda folder, _: (folder / "x.md").symlink_to("x.md"),
    "to its own folder": lambda folder, _: (folder / "x.md").symlink_to(".", target_is_directory=True),
    "to a device": lambda folder, _: (folder / "x.md").symlink_to("/dev/zero"),
    "to a sibling with the same prefix": lambda folder, _: (folder / "x.md").symlink_to("../one-evil/secret.md"),
}


@pytest.mark.parametrize("plant", LINKS.values(), ids=LINKS.keys())
def test_a_link_is_refused_by_name_and_not_followed(plant: Callable[[Path, Path], None], tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text(SECRET, encoding="utf-8")
    folder = write_skill(tmp_path / "skills")
    write_skill(tmp_path / "skills", "one-evil", files={"secret.md": SECRET})
    plant(folder, outside)
    problem = refused(folder)
    assert (problem.code, problem.path) == (Code.SYMLINK, "one/x.md")
    assert SECRET not in str(problem)


def test_a_skill_md_that_is_a_link_is_refused(tmp_path: Path) -> None:
    folder = write_skill(tmp_path)
    (folder / "SKILL.md").rename(folder / "real.md")
    (folder / "SKILL.md").symlink_to("real.md")
    assert refused(folder).path == "one/SKILL.md"


def test_two_folders_that_link_to_each_other_are_refused(tmp_path: Path) -> None:
    folder = write_skill(tmp_path, files={"a/x.md": "", "b/x.md": ""})
    (folder / "a" / "b").symlink_to("../b")
    (folder / "b" / "a").symlink_to("../a")
    assert (refused(folder).code, refused(folder).path) == (Code.SYMLINK, "one/a/b")


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    write_skill(tmp_path / "elsewhere")
    (tmp_path / "one").symlink_to(tmp_path / "elsewhere" / "one")
    assert (refused(tmp_path / "one").code, refused(tmp_path / "one").path) == (Code.SYMLINK, "one")


async def test_a_fifo_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    folder = write_skill(tmp_path)
    os.mkfifo(folder / "pipe.md")
    # A reader of a pipe waits for a writer, and there is none.
    with anyio.fail_after(60):
        problem = await anyio.to_thread.run_sync(refused, folder, abandon_on_cancel=True)
    assert (problem.code, problem.path) == (Code.SPECIAL_FILE, "one/pipe.md")


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_skill(tmp_path)
    monkeypatch.chdir(folder)  # the path of a socket has at most 108 bytes
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.md")
        assert (refused(folder).code, refused(folder).path) == (Code.SPECIAL_FILE, "one/s.md")


HOSTILE = {
    "newline": "a\nb.md",
    "escape": "a\x1b[31m.md",
    "backslash": "a\\b.md",
    "colon": "c:x.md",
    "percent": "a%2e.md",
    "question": "a?.md",
    "hash": "a#b.md",
    "leading hyphen": "--help",
    "leading tilde": "~root",
    "leading blank": " a.md",
    "trailing blank": "a.md ",
    "trailing dot": "a.md.",
    "device": "nul.md",
    "device in capitals": "COM1",
    "right-to-left override": "a\u202ecod.md",
    "zero width": "a\u200b.md",
    "decomposed": "cafe\u0301.md",
    "201 bytes": "a" * 201,
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_name_is_refused_and_shown_escaped(name: str, tmp_path: Path) -> None:
    problem = refused(write_skill(tmp_path, files={name: "x"}))
    assert problem.code is Code.HOSTILE_NAME
    assert problem.path.isprintable()
    assert str(problem).isprintable()


def test_a_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    folder = write_skill(tmp_path)
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.md")).write_bytes(b"x")
    problem = refused(folder)
    assert (problem.code, problem.path) == (Code.HOSTILE_NAME, "one/\\udcff.md")
    problem.path.encode("utf-8")


@pytest.mark.parametrize("name", ["a b.md", "[id].tsx", "{name}.py.j2", "a+b,c=d@e.txt", "用户.md", "a" * 200, ".x"])
def test_an_ordinary_name_is_served_or_hidden(name: str, tmp_path: Path) -> None:
    skill = served(write_skill(tmp_path, files={name: "x"}))
    assert (name in [file.path for file in skill.files]) == (not name.startswith("."))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Read.md", "read.md"),
        ("refs/a.md", "Refs/b.md"),
        ("stra\u00dfe.md", "strasse.md"),
        ("\ufb01le.md", "file.md"),
        ("\u212b.md", "\u00e5.md"),
    ],
    ids=["case", "case of folders", "sharp s", "ligature", "angstrom"],
)
def test_names_that_some_file_system_takes_for_one_are_refused(one: str, two: str, tmp_path: Path) -> None:
    problem = refused(write_skill(tmp_path, files={one: "x", two: "y"}))
    # U+212B is not even in normal form C, which is refused first.
    assert problem.code is (Code.HOSTILE_NAME if "\u212b" in one else Code.NAME_COLLISION)


def test_a_lower_case_skill_md_is_not_one(tmp_path: Path) -> None:
    folder = write_skill(tmp_path)
    (folder / "SKILL.md").rename(folder / "skill.md")
    assert refused(folder).code is Code.NO_SKILL_MD


def test_512_files_are_accepted_and_513_are_not(tmp_path: Path) -> None:
    folder = write_skill(tmp_path, files={f"assets/{number}.md": "" for number in range(MAX_FILES - 2)})
    assert len(served(folder).files) == MAX_FILES
    (folder / ".not-counted").write_bytes(b"")
    (folder / "zz-empty-folder").mkdir()
    assert len(served(folder).files) == MAX_FILES
    (folder / "assets" / "more.md").write_bytes(b"")
    assert refused(folder).code is Code.TOO_MANY_FILES


def test_16_mib_are_accepted_and_one_byte_more_is_refused_by_stat(tmp_path: Path) -> None:
    folder = write_skill(tmp_path)
    rest = MAX_BYTES - sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    with (folder / "sparse.bin").open("wb") as file:
        file.truncate(rest)
    assert sum(each.size for each in served(folder).files) == MAX_BYTES
    with (folder / "sparse.bin").open("wb") as file:
        file.truncate(rest + 1)
    assert refused(folder).code is Code.TOO_LARGE


def test_a_sparse_file_of_a_terabyte_is_refused_by_its_stat(tmp_path: Path) -> None:
    folder = write_skill(tmp_path)
    with (folder / "huge.bin").open("wb") as file:
        file.truncate(2**40)
    # A file that turns out too large when it is opened would be UNREADABLE, under its own name.
    assert (refused(folder).code, refused(folder).path) == (Code.TOO_LARGE, "one")


def test_folders_nest_to_the_limit_and_no_deeper(tmp_path: Path) -> None:
    folder = write_skill(tmp_path, files={"/".join("d" * (MAX_DEPTH - 1)) + "/x.md": ""})
    assert len(served(folder).files) == 3
    (folder / "/".join("d" * MAX_DEPTH)).mkdir()
    assert refused(folder).code is Code.TOO_DEEP


def test_a_tree_of_empty_folders_is_not_walked_for_ever(tmp_path: Path) -> None:
    folder = write_skill(tmp_path)
    for number in range(MAX_FILES):
        (folder / f"e{number}").mkdir()
    assert refused(folder).code is Code.TOO_DEEP


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    folder = write_skill(tmp_path)
    (folder / "references" / "more.md").chmod(0)
    problem = refused(folder)
    assert (problem.code, problem.path) == (Code.UNREADABLE, "one/references/more.md")


@pytest.mark.parametrize("now", ["a link", "larger", "smaller", "gone"])
def test_a_file_that_was_swapped_since_it_was_looked_at_is_not_read(now: str, tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_bytes(b"12345")
    assert read_sized(str(path), 5) == b"12345"
    if now == "a link":
        path.rename(tmp_path / "other.md")
        path.symlink_to("other.md")
    elif now == "gone":
        path.unlink()
    else:
        path.write_bytes(b"123456" if now == "larger" else b"1234")
    with pytest.raises((OSError, TooLargeError)):
        read_sized(str(path), 5)


def test_a_folder_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    assert refused(tmp_path / "none").code is Code.UNREADABLE


@pytest.mark.parametrize("name", ["One", "one two", "-one", "one--two", "\u043ene", "a" * 65])
def test_a_folder_with_a_name_that_no_skill_has_is_refused(name: str, tmp_path: Path) -> None:
    assert refused(write_skill(tmp_path, name)).code is Code.NAME_INVALID


@pytest.mark.parametrize(
    ("path", "text", "code", "line"),
    [
        ("SKILL.md", "# no frontmatter\n", Code.NO_FRONTMATTER, 1),
        ("SKILL.md", "---\nname: one\nname: one\n---\n", Code.YAML_DUPLICATE_KEY, 3),
        ("SKILL.md", "---\nname: two\ndescription: d\n---\n", Code.NAME_FOLDER, 2),
        ("SKILL.md", "---\nname: one\n---\n\udcff", Code.ENCODING, 4),
        ("triggers.yaml", "strong:\n  - on\n", Code.YAML_AMBIGUOUS, 2),
        ("checklist.yaml", "items:\n  - id: x\n", Code.FIELD_MISSING, 2),
    ],
)
def test_what_a_file_says_is_refused_with_file_and_line(
    path: str, text: str, code: Code, line: int, tmp_path: Path
) -> None:
    problem = refused(write_skill(tmp_path, files={path: text.encode("utf-8", "surrogateescape")}))
    assert (problem.code, problem.path, problem.line) == (code, f"one/{path}", line)
