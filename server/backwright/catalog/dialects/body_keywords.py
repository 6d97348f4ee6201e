"""Keywords that stand in the text: a line `Keywords: "fastapi", "api"`, and the list under "Invocation Conditions"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from backwright.catalog.dialects._draft import Draft, Repair, Stage, distinct, terms
from backwright.catalog.dialects._markdown import list_items, plain, prose, sections

CODE = "BODY_KEYWORDS"

_LINE = re.compile(
    r"\s*(?:[-*+]\s+)?[*_]{0,2}(?:keywords?|triggers?|trigger words)[*_]{0,2}:[*_]{0,2}\s*(?P<words>\S.*)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“`']([^\"”`']{1,80})[\"”`']")
_WHEN: Final = re.compile(
    r"(?:invocation conditions|when to (?:use|invoke).*|invoke when|use (?:this (?:skill )?)?when|triggers?)",
    re.IGNORECASE,
)
_PHRASE_WORDS: Final = range(2, 7)


def _mend(draft: Draft) -> Draft:
    for line in prose(draft.body):
        match = _LINE.fullmatch(line.text[:2_000])
        if match is None:
            continue
        words = terms(_QUOTED.findall(match["words"]) or plain(match["words"]).split(","))
        if words:
            message = f"keywords of the text went to metadata.triggers; words: {len(words)}"
            draft = draft.told(CODE, line.number, message, "write metadata.triggers: one text with commas")
            draft = draft.with_keywords(words)
    return _with_conditions(draft)


def _with_conditions(draft: Draft) -> Draft:
    for section in sections(draft.body):
        if not _WHEN.fullmatch(section.title):
            continue
        texts = [item.text for item in list_items(section.lines) if not _LINE.match(item.text)]
        phrases = [phrase for phrase in terms(texts) if len(phrase.split()) in _PHRASE_WORDS]
        if phrases:
            message = f"the conditions of '{section.title}' went to triggers.yaml as phrases; phrases: {len(phrases)}"
            draft = draft.told(CODE, section.line, message, "write them under strong: in triggers.yaml")
            draft = replace(draft, phrases=distinct((*draft.phrases, *phrases)))
    return draft


REPAIR = Repair(CODE, Stage.FIELDS, _mend)
