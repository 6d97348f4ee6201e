"""Sentences that tell a model to forget what it was told, or to keep something from its user."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from backwright.catalog.checks._check import Check, Found, Subject, matches

_WHAT: Final = r"(?:instructions?|prompts?|rules|guidelines|directions|messages|context|conversation|constraints)"
_PHRASES: Final = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\s+(?:(?:all|any|every|everything|the|your|of|these|those)\s+){0,4}"
    rf"(?:previous|prior|above|earlier|preceding|former|existing|other|system|safety)\s+(?:\w+\s+)?{_WHAT}"
    rf"|\b(?:your|the)\s+(?:new|real|actual|true)\s+{_WHAT}\s+(?:are|is)\b"
    r"|\byou are now\s+(?:in\s+)?(?:\w+\s+)?(?:dan\b|developer mode|jailbroken|unrestricted|free of|no longer bound)"
    r"|\b(?:do not|don't|never)\s+(?:tell|inform|(?:mention|show|reveal)\s+(?:this|it)\s+to)\s+(?:this\s+(?:to\s+)?)?"
    r"(?:the\s+)?(?:user|human|operator)"
    r"|\bwithout\s+(?:telling|informing|asking|notifying|the\s+knowledge\s+of)\s+(?:the\s+)?(?:user|human|operator)"
    r"|\b(?:reveal|print|repeat|output|leak|show\s+me)\s+(?:your|the)\s+(?:\w+\s+)?system\s+(?:prompt|message|instructions)"
    r"|忽略(?:之前|以上|先前|上述|前面|所有|一切)的?(?:所有|全部|一切)?的?(?:指令|指示|提示|规则|说明)"
    r"|ignoriere?\s+(?:alle\s+)?(?:vorherigen|bisherigen|obigen)\s+(?:anweisungen|regeln)"
    r"|ignore[rz]?\s+(?:toutes\s+)?les\s+(?:instructions|consignes)\s+(?:précédentes|ci-dessus)"
    r"|ignor[ae]\s+(?:todas\s+)?las\s+instrucciones\s+(?:anteriores|previas)"
    r"|игнорируй(?:те)?\s+(?:все\s+)?(?:предыдущие|прежние)\s+(?:инструкции|указания)"
    r"|تجاهل\s+(?:جميع\s+|كل\s+)?التعليمات\s+السابقة"
    r"|दस्तावेज़ से पहले के सभी निर्देशों को अनदेखा|पिछले\s+(?:सभी\s+)?निर्देशों\s+को\s+(?:अनदेखा|नज़रअंदाज़)",
    re.IGNORECASE,
)


def _find(subject: Subject, _: Sequence[Subject]) -> Iterator[Found]:
    return matches(subject, _PHRASES, "there is a phrase that turns a model against its user or its orders: {}")


CHECK = Check(
    "OVERRIDE_PHRASE",
    "hostile",
    "A phrase that tells a model to forget its orders or to act behind its user's back.",
    "take it out; to quote one as an example, write it in `code`",
    _find,
)
