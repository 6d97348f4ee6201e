"""The README is true: its commands are accepted, its configuration validates, its tables name what is there."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from backwright._discover import discover
from backwright.cli import commands as commands_package
from backwright.cli.command import Command
from backwright.cli.main import parser
from backwright.connecting.found import known
from backwright.contexts.project_file import parse_project
from backwright.mcp_api import tools
from backwright.settings import SCHEMAS_PER_MINUTE, WRITES_PER_MINUTE
from tests.test_architecture import ALLOWED

ROOT = Path(__file__).parent.parent
GUIDES = sorted((ROOT / "server/docs").glob("*.md"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


def commands(text: str = README) -> list[str]:
    """Every `backwright ...` command line of a page, in code blocks and in running text."""
    bash = re.findall(r"^```bash\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    in_blocks = [line.partition("#")[0] for block in bash for line in block.splitlines()]
    inline = re.findall(r"`([^`]*)`", text)
    # `eval "$(backwright ...)"`: the command is what stands inside.
    inner = [re.sub(r'^eval "\$\((.*)\)"$', r"\1", line.strip()) for line in (*in_blocks, *inline)]
    parts = [part for line in inner for part in re.split(r"&&|\s\|\s", line)]
    found = [re.sub(r"^uv run ", "", part.strip()) for part in parts]
    return [line for line in found if line.startswith("backwright ") and "VERSION" not in line]


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_readme_is_accepted_as_it_stands(command: str) -> None:
    arguments = parser().parse_args(shlex.split(command)[1:])
    assert callable(arguments.run)


def test_the_readme_shows_every_command() -> None:
    shown = {line.split()[1] for line in commands()}
    known = {command.name for command in discover(commands_package, "COMMAND", Command, key=lambda each: each.name)}
    assert shown == known


def test_the_readme_is_under_150_lines_and_starts_with_what_the_user_gets() -> None:
    assert README.count("\n") < 150
    assert README.index("reviews by rule") < README.index("```")


def test_the_table_of_tools_names_every_tool() -> None:
    rows = re.findall(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|", README, re.MULTILINE)
    shown = [name for row in rows for name in re.findall(r"[a-z_]+", row)]
    assert sorted(shown) == sorted(path.stem for path in Path(tools.__path__[0]).glob("[a-z]*.py"))


def test_the_project_file_of_the_readme_validates() -> None:
    project = parse_project(blocks("yaml")[0].encode())
    assert project.framework == "fastapi"
    assert project.suppress[0].rule == "BW105"


def test_the_readme_names_every_assistant_that_can_be_connected() -> None:
    line = next(line for line in README.splitlines() if line.startswith("backwright connect"))
    named = re.findall(r"[a-z]+(?:-[a-z]+)?", line.partition("connect ")[2].partition(";")[0])
    assert sorted(named) == [assistant.name for assistant in known()]


def test_the_picture_of_the_readme_names_every_part_of_the_package() -> None:
    picture = blocks("")[0]
    parts = {part for part in ALLOWED if not part.startswith("__")}
    assert {part for part in parts if part not in picture} == set()


@pytest.mark.parametrize(
    "name", re.findall(r"`([a-z_]+)`", README.partition("Benchmarks print tables")[2].partition("\n\n")[0])
)
def test_a_benchmark_that_the_readme_names_exists(name: str) -> None:
    assert (ROOT / "tests" / "bench" / f"{name}.py").is_file()


def test_every_path_of_the_table_of_additions_exists() -> None:
    folders = re.findall(r"`((?:server|skills)/[^`]*?)x[./`]", README)
    assert folders
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_a_guide_is_linked_from_the_readme_and_its_commands_are_accepted(guide: Path) -> None:
    assert f"]({guide.relative_to(ROOT).as_posix()})" in README
    for command in commands(guide.read_text(encoding="utf-8")):
        arguments = parser().parse_args(shlex.split(command)[1:])
        assert callable(arguments.run), command


def test_the_guide_to_contexts_says_which_limits_there_are() -> None:
    guide = (ROOT / "server/docs/contexts.md").read_text(encoding="utf-8")
    limits = dict(re.findall(r"\| (\d+) \| `(BACKWRIGHT_\w+)` \|", guide))
    assert {int(value): name for value, name in limits.items()} == {
        WRITES_PER_MINUTE: "BACKWRIGHT_WRITES_PER_MINUTE",
        SCHEMAS_PER_MINUTE: "BACKWRIGHT_SCHEMAS_PER_MINUTE",
    }


def test_the_interpreter_is_one_that_the_readme_promises() -> None:
    assert sys.version_info >= (3, 11)


@pytest.mark.parametrize("name", ["demo", "review"])
def test_a_picture_of_the_readme_is_drawn_without_a_network_and_shows_what_the_program_says(name: str) -> None:
    text = (ROOT / "server" / "docs" / f"{name}.svg").read_text(encoding="utf-8")
    root = ET.fromstring(text)  # noqa: S314  a file of our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert re.findall(r"(?:href|src|url)\s*[=(]\s*['\"]?(?!#)[a-z]", text) == []
    shown = "".join(root.itertext()).replace("\u00a0", " ")
    assert "BW102" in shown
    assert f"](server/docs/{name}.svg)" in README
