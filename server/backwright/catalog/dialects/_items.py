"""Sentences as checklist items: what decides each, plainly."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from backwright.catalog.dialects._draft import Draft, cut
from backwright.catalog.dialects._markdown import ListItem
from backwright.catalog.dialects._sentences import decided_by
from backwright.catalog.dialects.name import hashed, slug
from backwright.catalog.skill import ChecklistItem, Question

MAX_ITEMS: Final = 60
"""As many as a strict `checklist.yaml` has room for, whatever they say."""
_MAX_TEXT: Final = 300
_ID_WORDS: Final = 8
_CODE = re.compile(r"`([^`]+)`")
# What is missing is on no line, so no word on a line says that the sentence applies.
_ABSENT = re.compile(r"(?:not|no|never|missing|without|lacking|forgetting|omitting|skipping)\b", re.IGNORECASE)
_WORD = re.compile(r"@?[A-Za-z_][\w.]*(?:\(\))?")


def with_items(draft: Draft, code: str, found: Iterable[ListItem], where: str, *, avoid: bool = False) -> Draft:
    """The draft with these list items as checklist items, and a word on it.

    Args:
        draft: what is added to.
        code: of the repair.
        found: the items.
        where: what the list is, for the message.
        avoid: whether they say what must not be.
    """
    known = {item.text for item in draft.items}
    fresh = [item for item in found if item.text and cut(item.text, _MAX_TEXT) not in known]
    room = MAX_ITEMS - len(draft.items)
    items = list(draft.items)
    for each in fresh[:room]:
        taken = {item.id for item in items}
        items.append(_item(cut(each.text, _MAX_TEXT), taken, avoid=avoid or each.cross))
    if not fresh:
        return draft
    message = f"{where} became checklist items; items: {min(len(fresh), room)}"
    if len(fresh) > room:
        message += f"; {len(fresh) - max(room, 0)} more are left to the text"
    draft = draft.told(code, fresh[0].line, message, "write them into checklist.yaml, with the rules that decide them")
    return replace(draft, items=tuple(items))


def _item(text: str, taken: set[str], *, avoid: bool) -> ChecklistItem:
    rules, evidence = decided_by(text)
    name = _id(text, taken)
    if rules:
        return ChecklistItem(id=name, text=text, rules=rules)
    if evidence is not None:
        return ChecklistItem(id=name, text=text, evidence=evidence)
    return ChecklistItem(id=name, text=text, question=_question(text, avoid=avoid))


def _id(text: str, taken: set[str]) -> str:
    """An id from the first words of the sentence, so that it does not change when other sentences come or go."""
    words = slug(text).split("-")[:_ID_WORDS]
    name = slug("-".join(words))[:58].strip("-") or hashed("item", text)
    number = 2
    unique = name
    while unique in taken:
        unique, number = f"{name}-{number}", number + 1
    return unique


def _question(text: str, *, avoid: bool) -> Question:
    if not avoid:
        return Question(
            ask=f"Does the change keep to this: {text}",
            evidence="The added lines that the sentence is about.",
            success="They keep to it, or none of them is about it.",
            failure="An added line goes against it.",
        )
    words = [] if _ABSENT.match(text) else [word for word in _CODE.findall(text) if _WORD.fullmatch(word)]
    # Only the first is what must not be: what comes later in the sentence is often what to use instead.
    where = f"`{words[0].strip('()')}` on the added lines." if words else "The added lines that the sentence is about."
    return Question(
        ask=f"Does any added line do this: {text}",
        evidence=where,
        success="None of them does.",
        failure="An added line does.",
    )
