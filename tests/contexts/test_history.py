"""Versions with what each of them changed, on every store."""

from __future__ import annotations

import pytest

from backwright.contexts.context import LOCAL, Address, Condition
from backwright.contexts.history import history
from backwright.contexts.service import Contexts
from backwright.errors import ContextNotFoundError

AT = Address("shop", "conventions")


def put(contexts: Contexts, version: int, **body: object) -> None:
    contexts.put(LOCAL, AT, body, type="project", condition=Condition(version))


def test_each_version_tells_what_it_changed_and_pages_go_on_without_a_gap(contexts: Contexts) -> None:
    put(contexts, 0, framework="fastapi")
    put(contexts, 1, framework="flask")
    put(contexts, 2, framework="flask", python="3.12")
    first = history(contexts, LOCAL, AT, limit=2, most=5)
    assert [step.context.version for step in first.items] == [3, 2]
    assert [change.line(60) for step in first.items for change in step.changes] == [
        'add /python "3.12"',
        'replace /framework "flask"',
    ]
    rest = history(contexts, LOCAL, AT, before=int(first.cursor or 0), limit=2, most=5)
    assert [(step.context.version, step.changes, step.previous) for step in rest.items] == [(1, (), None)]
    assert rest.cursor is None


def test_a_long_list_of_changes_is_cut_and_says_so(contexts: Contexts) -> None:
    put(contexts, 0)
    put(contexts, 1, framework="flask", python="3.12", layout={"package": "shop"})
    newest = history(contexts, LOCAL, AT, limit=1, most=2).items[0]
    assert (len(newest.changes), newest.cut) == (2, True)


def test_other_labels_are_a_change_and_a_deletion_has_none(contexts: Contexts) -> None:
    put(contexts, 0)
    contexts.put(LOCAL, AT, {}, type="project", labels={"team": "shop"}, condition=Condition(1))
    contexts.delete(LOCAL, AT, condition=Condition(2))
    put(contexts, 0, framework="flask")
    steps = history(contexts, LOCAL, AT, limit=9, most=9).items
    assert [(step.context.deleted, step.labelled, step.changes) for step in steps[1:]] == [
        (True, True, ()),
        (False, True, ()),
        (False, False, ()),
    ]
    assert steps[0].changes == ()


def test_there_is_no_history_of_what_never_was(contexts: Contexts) -> None:
    with pytest.raises(ContextNotFoundError):
        history(contexts, LOCAL, AT, limit=1, most=1)
