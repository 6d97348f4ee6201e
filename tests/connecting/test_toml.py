"""One table put into a TOML file, and taken out: comments, order and blanks stay."""

from __future__ import annotations

import pytest

from backwright.connecting import toml
from backwright.errors import ConfigurationUnreadableError

ENTRY = {"command": "backwright", "args": ["serve"]}
KEYS = ("mcp_servers",)
TABLE = '[mcp_servers.backwright]\ncommand = "backwright"\nargs = ["serve"]\n'

FILES = {
    "other settings": 'model = "x" # keep\n\n[profiles.a]\nmodel = "y"\n',
    "another server": '# mine\n[mcp_servers.a]\ncommand = "x"\n\n[mcp_servers.a.env]\nTOKEN = "t"\n',
    "settings behind a server": '[mcp_servers.a]\ncommand = "x"\n\n[tui]\ntheme = "dark"\n',
    "an array of tables": "[[rules]]\na = 1\n\n[[rules]]\na = 2\n",
    "servers that stand apart": '[mcp_servers.a]\ncommand = "x"\n\n[tui]\nt = "z"\n\n[mcp_servers.b]\ncommand = "y"\n',
}


def test_in_a_new_file_the_table_is_all_there_is() -> None:
    assert toml.put("", KEYS, "backwright", ENTRY) == TABLE
    assert toml.drop(TABLE, KEYS, "backwright") == ""


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_a_table_goes_in_and_out_and_every_line_of_the_file_stays(text: str) -> None:
    written = toml.put(text, KEYS, "backwright", ENTRY)
    before = toml.read(text)
    servers = before.get("mcp_servers", {})
    assert isinstance(servers, dict)
    assert toml.read(written) == {**before, "mcp_servers": {**servers, "backwright": ENTRY}}
    assert [line for line in written.splitlines() if line and line in text.splitlines()] == [
        line for line in text.splitlines() if line
    ]
    assert toml.read(toml.drop(written, KEYS, "backwright")) == before
    assert toml.drop(written, KEYS, "backwright").split() == text.split()


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_the_same_table_twice_is_the_same_file(text: str) -> None:
    once = toml.put(text, KEYS, "backwright", ENTRY)
    assert toml.put(once, KEYS, "backwright", ENTRY) == once


def test_newlines_and_the_mark_of_another_system_stay() -> None:
    text = "\ufeff" + FILES["settings behind a server"].replace("\n", "\r\n")
    written = toml.put(text, KEYS, "backwright", ENTRY)
    assert written.startswith("\ufeff")
    assert written.count("\n") == written.count("\r\n")
    assert toml.drop(written, KEYS, "backwright").split() == text.split()


def test_a_text_that_looks_like_the_table_stays_as_it_is_and_so_does_what_is_no_number() -> None:
    text = '[mcp_servers.a]\ncommand = "x"\n\n[z]\nf = nan\nn = """\n[mcp_servers.backwright]\n"""\n'
    written = toml.put(text, KEYS, "backwright", ENTRY)
    assert 'f = nan\nn = """\n[mcp_servers.backwright]\n"""\n' in written
    assert toml.drop(written, KEYS, "backwright") == text


def test_a_form_that_takes_no_table_is_said_and_nothing_is_made_of_it() -> None:
    with pytest.raises(ConfigurationUnreadableError, match="its form is none"):
        toml.put('mcp_servers = { a = { command = "x" } }\n', KEYS, "backwright", ENTRY)


def test_what_is_not_there_is_not_taken_out() -> None:
    assert [toml.drop(text, KEYS, "backwright") for text in FILES.values()] == list(FILES.values())


@pytest.mark.parametrize(
    ("text", "why"), [("a = ", "it is no TOML"), ("a = 1\na = 2", "no TOML"), ("mcp_servers = 1", "is no table")]
)
def test_a_file_that_is_no_such_table_is_refused(text: str, why: str) -> None:
    with pytest.raises(ConfigurationUnreadableError, match=why):
        toml.put(text, KEYS, "backwright", ENTRY)
