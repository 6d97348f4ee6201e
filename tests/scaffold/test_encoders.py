"""Free text stays text in every language that is generated: Python, TOML, Markdown; and names are names or refused."""

from __future__ import annotations

import ast
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, nodes
from markdown_it import MarkdownIt
from pydantic import ValidationError

from backwright.contexts.schemas.endpoint_v2 import EndpointContextV2
from backwright.errors import BackwrightError, UnsupportedProjectError
from backwright.scaffold.plan import Plan
from backwright.scaffold.render import md
from tests.scaffold._projects import HOST, SMALL, TEMPLATE, plan, scaffold, tree, write

SKILLS = TEMPLATE.parents[2]
SOURCES = sorted(SKILLS.glob("*/assets/*/files/**/*.j2"))
ENCODERS = {"py", "toml", "md"}
# Attributes of what the templates are given that hold text which somebody wrote and no pattern bounds.
FREE = {"description", "distribution", "meaning"}

HOSTILE = (
    "\"'\"\"\"'''",
    "\\",
    '"""\nimport os\nos.abort()\n"""',
    "{{ x }} << r.name >> <% raw %> <# c #>",
    "${HOME} $(id) `id` %(here)s {x} %s",
    "</script><script>alert(1)</script> ![b](https://evil.example/b.png)",
    "'; DROP TABLE notes; --",
    "]\n[tool.evil]\nx = 1",
    "- !!python/object/apply:os.system [id]",
    "\u202e\u200b\ufeff\u0085\U0001f600e\u0301\xad",
    "# noqa # type: ignore # backwright: ignore[BW105] x",
)
LINES = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(HOSTILE)


def _free_texts(expression: nodes.Node, *, encoded: bool = False) -> Iterator[str]:
    """The free texts of an expression that pass through no encoder on their way to the output."""
    if isinstance(expression, nodes.Filter):
        encoded = encoded or expression.name in ENCODERS
    if isinstance(expression, nodes.CondExpr):
        # Its test is not written.
        children: list[nodes.Node] = [each for each in (expression.expr1, expression.expr2) if each is not None]
    else:
        children = list(expression.iter_child_nodes())
    if isinstance(expression, nodes.Getattr) and expression.attr in FREE and not encoded:
        yield expression.attr
    for child in children:
        yield from _free_texts(child, encoded=encoded)


def unencoded(source: str) -> list[str]:
    environment = Environment(  # noqa: S701  it parses only
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
    )
    outputs = environment.parse(source).find_all(nodes.Output)
    return [name for output in outputs for part in output.nodes for name in _free_texts(part)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(SKILLS).as_posix())
def test_a_template_writes_free_text_through_an_encoder_only(path: Path) -> None:
    assert unencoded(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<< r.description >>", ["description"]),
        ("<< r.description.upper() | trim >>", ["description"]),
        ("<% if r.description %>x<% endif %>", []),
        ("<< r.description | py(40) >>", []),
        ('<< ("a" ~ r.description) | toml >>', []),
        ('<< r.name if r.description else "" >>', []),
    ],
)
def test_what_is_unencoded_is_found(source: str, found: list[str]) -> None:
    assert unencoded(source) == found


@given(LINES)
def test_a_line_in_markdown_shows_as_it_stands(text: str) -> None:
    shown = " ".join(text.replace("\x00", "").split())
    tokens = MarkdownIt("commonmark").parse(md(text.replace("\x00", "")))
    kinds = [token.type for token in tokens]
    assert kinds == (["paragraph_open", "inline", "paragraph_close"] if shown else [])
    children = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children) == shown


def planned(values: dict[str, object]) -> Plan:
    """The plan in an empty folder, which stays empty."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name, "shop")
        root.mkdir()
        try:
            return plan(root, values)
        finally:
            assert tree(root) == {}


def constants(made: Plan, end: str) -> set[object]:
    action = next(action for action in made.actions if action.path.endswith(end))
    return {node.value for node in ast.walk(ast.parse(action.after or "")) if isinstance(node, ast.Constant)}


@settings(max_examples=15)
@given(LINES, LINES)
def test_a_description_that_the_context_takes_is_in_the_metadata_as_it_was_given(one: str, other: str) -> None:
    fields = [{"name": "status", "type": "enum", "choices": ["open", "closed"]}]
    action = {"name": "close", "set": {"status": "closed"}, "description": other}
    values: dict[str, object] = {"resource": "note", "fields": fields, "description": one, "actions": [action]}
    try:
        context = EndpointContextV2.model_validate_json(json.dumps(values))
    except ValidationError as error:
        places = {str(mistake["loc"][-1]) for mistake in error.errors()}
        assert places == {"description"}
        return
    made = planned(context.model_dump(mode="json"))
    for each in made.actions:
        if each.path.endswith(".py"):
            compile(each.after or "", each.path, "exec")
    assert one == "" or one in constants(made, "schemas/note.py")
    assert other == "" or other in constants(made, "v1/notes.py")


NAMES = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [*HOSTILE, "self", "cls", "class", "None", "match", "print", "items", "limit", "cursor", "session", "router", "con"]
)


@settings(max_examples=25)
@given(NAMES, NAMES, NAMES, st.none() | NAMES)
def test_a_name_is_written_as_a_name_or_refused_with_its_place(
    resource: str, field: str, choice: str, plural: str | None
) -> None:
    fields = [{"name": field, "type": "enum", "choices": ["open", choice]}, {"name": "title", "type": "str"}]
    values: dict[str, object] = {"resource": resource, "plural": plural, "fields": fields}
    try:
        context = EndpointContextV2.model_validate_json(json.dumps(values))
    except ValidationError:
        context = None
    # What the context refuses the engine refuses on its own account, or can write.
    given_values = values if context is None else context.model_dump(mode="json")
    try:
        made = planned({key: value for key, value in given_values.items() if value is not None})
    except BackwrightError as error:
        said = (error.message, error.hint)
        assert all(said)
        return
    for each in made.actions:
        if each.path.endswith(".py"):
            compile(each.after or "", each.path, "exec")


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\n" not in text])
def test_a_hostile_line_of_a_description_reaches_no_other_file_and_no_other_language(text: str, tmp_path: Path) -> None:
    values: dict[str, object] = {"resource": "note", "fields": SMALL["fields"], "description": text}
    plain = planned({**values, "description": ""})
    made = planned(values)
    other = {action.path: action.after for action in plain.actions}
    changed = [a.path for a in made.actions if other[a.path] != a.after and not a.path.startswith(".scaffold/")]
    assert changed == ["src/shop/schemas/note.py"]


@pytest.mark.parametrize("name", ['de"sk', "de'sk", "desk\\n[tool.evil]", "${HOME}", "\u202edesk"])
def test_the_name_of_a_project_stays_a_name(name: str, tmp_path: Path) -> None:
    # As JSON it is TOML as well.
    write(tmp_path, {"pyproject.toml": f"[project]\nname = {json.dumps(name, ensure_ascii=False)}\n"})
    for action in scaffold(tmp_path, SMALL).actions:
        if action.path.endswith(".py"):
            compile(action.after or "", action.path, "exec")


@pytest.mark.parametrize("revision", ['0001"""\\nimport os\\nos.abort()\\n"""', "0001'", "a;b", "<< r.name >>"])
def test_a_revision_that_is_more_than_a_name_is_written_into_nothing(revision: str, tmp_path: Path) -> None:
    text = HOST["alembic/versions/0001_tickets.py"].replace('"0001"', json.dumps(revision).replace("\\\\", "\\"))
    write(tmp_path, {**HOST, "alembic/versions/0001_tickets.py": text})
    before = tree(tmp_path)
    with pytest.raises(UnsupportedProjectError, match="no usual name"):
        plan(tmp_path, SMALL)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("member", ["package", "tests", "migrations", "source_root"])
def test_a_record_that_came_with_a_repository_names_no_code(member: str, tmp_path: Path) -> None:
    scaffold(tmp_path, SMALL)
    path = tmp_path / ".scaffold/platform.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["layout"][member] = 'shop"; import os; os.abort()  # '
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(BackwrightError):
        plan(tmp_path, {"resource": "task", "fields": SMALL["fields"]})
