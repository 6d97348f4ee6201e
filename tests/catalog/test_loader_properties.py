"""Whatever lies in a skill's folder, it is a skill that says what lies there, or one problem that says what to do."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from skills_ref.validator import validate  # type: ignore[import-untyped]  # it ships no types

from backwright._files import digest
from backwright.catalog.loader import Candidate, build_skill, load_skill
from backwright.catalog.problem import Problem, ProblemError
from backwright.catalog.skill import Skill, SkillFile
from tests.catalog._packs import front, skill_md

LINES = [
    "name: one",
    "name: two",
    "description: Say what. Use when asked.",
    "description: 'quoted: text'",
    "description: >",
    "  folded",
    "metadata:",
    '  version: "1.0.0"',
    "  version: 1.0",
    "  triggers: a word, another",
    "license: Apache-2.0",
    "allowed-tools: Read",
    "compatibility: Python",
    "unknown: field",
    "x: &a 1",
    "y: *a",
    "z: !!str 1",
    "<<: {a: 1}",
    "---",
    "...",
    "%YAML 1.2",
    "\u202ename: one",
    "- item",
    "? key",
    "",
]
fronts = st.lists(st.sampled_from(LINES) | st.text(max_size=20), max_size=9).map("\n".join)
documents = st.one_of(
    st.binary(max_size=200),
    fronts.map(lambda text: f"---\n{text}\n---\n# Body\n".encode("utf-8", "surrogatepass")),
    st.tuples(fronts, st.text(max_size=60)).map(
        lambda pair: skill_md(front() + pair[0] + "\n", pair[1]).encode("utf-8", "surrogatepass")
    ),
)
others = st.binary(max_size=60) | st.sampled_from(
    [b"strong: [a]\n", b"items: []\n", b"items:\n  - {id: a, text: t, rules: [BW101]}\n"]
)


def fits(problem: Problem, files: int) -> None:
    assert problem.severity == "error"
    assert problem.path == "one" or problem.path.startswith("one/")
    assert problem.line is None or 1 <= problem.line <= files
    assert problem.message
    assert problem.fix
    assert str(problem).isprintable()
    str(problem).encode()


@given(documents, others, others)
@settings(deadline=None)
@example(skill_md(front()).encode(), b"", b"")
def test_any_bytes_are_a_skill_as_they_are_or_one_problem_at_a_line_of_them(
    document: bytes, triggers: bytes, checklist: bytes
) -> None:
    data = {"SKILL.md": document, "checklist.yaml": checklist, "triggers.yaml": triggers}
    files = tuple(SkillFile.of(path, data[path]) for path in sorted(data))
    try:
        skill = build_skill(Candidate("one", Path("one"), "one"), files)
    except ProblemError as error:
        fits(error.problem, max(content.count(b"\n") + content.count(b"\r") for content in data.values()) + 2)
        return
    assert skill.name == "one"
    assert {file.path: file.verified() for file in skill.files} == data
    assert json.loads(json.dumps(dict(skill.frontmatter))) == dict(skill.frontmatter)
    assert skill.body.encode() in document.replace(b"\r\n", b"\n") + document


@given(fronts)
@settings(deadline=None, max_examples=60)
@example("license: MIT\nallowed-tools: Read\ncompatibility: Python 3.11")
def test_what_is_accepted_the_official_validator_accepts(tmp_path_factory: pytest.TempPathFactory, more: str) -> None:
    folder = tmp_path_factory.mktemp("any") / "one"
    folder.mkdir()
    (folder / "SKILL.md").write_bytes(skill_md(f"{front()}{more}\n").encode("utf-8", "surrogatepass"))
    if isinstance(load_skill(folder), Skill):
        assert validate(folder) == []


names = st.text(st.sampled_from("aAbB.-~ %#?:\\é\u0301ß\ufb01\u200b\n漢"), min_size=1, max_size=4) | st.sampled_from(
    ["SKILL.md", "skill.md", "nul", "COM1.txt", "__pycache__", ".git", "references", "more.md", "a b.md"]
)
paths = st.lists(names.filter(lambda name: name not in {".", ".."}), min_size=1, max_size=3).map("/".join)


@given(st.dictionaries(paths, st.binary(max_size=8), max_size=6))
@settings(deadline=None)
def test_any_tree_is_served_whole_under_one_address_a_file_or_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("any") / "one"
    written = {"SKILL.md": skill_md(front()).encode()}
    for path, data in {**tree, **written}.items():
        with suppress(FileExistsError, NotADirectoryError, IsADirectoryError):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
            written[path] = data
    skill = load_skill(folder)
    if isinstance(skill, Problem):
        fits(skill, 20)
        return
    visible = {
        path: data
        for path, data in written.items()
        if not any(part.startswith(".") or part == "__pycache__" for part in path.split("/"))
    }
    assert {file.path: file.data for file in skill.files} == visible
    assert all(file.digest == digest(visible[file.path]) for file in skill.files)
    addresses = {skill.uri(path): path for path in visible}
    assert len(addresses) == len(visible)
    for address, path in addresses.items():
        assert unquote(address, errors="strict") == f"skill://one/{path}"
        assert address.isascii()
        assert not {" ", "?", "#", "\\", "@", ":"} & set(address.removeprefix("skill://"))
        assert not {".", "..", ""} & set(address.removeprefix("skill://").split("/"))


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_two_paths_have_two_addresses_and_each_is_decoded_back(one: str, two: str) -> None:
    files = (SkillFile.of("SKILL.md", skill_md(front()).encode()),)
    skill = build_skill(Candidate("one", Path("one"), "one"), files)
    one, two = (path.encode("utf-8", "replace").decode() for path in (one, two))
    assert (skill.uri(one) == skill.uri(two)) == (one == two)
    assert unquote(skill.uri(one)) == f"skill://one/{one}"
