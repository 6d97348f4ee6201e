"""JSON as every format writes it: ASCII, so that no reader has to trust a character."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeAlias

JSON: TypeAlias = "Mapping[str, JSON] | list[JSON] | str | int | float | bool | None"


def dumped(value: JSON) -> str:
    """The value, indented, with a line feed at its end."""
    # The one command of a build log that may stand inside a line; to a parser of JSON both spellings are the same.
    return json.dumps(value, indent=2).replace("##[", "#\\u0023[") + "\n"
