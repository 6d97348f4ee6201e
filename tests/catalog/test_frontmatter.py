"""The strict loader: what it reads is JSON, and everything else is refused with file, line, reason and fix."""

from __future__ import annotations

import json
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backwright.catalog.frontmatter import Limits, decode, load_yaml, split
from backwright.catalog.problem import Code, Problem, ProblemError
from backwright.catalog.skill import JSON

PATH = "skills/one/SKILL.md"
LIBRARY = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SIZE, DEPTH, KEYS = 64 * 1024, 16, 500


def problem(text: str) -> Problem:
    with pytest.raises(ProblemError) as refused:
        load_yaml(text, PATH)
    return refused.value.problem


def attempt(text: str) -> JSON | Problem:
    try:
        return load_yaml(text, PATH).value
    except ProblemError as refused:
        return refused.problem


REFUSED = {
    "alias": ("a: &x 1\nb: *x\n", Code.YAML_ALIAS, 1),
    "alias alone": ("a: 1\nb: *x\n", Code.YAML_ALIAS, 2),
    "anchor on a key": ("a: 1\n&x b: 2\n", Code.YAML_ALIAS, 2),
    "anchor on a list": ("a: &x\n  - 1\n", Code.YAML_ALIAS, 1),
    "billion laughs": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", Code.YAML_ALIAS, 1),
    "tag": ("a: 1\nb: !!python/object/apply:os.system [id]\n", Code.YAML_TAG, 2),
    "standard tag": ("a: !!str 1\n", Code.YAML_TAG, 1),
    "non-specific tag": ("a: ! 1\n", Code.YAML_TAG, 1),
    "tag on a mapping": ("a: !!map {b: 1}\n", Code.YAML_TAG, 1),
    "tag on a key": ("!!str a: 1\n", Code.YAML_TAG, 1),
    "merge key": ("a: 1\n<<: {b: 2}\n", Code.YAML_MERGE_KEY, 2),
    "quoted merge key": ("a: 1\n'<<': {b: 2}\n", Code.YAML_MERGE_KEY, 2),
    "duplicate key": ("name: a\nb: 1\nname: c\n", Code.YAML_DUPLICATE_KEY, 3),
    "duplicate key, quoted": ('name: a\n"name": c\n', Code.YAML_DUPLICATE_KEY, 2),
    "duplicate key, escaped": ('name: a\n"n\\x61me": c\n', Code.YAML_DUPLICATE_KEY, 2),
    "duplicate key by case": ("name: a\nName: c\n", Code.YAML_DUPLICATE_KEY, 2),
    "duplicate key by width": ("name: a\n\uff4eame: c\n", Code.YAML_DUPLICATE_KEY, 2),
    "duplicate key, nested": ("a:\n  b: 1\n  b: 2\n", Code.YAML_DUPLICATE_KEY, 3),
    "second document": ("a: 1\n---\nb: 2\n", Code.YAML_SECOND_DOCUMENT, 2),
    "second document after an end": ("a: 1\n...\n---\nb: 2\n", Code.YAML_SECOND_DOCUMENT, 3),
    "YAML directive": ("%YAML 1.1\n---\na: 1\n", Code.YAML_DIRECTIVE, 1),
    "TAG directive": ("%TAG ! tag:x,2000:\n---\na: 1\n", Code.YAML_DIRECTIVE, 1),
    "number as key": ("1: a\n", Code.YAML_KEY, 1),
    "null as key": ("a: 1\n~: a\n", Code.YAML_KEY, 2),
    "true as key": ("true: a\n", Code.YAML_KEY, 1),
    "empty key": ('"": a\n', Code.YAML_KEY, 1),
    "list as key": ("? [a]\n: b\n", Code.YAML_KEY, 1),
    "unquoted colon": ("description: Use it: always\n", Code.YAML_SYNTAX, 1),
    "tab indentation": ("a:\n\tb: 1\n", Code.YAML_SYNTAX, 2),
    "open quote": ('a: 1\nb: "x\n', Code.YAML_SYNTAX, 3),
    "NUL": ("a: x\0y\n", Code.HIDDEN_TEXT, 1),
    "NUL, escaped": ('a: 1\nb: "x\\0y"\n', Code.HIDDEN_TEXT, 2),
    "zero width space": ("a: 1\nb: x\u200by\n", Code.HIDDEN_TEXT, 2),
    "zero width space, escaped": ('a: "x\\u200by"\n', Code.HIDDEN_TEXT, 1),
    "bidi override in a comment": ("a: 1 # \u202e\n", Code.HIDDEN_TEXT, 1),
    "tag character": ("a: x\U000e0041\n", Code.HIDDEN_TEXT, 1),
    "next line": ("a: x\x85b: y\n", Code.HIDDEN_TEXT, 1),
    "line separator": ("a: x\u2028b: y\n", Code.HIDDEN_TEXT, 1),
    "lone carriage return": ("a: x\rb: y\n", Code.HIDDEN_TEXT, 1),
    "escape sequence": ("a: \x1b[31mred\n", Code.HIDDEN_TEXT, 1),
    "too large": ("a: " + "x" * SIZE, Code.TOO_LARGE, None),
}


@pytest.mark.parametrize(("text", "code", "line"), REFUSED.values(), ids=REFUSED.keys())
def test_hostile_yaml_is_refused_at_its_line_with_a_fix(text: str, code: Code, line: int | None) -> None:
    found = problem(text)
    assert (found.code, found.severity, found.path, found.line) == (code, "error", PATH, line)
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
        found = problem(text)
        assert (found.code, found.line, found.fix) == (Code.YAML_AMBIGUOUS, line, "put it in quotes")


@pytest.mark.parametrize("scalar", AMBIGUOUS, ids=lambda scalar: scalar[:20])
def test_a_quoted_scalar_is_its_text(scalar: str) -> None:
    assert load_yaml(f'a: "{scalar}"\n', PATH).value == {"a": scalar}
    assert load_yaml(f"a: '{scalar}'\n", PATH).value == {"a": scalar}
    assert load_yaml(f"a: |-\n  {scalar}\n", PATH).value == {"a": scalar}


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
    read = load_yaml(text, PATH).value
    assert read == value
    assert json.loads(json.dumps(read)) == value


def test_true_is_not_one_and_one_is_not_true() -> None:
    assert json.dumps(load_yaml("a: true\nb: 1\nc: 1.0\n", PATH).value) == '{"a": true, "b": 1, "c": 1.0}'


def test_each_value_has_its_line_and_a_missing_one_that_of_what_is_around_it() -> None:
    document = load_yaml("a: 1\nb:\n  - x\n  - c: 2\nd:\ne: 3\n", PATH, first_line=2)
    assert document.line("a") == 2
    assert document.line("b", 0) == 4
    assert document.line("b", 1, "c") == 5
    assert document.line("d") == 6
    assert document.line("b", 1, "no such key") == 5
    assert document.line("nothing") == 2


def test_limits_are_kept_to_the_byte_the_level_and_the_key() -> None:
    size = "a: " + "x" * (SIZE - 3)
    assert load_yaml(size, PATH).value == {"a": "x" * (SIZE - 3)}
    assert problem(size + "x").code is Code.TOO_LARGE
    assert problem("a: " + "é" * (SIZE // 2)).code is Code.TOO_LARGE
    assert load_yaml("[" * DEPTH + "]" * DEPTH, PATH).value is not None
    assert problem("[" * (DEPTH + 1) + "]" * (DEPTH + 1)).code is Code.YAML_TOO_DEEP
    keys = "".join(f"k{number}: 1\n" for number in range(KEYS))
    assert load_yaml(keys, PATH).value == {f"k{number}": 1 for number in range(KEYS)}
    more = problem(keys + "more: 1\n")
    assert (more.code, more.line) == (Code.YAML_TOO_MANY_KEYS, KEYS + 1)


def test_keys_of_all_mappings_count_together() -> None:
    assert load_yaml("- {a: 1, b: 2}\n- {c: 3}\n", PATH, limits=Limits(keys=3)).value == [{"a": 1, "b": 2}, {"c": 3}]
    with pytest.raises(ProblemError):
        load_yaml("- {a: 1, b: 2}\n- {c: 3}\n", PATH, limits=Limits(keys=2))


BOMBS = {
    "open lists": "[" * SIZE,
    "closed lists": "[" * (SIZE // 2) + "]" * (SIZE // 2),
    "open mappings": "{a: " * (SIZE // 4),
    "nested items": "- " * (SIZE // 2),
    "complex keys": "? " * (SIZE // 2),
    "anchors": "a:\n" + "- &a\n" * (SIZE // 6),
    "aliases": "a: [" + "*a," * (SIZE // 4) + "]",
    "keys": "".join(f"{number}a: 1\n" for number in range(7000)),
    "items": "-\n" * (SIZE // 2),
    "one long word": "a" * SIZE,
    "one long number": "1" * SIZE,
    "one long float": "1." + "1" * (SIZE - 2),
    "colons": "1:" * (SIZE // 2),
    "dots": "." * SIZE,
    "underscores": "1_" * (SIZE // 2),
    "comments": "#\n" * (SIZE // 2),
    "blanks": " " * SIZE,
    "tabs": "\t" * SIZE,
    "lines of text": "a\n" * (SIZE // 2),
    "open quote": '"' + "a\n" * (SIZE // 2 - 1),
    "escapes": '"' + "\\x41" * (SIZE // 4 - 1) + '"',
    "folded blanks": "a: >\n" + " \n" * (SIZE // 2 - 3),
    "colon keys": "a: b: " * (SIZE // 6),
    "joined emoji": "a: " + "👩‍💻" * (SIZE // 11 - 1),
    "documents": "---\n" * (SIZE // 4),
    "exclamations": "!" * SIZE,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_of_64_kib_is_read_or_refused_within_200_ms(text: str) -> None:
    assert len(text.encode()) <= SIZE
    spent: list[float] = []
    while len(spent) < 5 and min(spent, default=1.0) >= 0.2:
        begun = time.process_time()
        attempt(text)
        spent.append(time.process_time() - begun)
    assert min(spent) < 0.2


@given(st.text(max_size=200))
def test_any_text_is_json_or_one_problem(text: str) -> None:
    found = attempt(text)
    if isinstance(found, Problem):
        assert found.line is None or 1 <= found.line <= text.count("\n") + 2
    else:
        assert json.loads(json.dumps(found)) == found


yaml_like = st.text(alphabet="ab01:-[]{},&*!|>'\"#%@`?~<. \n\t", max_size=60)


@given(yaml_like)
def test_what_is_read_is_what_the_library_reads(text: str) -> None:
    found = attempt(text)
    if not isinstance(found, Problem):
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
    if isinstance(found, Problem):
        assert found.code in {Code.HIDDEN_TEXT, Code.YAML_AMBIGUOUS}
    else:
        assert found == value


def test_split_gives_the_frontmatter_and_the_body() -> None:
    assert split("---\nname: a\n---\n# Body\n---\nmore\n", PATH) == ("name: a\n", "# Body\n---\nmore\n")
    assert split("---\r\nname: a\r\n---\r\nBody", PATH) == ("name: a\r\n", "Body")
    assert split("---\nname: a\n--- ", PATH) == ("name: a\n", "")
    assert split("---\ndescription: a --- b\n---\n", PATH) == ("description: a --- b\n", "")


@pytest.mark.parametrize(
    "text", ["", "# Title\n", " ---\nname: a\n---\n", "----\nname: a\n---\n", "\n---\nname: a\n---\n"]
)
def test_a_text_that_does_not_start_with_a_fence_has_no_frontmatter(text: str) -> None:
    with pytest.raises(ProblemError) as refused:
        split(text, PATH)
    assert (refused.value.problem.code, refused.value.problem.line) == (Code.NO_FRONTMATTER, 1)


@pytest.mark.parametrize("text", ["---\nname: a\n", "---", "---\nname: a\n ---\n", "---\nname: a\n----\n"])
def test_a_frontmatter_that_is_not_closed_is_refused(text: str) -> None:
    with pytest.raises(ProblemError) as refused:
        split(text, PATH)
    assert refused.value.problem.code is Code.NO_FRONTMATTER


def test_a_fence_beyond_the_limit_is_not_looked_for() -> None:
    with pytest.raises(ProblemError) as refused:
        split("---\n" + "#\n" * SIZE + "---\n", PATH)
    assert refused.value.problem.code is Code.TOO_LARGE


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
    with pytest.raises(ProblemError) as refused:
        decode(data, PATH)
    assert (refused.value.problem.code, refused.value.problem.line) == (Code.ENCODING, line)


def test_utf_16_without_a_mark_is_refused_as_hidden_text() -> None:
    assert problem(decode("a: 1\n".encode("utf-16-le"), PATH)).code is Code.HIDDEN_TEXT


def test_plain_utf_8_is_decoded() -> None:
    assert decode("a: 用 é\n".encode(), PATH) == "a: 用 é\n"
