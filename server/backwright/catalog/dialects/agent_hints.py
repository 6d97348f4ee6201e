"""Fields of agents that are no fields of skills: which tools, which model, how many tokens. Kept as hints."""

from __future__ import annotations

from typing import Final

from backwright.catalog.dialects._draft import Draft, Repair, Stage, as_text

CODE = "AGENT_HINTS"

# As they are written -> as they are kept, so that a host finds the same hint whatever the dialect.
FIELDS: Final = {
    "tools": "tools",
    "allowedTools": "tools",
    "allowed_tools": "tools",
    "disallowedTools": "disallowed-tools",
    "model": "model",
    "tokenBudget": "token-budget",
    "token_budget": "token-budget",
    "maxTokens": "token-budget",
    "autoInvoke": "auto-invoke",
    "auto_invoke": "auto-invoke",
    "temperature": "temperature",
    "color": "color",
}


def _mend(draft: Draft) -> Draft:
    found = [name for name in FIELDS if name in draft.fields]
    for name in found:
        kept = FIELDS[name]
        # Not `allowed-tools`: an import must not grant what nobody has looked at.
        message = f"{name} is no field of a skill; it is kept as the hint metadata.{kept}"
        draft = draft.told(CODE, draft.line_of(name), message, f"write it under metadata as {kept}")
        draft = draft.noted(**{kept.replace("-", "_"): as_text(draft.fields[name])})
    allowed = draft.fields.get("allowed-tools")
    if isinstance(allowed, list):
        message = "allowed-tools was a list; it is one text, with blanks between the tools"
        draft = draft.told(CODE, draft.line_of("allowed-tools"), message, "write it as one text")
        draft = draft.with_fields({**draft.fields, "allowed-tools": " ".join(as_text(each) for each in allowed)})
    return draft.with_fields(draft.without(*found)) if found else draft


REPAIR = Repair(CODE, Stage.FIELDS, _mend)
