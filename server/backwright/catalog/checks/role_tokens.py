"""The marks by which chat formats part system, user and assistant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from backwright.catalog.checks._check import Check, Found, Subject, matches

_TOKENS: Final = re.compile(
    r"<\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|begin_of_text|end_of_text|start_header_id"
    r"|end_header_id|eot_id|eom_id|channel|message|start|end|return|call)\|>"
    r"|<<\s*/?SYS\s*>>|\[/?INST\]|<(?:start|end)_of_turn>|</?system(?:-reminder|-prompt|_prompt)?>"
    r"|</?(?:antml:)?function_(?:calls|results)>|^\s*(?:Human|Assistant):\s",
)


def _find(subject: Subject, _: Sequence[Subject]) -> Iterator[Found]:
    # A model reads them alike in code, so that code is no excuse.
    return matches(subject, _TOKENS, "there is a mark of a chat format: {}", code_too=True)


CHECK = Check(
    "ROLE_TOKEN",
    "hostile",
    "A mark by which a chat format parts its roles.",
    "take it out, or describe it in words",
    _find,
)
