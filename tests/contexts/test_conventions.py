"""Conventions from the store under a project's own, on every store."""

from __future__ import annotations

import pytest

from backwright.contexts.context import LOCAL, Address, Condition
from backwright.contexts.conventions import MEMBER, VARIABLE, followed, registered
from backwright.contexts.project_file import parse_project
from backwright.contexts.schema import JsonObject
from backwright.contexts.service import Contexts
from backwright.errors import InvalidBodyError, InvalidContextError

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


def test_a_later_one_stands_over_an_earlier_one_and_the_process_s_under_all(contexts: Contexts) -> None:
    contexts.put(
        LOCAL, Address("all", "base"), {"framework": "flask", "python": "3.11", "exclude": ["a"]}, type="project"
    )
    contexts.put(LOCAL, AT, {"framework": "django", "python": "3.12"}, type="project")
    contexts.put(LOCAL, Address("shop", "payments"), {"framework": "fastapi"}, type="project")
    found = followed(contexts, ["shop/conventions", "shop/payments"], told="all/base")
    assert found is not None
    assert (found.project.framework, found.project.python, found.project.exclude) == ("fastapi", "3.12", ("a",))
    assert found.note == (
        "the conventions are those of context://shop/payments/v/1, over those of context://shop/conventions/v/1, "
        "context://all/base/v/1; what backwright.yaml says goes before them"
    )
    assert followed(contexts, []) is None


def test_a_named_version_stays_while_the_latest_moves_on_and_is_there_when_the_context_is_gone(
    contexts: Contexts,
) -> None:
    contexts.put(LOCAL, AT, {"python": "3.11"}, type="project")
    contexts.put(LOCAL, AT, {"python": "3.12"}, type="project", condition=Condition(1))
    assert registered(contexts, LOCAL, "shop/conventions@1").project.python == "3.11"
    assert registered(contexts, LOCAL, "shop/conventions").project.python == "3.12"
    contexts.delete(LOCAL, AT, condition=Condition(2))
    assert registered(contexts, LOCAL, "context://shop/conventions/v/1").uri == "context://shop/conventions/v/1"
    for name in ("shop/conventions", "shop/conventions@3", "shop/conventions@4"):
        with pytest.raises(InvalidContextError, match="are not there"):
            registered(contexts, LOCAL, name)


def test_what_is_missing_is_said_by_where_it_is_named(contexts: Contexts) -> None:
    for place, leave in ((VARIABLE, f"or unset {VARIABLE}"), (MEMBER, "or take it out of contexts in backwright.yaml")):
        for there in (contexts, None):
            with pytest.raises(InvalidContextError) as refused:
                registered(there, LOCAL, "shop/nothing", place=place)
            assert refused.value.message == "the conventions context://shop/nothing are not there"
            assert refused.value.hint.startswith("write it with `backwright contexts put shop/nothing FILE")
            assert refused.value.hint.endswith(leave)


def test_a_stored_context_follows_no_other(contexts: Contexts) -> None:
    with pytest.raises(InvalidBodyError, match=r"^/contexts: "):
        contexts.put(LOCAL, AT, {"contexts": ["shop/conventions"]}, type="project")
