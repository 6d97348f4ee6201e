"""One member put into a JSON file with comments, and taken out: everything else stays, byte for byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.connecting import jsonc
from backwright.errors import ConfigurationUnreadableError

ENTRY = {"command": "backwright", "args": ["serve"]}
KEYS = ("mcpServers",)

FILES = {
    "nothing": "",
    "an empty object": "{}\n",
    "an empty object of two lines": "{\n}\n",
    "another member": '{\n  "theme": "dark"\n}\n',
    "another server": '{\n    "mcpServers": {\n        "a": {"command": "x"}\n    }\n}\n',
    "one line": '{"mcpServers": {"a": {"command": "x"}}, "z": [1, 2]}',
    "tabs and a trailing comma": '{\n\t"mcpServers": {\n\t\t"a": {},\n\t},\n}\n',
    "a comment behind the last member": '{\n  "mcpServers": {\n    "a": {} // mine\n  }\n}\n',
    "a comment behind a trailing comma": '{\n  "mcpServers": {\n    "a": {}, // mine, {"b": 1}\n  },\n}\n',
    "only a comment": '{\n  // "mcpServers": {}\n}\n',
    "a comment before all": '// of the team\n{\n  "mcpServers": {} /* none */\n}\n',
    "Windows lines": '{\r\n  "theme": "dark"\r\n}\r\n',
    "a byte order mark": '\ufeff{\n  "theme": "dark"\n}\n',
    "text that looks like a comment": '{"url": "http://x/y", "glob": "**/*.py"}\n',
    "escapes": '{"\\u006dcpServers": {"a\\"b": {}}, "é": "\\ud83d\\ude00"}\n',
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_an_entry_is_put_in_and_nothing_else_changes(text: str) -> None:
    before, written = jsonc.read(text), jsonc.put(text, KEYS, "backwright", ENTRY)
    servers = before.get("mcpServers", {})
    assert isinstance(servers, dict)
    assert jsonc.read(written) == {**before, "mcpServers": {**servers, "backwright": ENTRY}}
    # What was there is still there, in its order.
    rest = iter(written)
    assert all(character in rest for character in text.rstrip())


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_taken_out_again_the_file_says_what_it_said_with_every_comment(text: str) -> None:
    undone = jsonc.drop(jsonc.put(text, KEYS, "backwright", ENTRY), KEYS, "backwright")
    was = {key: value for key, value in jsonc.read(text).items() if (key, value) != ("mcpServers", {})}
    assert jsonc.read(undone) == was
    assert [part for part in ("// mine", "// of the team", "/* none */") if part in text] == [
        part for part in ("// mine", "// of the team", "/* none */") if part in undone
    ]


EXACT = [name for name in FILES if name not in {"nothing", "an empty object of two lines", "a comment before all"}]


@pytest.mark.parametrize("name", EXACT)
def test_taken_out_again_the_bytes_are_those_that_were_there(name: str) -> None:
    text = FILES[name]
    assert jsonc.drop(jsonc.put(text, KEYS, "backwright", ENTRY), KEYS, "backwright") == text


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_the_same_entry_twice_is_the_same_file(text: str) -> None:
    once = jsonc.put(text, KEYS, "backwright", ENTRY)
    assert jsonc.put(once, KEYS, "backwright", ENTRY) == once


def test_an_entry_of_ours_is_renewed_where_it_stands() -> None:
    text = '{"mcpServers": {"backwright": {"command": "old"}, "a": {}}}'
    assert jsonc.put(text, KEYS, "backwright", {"url": "http://127.0.0.1:8000/mcp"}) == (
        '{"mcpServers": {"backwright": {\n      "url": "http://127.0.0.1:8000/mcp"\n    }, "a": {}}}'
    )


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ('{"a": 1,\n "b": }', "Expecting value", 2),
        ("[1]", "it holds no object", 1),
        ('{"a": 1, "a": 2}', "twice", None),
        ("{'a': 1}", "this is no JSON", 1),
        ('{"a": "\n"}', "this is no JSON", 1),
        ('{"mcpServers": []}', "its mcpServers is no object", None),
        ('{"a": ' * 65 + "1" + "}" * 65, "more than 64 levels", 1),
        ("[" * 100_000, "more than 64 levels", 1),
        ("{,}", "Expecting property name", 1),
        ('{"a": 1,,}', "Expecting property name", 1),
        ('{"a": 1} {"b": 2}', "Extra data", 1),
        ("{/* open", "this is no JSON", 1),
    ],
)
def test_a_file_that_is_no_such_object_is_refused_with_its_line(text: str, why: str, line: int | None) -> None:
    with pytest.raises(ConfigurationUnreadableError, match=why) as refused:
        jsonc.put(text, KEYS, "backwright", ENTRY)
    assert refused.value.line == line


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
BLANK = st.sampled_from(["", " ", "\n", "\t", "\r\n", "// c\n", " /* } */ ", '\n  // "x": {\n  '])


YES = st.booleans()


@st.composite
def documents(draw: st.DrawFn) -> str:
    """An object with blanks and comments between all of its tokens, and trailing commas at times."""

    def text(value: object) -> str:
        if isinstance(value, dict):
            members = [f"{json.dumps(key)}{draw(BLANK)}:{draw(BLANK)}{text(each)}" for key, each in value.items()]
            return _joined("{", members, "}")
        if isinstance(value, list):
            return _joined("[", [text(each) for each in value], "]")
        return json.dumps(value)

    def _joined(opening: str, parts: list[str], closing: str) -> str:
        spaced = [f"{draw(BLANK)}{part}{draw(BLANK)}" for part in parts]
        trailing = "," + draw(BLANK) if draw(YES) and parts else ""
        return f"{opening}{','.join(spaced)}{trailing}{draw(BLANK)}{closing}"

    value = draw(st.dictionaries(st.text(max_size=4), JSON, max_size=3))
    if draw(YES):
        value["mcpServers"] = draw(st.dictionaries(st.text(max_size=4), JSON, max_size=3))
    return draw(BLANK) + text(value) + draw(BLANK)


@given(documents())
def test_whatever_the_form_an_entry_goes_in_and_out_and_all_else_is_kept(text: str) -> None:
    before = jsonc.read(text)
    servers = before.get("mcpServers", {})
    assert isinstance(servers, dict)
    written = jsonc.put(text, KEYS, "backwright", ENTRY)
    assert jsonc.read(written) == {**before, "mcpServers": {**servers, "backwright": ENTRY}}
    undone = jsonc.read(jsonc.drop(written, KEYS, "backwright"))
    assert undone == {key: value for key, value in before.items() if (key, value) != ("mcpServers", {})}


@given(st.text(alphabet='{}[]:,"/*\\ \n1ab', max_size=30))
def test_any_text_is_changed_rightly_or_refused(text: str) -> None:
    try:
        written = jsonc.put(text, KEYS, "backwright", ENTRY)
    except ConfigurationUnreadableError:
        return
    servers = jsonc.read(written)["mcpServers"]
    assert isinstance(servers, dict)
    assert servers["backwright"] == ENTRY
