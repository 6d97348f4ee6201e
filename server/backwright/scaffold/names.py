"""English and Python names: plurals, articles, class names, and the names that generated code cannot use."""

from __future__ import annotations

import builtins
import keyword
import re

from backwright.errors import InvalidInputError

MAX_NAME = 50
MAX_SQL_NAME = 63

_IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_PLURALS = {
    "child": "children",
    "datum": "data",
    "foot": "feet",
    "goose": "geese",
    "index": "indexes",
    "man": "men",
    "mouse": "mice",
    "person": "people",
    "tooth": "teeth",
    "woman": "women",
}
_VOWEL_SOUND = re.compile(r"[aeiou]|hour|honest|honou?r|heir")
_CONSONANT_SOUND = re.compile(r"one|once|eu|ewe|u[bsnt][aeiou]")

# Attributes of a declarative class, of a Pydantic model, and names that the generated modules use as they stand.
_FIELD_NAMES = frozenset[str]().union(
    ["id", "created_at", "updated_at", "metadata", "registry", "construct", "copy", "dict", "from_orm", "json"],
    ["parse_file", "parse_obj", "parse_raw", "schema", "schema_json", "update_forward_refs", "validate"],
    ["dt", "sa", "str", "int", "float", "bool", "to_new", "to_changes", "self", "mapped_column", "enum_type"],
    # Columns that each table of PostgreSQL has.
    ["cmax", "cmin", "ctid", "tableoid", "xmax", "xmin"],
)
# Names under which something is recorded beside the resources.
_RECORD_NAMES = frozenset(["journal", "platform"])
# Devices: no file on Windows can have such a name, whatever its suffix.
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))]
)
# Classes that the generated modules import: a resource of that name would hide them.
CLASS_NAMES = frozenset[str]().union(
    ["annotated", "app_error", "async_session", "base", "base_model", "config_dict", "conflict_error", "decimal"],
    ["decimal_string", "depends", "error_body", "field", "final", "integrity_error", "mapped", "plain_text"],
    ["protocol", "query", "request", "request_model", "response", "response_model", "session", "str_enum"],
    ["typed_dict", "utc_date_time", "utc_time", "health", "error", "exception", "warning"],
    ["any", "async_client", "callable", "header", "iterator", "json_value", "memory", "security", "settings"],
)
# Words that SQL databases reserve; SQLAlchemy quotes them, but everyone who types a query must do so too.
_SQL_WORDS = frozenset[str]().union(
    ["all", "analyse", "and", "any", "array", "as", "asc", "case", "cast", "check", "collate", "column"],
    ["constraint", "create", "default", "desc", "distinct", "do", "else", "end", "except", "fetch", "for"],
    ["foreign", "from", "grant", "group", "having", "in", "index", "into", "join", "leading", "limit", "not"],
    ["offset", "on", "only", "or", "order", "primary", "references", "select", "some", "table", "then", "to"],
    ["trailing", "union", "unique", "user", "using", "values", "when", "where", "window", "with"],
    ["analyze", "asymmetric", "authorization", "binary", "both", "collation", "concurrently", "cross", "current_date"],
    ["current_role", "current_time", "current_timestamp", "current_user", "deferrable", "false", "freeze", "full"],
    ["ilike", "initially", "inner", "intersect", "is", "isnull", "lateral", "left", "like", "localtime"],
    ["localtimestamp", "natural", "notnull", "null", "outer", "overlaps", "placing", "returning", "right"],
    ["session_user", "similar", "symmetric", "system_user", "tablesample", "true", "variadic", "verbose"],
)
# What linters take for the name of a password: `S105` and `S106` of ruff.
_SECRET = re.compile(r"(^|_)(pas+wo?r?d|pass(phrase)?|pwd|token|secrete?)($|_)", re.IGNORECASE)
# What a database, or the tool that migrates it, keeps for itself.
_OWN_TABLES = re.compile(r"sqlite_.*|pg_.*|alembic_version")


def check_identifier(name: str, what: str) -> str:
    """The name, when Python, SQL and a URL can all hold it.

    Raises:
        InvalidInputError: it is no snake_case identifier, or it is reserved.
    """
    if not _IDENTIFIER.fullmatch(name) or len(name) > MAX_NAME:
        raise InvalidInputError(
            f"{what} {name[:80]!r} is not a snake_case identifier of at most {MAX_NAME} characters",
            hint="use lower-case ASCII letters, digits and single underscores, and start with a letter",
        )
    if keyword.iskeyword(name):
        raise InvalidInputError(f"{what} {name!r} is a Python keyword", hint=f"choose another, such as {name}_value")
    if what == "plural":
        _check_table(name)
    return name


def _check_table(name: str) -> None:
    if name in _SQL_WORDS:
        raise InvalidInputError(
            f"the table would be called {name!r}, which SQL reserves", hint=f"give another plural, such as {name}_list"
        )
    if _OWN_TABLES.fullmatch(name):
        raise InvalidInputError(
            f"the table would be called {name!r}, which the database or Alembic keeps for itself",
            hint="give another plural",
        )
    _check_file(name, "plural")


def _check_file(name: str, what: str) -> None:
    if name in _DEVICES:
        raise InvalidInputError(
            f"{what} {name!r} is a device on Windows, where no file can have that name",
            hint=f"choose another, such as {name}_item",
        )


def check_resource(name: str) -> str:
    """The name of a resource, when modules and classes can be named for it.

    Raises:
        InvalidInputError: as `check_identifier`, or a generated module needs the name itself.
    """
    check_identifier(name, "resource")
    _check_file(name, "resource")
    if name in _RECORD_NAMES:
        raise InvalidInputError(
            f"resource {name!r} would be recorded as {name}.json, which has another meaning",
            hint=f"choose a more specific name, such as customer_{name}",
        )
    if name in CLASS_NAMES or hasattr(builtins, pascal(name)):
        raise InvalidInputError(
            f"resource {name!r} would hide a class that the generated code uses",
            hint=f"choose a more specific name, such as customer_{name}",
        )
    if name.startswith("test"):
        raise InvalidInputError(
            f"resource {name!r} gives classes that pytest would collect as tests", hint="choose a name without 'test'"
        )
    return name


def check_field(name: str) -> str:
    """The name of a field, when a column, a dataclass and a Pydantic model can hold it.

    Raises:
        InvalidInputError: as `check_identifier`, or the name is taken.
    """
    check_identifier(name, "field")
    if name in _FIELD_NAMES or name.startswith("model_"):
        raise InvalidInputError(
            f"field {name!r} is taken by the generated classes", hint=f"choose another name, such as item_{name}"
        )
    return name


def pascal(name: str) -> str:
    """`PurchaseOrder` of `purchase_order`."""
    return "".join(part.capitalize() for part in name.split("_"))


def plural_of(name: str) -> str:
    """The plural by English rules; the last word changes."""
    head, _, last = name.rpartition("_")
    prefix = f"{head}_" if head else ""
    if last in _PLURALS:
        return prefix + _PLURALS[last]
    if last.endswith(("s", "x", "z", "ch", "sh")):
        return f"{prefix}{last}es"
    if re.search(r"[^aeiou]y$", last):
        return f"{prefix}{last[:-1]}ies"
    return f"{prefix}{last}s"


def article(name: str) -> str:
    """`an` before a vowel as it is spoken: an order, an hour, a user."""
    word = name.partition("_")[0]
    return "an" if _VOWEL_SOUND.match(word) and not _CONSONANT_SOUND.match(word) else "a"


def counted(number: int, one: str, more: str) -> str:
    """`no view has`, `1 view has` or `2 views have`: a subject and its verb, as sentences count it.

    Args:
        number: how many there are.
        one: what follows a single one, as in `view has`.
        more: what follows several, as in `views have`.
    """
    return f"{number or 'no'} {one if number in {0, 1} else more}"


def names_secret(name: str) -> bool:
    """Whether linters take a text that is given to this name for a password in the source."""
    return _SECRET.search(name) is not None
