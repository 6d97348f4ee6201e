"""The strict loader: what it reads is JSON, and everything else is refused with line, reason and fix."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backwright._strict_yaml import JSON, Fault, Limits, StrictYamlError, _Builder, decode, load_yaml

LIBRARY = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SIZE, DEPTH, KEYS = 64 * 1024, 16, 500


def refusal(text: str) -> StrictYamlError:
    with pytest.raises(StrictYamlError) as refused:
        load_yaml(text)
    return refused.value


def attempt(text: str) -> JSON | StrictYamlError:
    try:
        return load_yaml(text).value
    except StrictYamlError as refused:
        return refused


REFUSED = {
    "alias": ("a: &x 1\nb: *x\n", Fault.ALIAS, 1),
    "alias alone": ("a: 1\nb: *x\n", Fault.ALIAS, 2),
    "anchor on a key": ("a: 1\n&x b: 2\n", Fault.ALIAS, 2),
    "anchor on a list": ("a: &x\n  - 1\n", Fault.ALIAS, 1),
    "billion laughs": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", Fault.ALIAS, 1),
    "tag": ("a: 1\nb: !!python/object/apply:os.system [id]\n", Fault.TAG, 2),
    "standard tag": ("a: !!str 1\n", Fault.TAG, 1),
    "non-specific tag": ("a: ! 1\n", Fault.TAG, 1),
    "tag on a mapping": ("a: !!map {b: 1}\n", Fault.TAG, 1),
    "tag on a key": ("!!str a: 1\n", Fault.TAG, 1),
    "merge key": ("a: 1\n<<: {b: 2}\n", Fault.MERGE_KEY, 2),
    "quoted merge key": ("a: 1\n'<<': {b: 2}\n", Fault.MERGE_KEY, 2),
    "duplicate key": ("name: a\nb: 1\nname: c\n", Fault.DUPLICATE_KEY, 3),
    "duplicate key, quoted": ('name: a\n"name": c\n', Fault.DUPLICATE_KEY, 2),
    "duplicate key, escaped": ('name: a\n"n\\x61me": c\n', Fault.DUPLICATE_KEY, 2),
    "duplicate key by case": ("name: a\nName: c\n", Fault.DUPLICATE_KEY, 2),
    "duplicate key by width": ("name: a\n\uff4eame: c\n", Fault.DUPLICATE_KEY, 2),
    "duplicate key, nested": ("a:\n  b: 1\n  b: 2\n", Fault.DUPLICATE_KEY, 3),
    "second document": ("a: 1\n---\nb: 2\n", Fault.SECOND_DOCUMENT, 2),
    "second document after an end": ("a: 1\n...\n---\nb: 2\n", Fault.SECOND_DOCUMENT, 3),
    "YAML directive": ("%YAML 1.1\n---\na: 1\n", Fault.DIRECTIVE, 1),
    "TAG directive": ("%TAG ! tag:x,2000:\n---\na: 1\n", Fault.DIRECTIVE, 1),
    "number as key": ("1: a\n", Fault.KEY, 1),
    "null as key": ("a: 1\n~: a\n", Fault.KEY, 2),
    "true as key": ("true: a\n", Fault.KEY, 1),
    "empty key": ('"": a\n', Fault.KEY, 1),
    "list as key": ("? [a]\n: b\n", Fault.KEY, 1),
    "unquoted colon": ("description: Use it: always\n", Fault.SYNTAX, 1),
    "tab indentation": ("a:\n\tb: 1\n", Fault.SYNTAX, 2),
    "open quote": ('a: 1\nb: "x\n', Fault.SYNTAX, 3),
    "NUL": ("a: x\0y\n", Fault.HIDDEN_TEXT, 1),
    "NUL, escaped": ('a: 1\nb: "x\\0y"\n', Fault.HIDDEN_TEXT, 2),
    "zero width space": ("a: 1\nb: x\u200by\n", Fault.HIDDEN_TEXT, 2),
    "zero width space, escaped": ('a: "x\\u200by"\n', Fault.HIDDEN_TEXT, 1),
    "bidi override in a comment": ("a: 1 # \u202e\n", Fault.HIDDEN_TEXT, 1),
    "tag character": ("a: x\U000e0041\n", Fault.HIDDEN_TEXT, 1),
    "next line": ("a: x\x85b: y\n", Fault.HIDDEN_TEXT, 1),
    "line separator": ("a: x\u2028b: y\n", Fault.HIDDEN_TEXT, 1),
    "lone carriage return": ("a: x\rb: y\n", Fault.HIDDEN_TEXT, 1),
    "escape sequence": ("a: \x1b[31mred\n", Fault.HIDDEN_TEXT, 1),
    "too large": ("a: " + "x" * SIZE, Fault.TOO_LARGE, None),
}


@pytest.mark.parametrize(("text", "code", "line"), REFUSED.values(), ids=REFUSED.keys())
def test_hostile_yaml_is_refused_at_its_line_with_a_fix(text: str, code: Fault, line: int | None) -> None:
    found = refusal(text)
    assert (found.code, found.line) == (code, line)
    assert found.message
    assert found.fix


AMBIGUOUS = [
    *("no", "No", "NO", "yes", "on", "OFF", "off", "Yes"),
    *("2026-01-01", "2026-01-01T10:00:00Z", "2001-1-1 2:03:04"),
    *("012", "0o14", "-07", "00", "+12", "1_000", "0x1F", "0b11", "190:20:30", "1:30"),
    *("1.", ".5", "+.5", "1e3", "1E3", "1e+3", "1_0.5", "685.230_15e+03", "-012.5", "1.5e400"),
    *(".inf", "-.INF", "+.Inf", ".nan", ".NaN"),
    *("9007199254740992", "-9007199254740992", "1" * 5000),
    "=",
]


@pytest.mark.parametrize("scalar", AMBIGUOUS, ids=lambda scalar: scalar[:20])
def test_a_scalar_that_parsers_read_differently_is_refused_as_value_as_item_and_as_key(scalar: str) -> None:
    for text, line in ((f"a: 1\nb: {scalar}\n", 2), (f"a:\n  - {scalar}\n", 2), (f"{scalar}: 1\n", 1)):
        found = refusal(text)
        assert (found.code, found.line, found.fix) == (Fault.AMBIGUOUS, line, "put it in quotes")


@pytest.mark.parametrize("scalar", AMBIGUOUS, ids=lambda scalar: scalar[:20])
def test_a_quoted_scalar_is_its_text(scalar: str) -> None:
    assert load_yaml(f'a: "{scalar}"\n').value == {"a": scalar}
    assert load_yaml(f"a: '{scalar}'\n").value == {"a": scalar}
    assert load_yaml(f"a: |-\n  {scalar}\n").value == {"a": scalar}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# nothing but a comment\n", None),
        ("a:\n", {"a": None}),
        ("a: ~\nb: null\nc: Null\n", {"a": None, "b": None, "c": None}),
        ("a: true\nb: False\n", {"a": True, "b": False}),
        ("a: 0\nb: -12\nc: 9007199254740991\n", {"a": 0, "b": -12, "c": 2**53 - 1}),
        ("a: 1.5\nb: -0.25\nc: 1.5e+3\n", {"a": 1.5, "b": -0.25, "c": 1500.0}),
        ("a: 1.0.0\nb: c#\nc: y\nd: 'it''s'\n", {"a": "1.0.0", "b": "c#", "c": "y", "d": "it's"}),
        ("a: >\n  one\n  two\nb: |\n  x\n  y\n", {"a": "one two\n", "b": "x\ny\n"}),
        ("a: [x, {b: 1}]\nc: {}\nd: []\n", {"a": ["x", {"b": 1}], "c": {}, "d": []}),
        ("a: 用fastapi写接口\nb: ¿Qué?\nc: ⚠️ café 👩‍💻\n", {"a": "用fastapi写接口", "b": "¿Qué?", "c": "⚠️ café 👩‍💻"}),
        ("a: one\r\nb: two\r\n", {"a": "one", "b": "two"}),
        ("---\na: 1\n", {"a": 1}),
        ('a: "\\u00e9\\t\\n"\n', {"a": "é\t\n"}),
        ("- 1\n- two\n", [1, "two"]),
    ],
)
def test_plain_yaml_is_read_as_json(text: str, value: JSON) -> None:
    read = load_yaml(text).value
    assert read == value
    assert json.loads(json.dumps(read)) == value


def test_true_is_not_one_and_one_is_not_true() -> None:
    assert json.dumps(load_yaml("a: true\nb: 1\nc: 1.0\n").value) == '{"a": true, "b": 1, "c": 1.0}'


def test_each_value_has_its_line_and_a_missing_one_that_of_what_is_around_it() -> None:
    document = load_yaml("a: 1\nb:\n  - x\n  - c: 2\nd:\ne: 3\n", first_line=2)
    assert document.line("a") == 2
    assert document.line("b", 0) == 4
    assert document.line("b", 1, "c") == 5
    assert document.line("d") == 6
    assert document.line("b", 1, "no such key") == 5
    assert document.line("nothing") == 2


def test_limits_are_kept_to_the_byte_the_level_and_the_key() -> None:
    size = "a: " + "x" * (SIZE - 3)
    assert load_yaml(size).value == {"a": "x" * (SIZE - 3)}
    assert refusal(size + "x").code is Fault.TOO_LARGE
    assert refusal("a: " + "é" * (SIZE // 2)).code is Fault.TOO_LARGE
    assert load_yaml("[" * DEPTH + "]" * DEPTH).value is not None
    assert refusal("[" * (DEPTH + 1) + "]" * (DEPTH + 1)).code is Fault.TOO_DEEP
    keys = "".join(f"k{number}: 1\n" for number in range(KEYS))
    assert load_yaml(keys).value == {f"k{number}": 1 for number in range(KEYS)}
    more = refusal(keys + "more: 1\n")
    assert (more.code, more.line) == (Fault.TOO_MANY_KEYS, KEYS + 1)


def test_keys_of_all_mappings_count_together() -> None:
    assert load_yaml("- {a: 1, b: 2}\n- {c: 3}\n", limits=Limits(keys=3)).value == [{"a": 1, "b": 2}, {"c": 3}]
    with pytest.raises(StrictYamlError):
        load_yaml("- {a: 1, b: 2}\n- {c: 3}\n", limits=Limits(keys=2))


BOMBS: dict[str, tuple[str, Fault | None]] = {
    "open lists": ("[" * SIZE, Fault.TOO_DEEP),
    "closed lists": ("[" * (SIZE // 2) + "]" * (SIZE // 2), Fault.TOO_DEEP),
    "open mappings": ("{a: " * (SIZE // 4), Fault.TOO_DEEP),
    "nested items": ("- " * (SIZE // 2), Fault.TOO_DEEP),
    "complex keys": ("? " * (SIZE // 2), Fault.KEY),
    "anchors": ("a:\n" + "- &a\n" * (SIZE // 6), Fault.ALIAS),
    "aliases": ("a: [" + "*a," * (SIZE // 4) + "]", Fault.ALIAS),
    "keys": ("".join(f"{number}a: 1\n" for number in range(7000)), Fault.TOO_MANY_KEYS),
    "items": ("-\n" * (SIZE // 2), None),
    "one long word": ("a" * SIZE, None),
    "one long number": ("1" * SIZE, Fault.AMBIGUOUS),
    "one long float": ("1." + "1" * (SIZE - 2), None),
    "colons": ("1:" * (SIZE // 2), Fault.AMBIGUOUS),
    "dots": ("." * SIZE, None),
    "underscores": ("1_" * (SIZE // 2), Fault.AMBIGUOUS),
    "comments": ("#\n" * (SIZE // 2), None),
    "blanks": (" " * SIZE, None),
    "tabs": ("\t" * SIZE, Fault.SYNTAX),
    "lines of text": ("a\n" * (SIZE // 2), None),
    "open quote": ('"' + "a\n" * (SIZE // 2 - 1), Fault.SYNTAX),
    "escapes": ('"' + "\\x41" * (SIZE // 4 - 1) + '"', None),
    "folded blanks": ("a: >\n" + " \n" * (SIZE // 2 - 3), None),
    "colon keys": ("a: b: " * (SIZE // 6), Fault.SYNTAX),
    "joined emoji": ("a: " + "👩‍💻" * (SIZE // 11 - 1), None),
    "documents": ("---\n" * (SIZE // 4), Fault.SECOND_DOCUMENT),
    "exclamations": ("!" * SIZE, Fault.TAG),
}


def counted(text: str, counts: list[int]) -> Iterator[yaml.Event]:
    """The events of a text, each counted when it is asked for."""
    for event in iter(LIBRARY(text).get_event, None):
        counts[0] += 1
        yield event


@pytest.mark.parametrize(("text", "fault"), BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_of_64_kib_is_refused_at_its_first_forbidden_event_or_read_once(text: str, fault: Fault | None) -> None:
    assert len(text.encode()) <= SIZE
    found = attempt(text)
    assert (found.code if isinstance(found, StrictYamlError) else None) == fault
    counts = [0]
    with suppress(StrictYamlError, yaml.YAMLError):
        _Builder(1, Limits()).document(counted(text, counts))
    # A key and its value for each key that is allowed, and the start of stream, document and each level.
    assert 0 < counts[0] <= (SIZE if fault is None else 2 * KEYS + DEPTH + 3)


@given(st.text(max_size=200))
def test_any_text_is_json_or_one_refusal(text: str) -> None:
    found = attempt(text)
    if isinstance(found, StrictYamlError):
        assert found.line is None or 1 <= found.line <= text.count("\n") + 2
    else:
        assert json.loads(json.dumps(found)) == found


yaml_like = st.text(alphabet="ab01:-[]{},&*!|>'\"#%@`?~<. \n\t", max_size=60)


@given(yaml_like)
def test_what_is_read_is_what_the_library_reads(text: str) -> None:
    found = attempt(text)
    if not isinstance(found, StrictYamlError):
        assert found == yaml.load(text, Loader=LIBRARY)  # noqa: S506  a safe loader, with libyaml where it is there


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(codec="ascii"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(json_values)
def test_visible_json_written_as_yaml_is_read_back(value: JSON) -> None:
    text = yaml.safe_dump(value, allow_unicode=True)
    found = attempt(text)
    if isinstance(found, StrictYamlError):
        assert found.code in {Fault.HIDDEN_TEXT, Fault.AMBIGUOUS}
    else:
        assert found == value


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("﻿a: 1\n".encode(), 1),
        ("a: é\n".encode("latin-1"), 1),
        (b"a: 1\nb: \xff\n", 2),
        (b"a: \xed\xa0\x80\n", 1),
        (b"a: \xc0\xaf\n", 1),
        ("a: 1\n".encode("utf-16"), 1),
    ],
    ids=["byte order mark", "latin-1", "second line", "surrogate", "overlong", "utf-16"],
)
def test_what_is_not_plain_utf_8_is_refused_at_its_line(data: bytes, line: int) -> None:
    with pytest.raises(StrictYamlError) as refused:
        decode(data)
    assert (refused.value.code, refused.value.line) == (Fault.ENCODING, line)


def test_utf_16_without_a_mark_is_refused_as_hidden_text() -> None:
    assert refusal(decode("a: 1\n".encode("utf-16-le"))).code is Fault.HIDDEN_TEXT


def test_plain_utf_8_is_decoded() -> None:
    assert decode("a: 用 é\n".encode()) == "a: 用 é\n"
