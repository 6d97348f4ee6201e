"""Conventions from the store under a project's own, on every store."""

from __future__ import annotations

import pytest

from backwright.contexts.context import LOCAL, Address, Condition
from backwright.contexts.conventions import registered
from backwright.contexts.project_file import parse_project
from backwright.contexts.schema import JsonObject
from backwright.contexts.service import Contexts
from backwright.errors import InvalidContextError

AT = Address("shop", "conventions")


def test_a_document_of_an_earlier_version_is_read_as_the_latest(contexts: Contexts) -> None:
    contexts.put(LOCAL, AT, {"framework": "fastapi", "python": "3.12"}, type="project", type_version=1)
    found = registered(contexts, LOCAL, "shop/conventions")
    assert (found.project.framework, found.project.python) == ("fastapi", "3.12")
    assert found.project.scaffold.session is None
    assert found.uri == "context://shop/conventions/v/1"


def test_the_latest_version_holds_and_what_a_project_says_itself_goes_before_it(contexts: Contexts) -> None:
    contexts.put(LOCAL, AT, {"framework": "fastapi"}, type="project")
    body: JsonObject = {"framework": "flask", "python": "3.12", "layout": {"package": "shop", "tests": "checks"}}
    contexts.put(LOCAL, AT, body, type="project", condition=Condition(1))
    found = registered(contexts, LOCAL, "context://shop/conventions")
    both = found.under(parse_project(b"framework: django\nlayout: {package: desk}\n"))
    assert (both.framework, both.python) == ("django", "3.12")
    assert (both.layout.package, both.layout.tests) == ("desk", None)
    assert found.under(parse_project(b"")) == found.project


@pytest.mark.parametrize("name", ["shop/nothing", "shop", "Shop/x", "shop/deployment", ""])
def test_what_is_named_and_is_not_there_is_said_with_what_to_do(contexts: Contexts, name: str) -> None:
    contexts.put(LOCAL, Address("shop", "deployment"), {"base": "main"}, type="review")
    with pytest.raises(InvalidContextError) as refused:
        registered(contexts, LOCAL, name)
    assert refused.value.hint
