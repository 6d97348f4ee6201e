"""What a context model says about a bad document."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError


def refusals(model: type[BaseModel], document: object) -> dict[str, str]:
    """The message for each path of the document; empty if it validates."""
    try:
        model.model_validate(document)
    except ValidationError as error:
        return {".".join(map(str, problem["loc"])): problem["msg"] for problem in error.errors()}
    return {}
