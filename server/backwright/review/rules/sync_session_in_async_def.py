"""BW102: a synchronous database session or driver on the event loop."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterator

from backwright.review.diagnostic import Basis, Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import Origins, annotated_type, head_of, is_awaited, parameters, walk_own
from backwright.review.source import Source, last_name

_SESSIONS = frozenset(
    {
        "sqlalchemy.orm.Session",
        "sqlalchemy.orm.session.Session",
        "sqlalchemy.orm.scoped_session",
        "sqlmodel.Session",
    }
)
_MAKERS = frozenset(
    {"sqlalchemy.orm.sessionmaker", "sqlalchemy.orm.session.sessionmaker", "sqlalchemy.orm.scoped_session"}
)
# An asynchronous maker is called by its name, and is never entered by a plain `with`.
_MAKER_NAME = re.compile(
    r"(?:Sync)?Session(?:Factory|Local|Maker)|(?:db_|sync_)?session_?(?:factory|local|maker|scope)"
)
_SESSION = "sqlalchemy.orm.Session"
# Classes that are built with a session in order to query it; any other constructor only keeps it.
_QUERIES = re.compile(r".*(CRUD|Crud|DAO|Dao|Manager|Provider|Repo|Repos|Repositor(y|ies)|Service|Store|UnitOfWork)")
_SESSION_NAMES = frozenset({"db", "session", "db_session", "database"})
_SESSION_IO = frozenset(
    {"begin", "commit", "delete", "exec", "execute", "flush", "get", "merge", "query", "refresh", "rollback"}
    | {"scalar", "scalars", "bulk_save_objects", "bulk_insert_mappings"}
)
_CONNECTS = frozenset(
    {
        "MySQLdb.connect",
        "psycopg.connect",
        "psycopg2.connect",
        "pymysql.connect",
        "sqlite3.connect",
    }
)
_CONNECTION_IO = frozenset({"commit", "execute", "executemany", "fetchall", "fetchone", "fetchmany", "rollback"})
_REDIS = ("redis.Redis", "redis.StrictRedis", "redis.from_url", "redis.Redis.from_url", "redis.StrictRedis.from_url")
_REDIS_OFFLINE = frozenset({"close", "from_url", "lock", "pipeline", "pubsub", "register_script"})
_MONGO = "pymongo.MongoClient"
_MONGO_IO = frozenset(
    {"bulk_write", "command", "count_documents", "create_index", "delete_many", "delete_one", "distinct", "drop"}
    | {"find_one", "find_one_and_delete", "find_one_and_replace", "find_one_and_update", "insert_many", "insert_one"}
    | {"list_collection_names", "replace_one", "update_many", "update_one"}
)
# What runs a function in a thread, or later: a session handed to it is not used on the loop.
_HANDS_OVER = frozenset({"add_task", "partial", "run_in_executor", "run_in_threadpool", "run_sync", "to_thread"})


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    del facts
    if is_test(source.path):
        return
    seen: set[ast.AST | None] = set()
    for function in source.nodes(ast.AsyncFunctionDef):
        for finding in _session_parameters(source, function):
            seen.add(function)
            yield finding
    for call in _session_blocks(source):
        seen.add(source.function_of(call))
        yield Finding(
            head_of(call),
            "A synchronous Session is opened in an async function: each query stops the event loop; use"
            " `async with AsyncSession(...)`, or a plain function in a thread",
        )
    yield from _driver_calls(source, seen)


def _session_parameters(source: Source, function: ast.AsyncFunctionDef) -> Iterator[Finding]:
    for argument in parameters(function):
        confidence = _is_session(source, argument)
        if confidence is not None and _used_on_the_loop(source, function, argument.arg):
            yield Finding(
                (function.lineno, argument.lineno),
                f"`{function.name}` is async but `{argument.arg}` is a synchronous Session: each query stops the event"
                " loop; make it a plain `def` or use an AsyncSession",
                confidence=confidence,
            )


def _is_session(source: Source, argument: ast.arg) -> Confidence | None:
    """How sure it is that the parameter is a synchronous session; None where it is not one."""
    if argument.annotation is None:
        return None
    annotation = annotated_type(argument.annotation)
    name = source.qualified(annotation)
    if name in _SESSIONS:
        return Confidence.HIGH
    # A hunk seldom shows the import; other libraries' sessions are seldom called `db`.
    in_the_dark = source.basis is Basis.FRAGMENT and name is None
    if in_the_dark and last_name(annotation) == "Session" and argument.arg in _SESSION_NAMES:
        return Confidence.MEDIUM
    return None


def _used_on_the_loop(source: Source, function: ast.AsyncFunctionDef, name: str) -> bool:
    """Whether the function itself calls a blocking method of the session or hands it to a plain call."""
    for node in source.nodes(ast.Name):
        if node.id != name or source.function_of(node) is not function:
            continue
        parent = source.parent(node)
        outer = None if parent is None else source.parent(parent)
        if isinstance(parent, ast.Attribute):
            if parent.attr in _SESSION_IO and isinstance(outer, ast.Call) and not is_awaited(source, outer):
                return True
        elif _is_plain_call(source, outer if isinstance(parent, ast.keyword) else parent):
            return True
    return False


def _is_plain_call(source: Source, node: ast.AST | None) -> bool:
    """A call that runs at once, on this thread, without being awaited."""
    if not isinstance(node, ast.Call) or is_awaited(source, node):
        return False
    name = last_name(node.func) or ""
    if name in _HANDS_OVER or (name[:1].isupper() and not _QUERIES.fullmatch(name)):
        return False
    return not any(isinstance(outer, ast.Await) for outer in source.parents(node))


def _session_blocks(source: Source) -> Iterator[ast.Call]:
    """`with Session(engine) as session:` in an async function, or a maker of sessions in its place."""
    origins = source.derived(Origins)
    for statement in source.nodes(ast.With):
        if not source.in_async(statement):
            continue
        for item in statement.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and (
                source.qualified(call.func) in _SESSIONS
                or (_makes_session(source, origins, call) and _is_queried(source, statement, item.optional_vars))
            ):
                yield call


def _makes_session(source: Source, origins: Origins, call: ast.Call) -> bool:
    """Whether the call makes a session by what it calls: a `sessionmaker`, or what is usually named so."""
    maker = (source.qualified(call.func) or origins.of(call.func)) in _MAKERS
    return maker or _MAKER_NAME.fullmatch(last_name(call.func) or "") is not None


def _is_queried(source: Source, block: ast.With, name: ast.expr | None) -> bool:
    """Whether the block itself asks the database through the name."""
    if not isinstance(name, ast.Name):
        return False
    calls = (node for node in walk_own(block.body) if isinstance(node, ast.Call))
    return any(
        isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == name.id
        and call.func.attr in _SESSION_IO
        and not _is_waited_for(source, call)
        for call in calls
    )


def _is_waited_for(source: Source, call: ast.Call) -> bool:
    return is_awaited(source, call) or any(isinstance(outer, ast.Await) for outer in source.parents(call))


def _driver_calls(source: Source, seen: Container[ast.AST | None]) -> Iterator[Finding]:
    """One finding for each function and driver, on the first line that calls it; sessions in `seen` are reported."""
    origins = source.derived(Origins)
    found: dict[tuple[ast.AST | None, str], list[int]] = {}
    for call in source.calls():
        if source.in_async(call) and not is_awaited(source, call):
            driver = _driver(source, origins, call)
            if driver is not None and not (driver == _SESSION and source.function_of(call) in seen):
                found.setdefault((source.function_of(call), driver), []).extend(head_of(call))
    for (_, driver), lines in found.items():
        yield Finding(
            tuple(lines),
            f"`{driver}` is a synchronous client: the call stops the event loop until the server answers; use its"
            " asyncio client or `asyncio.to_thread`",
        )


def _is_query(source: Source, call: ast.Call, func: ast.Attribute) -> bool:
    """`db.query(Model)` and what follows it: an asynchronous session has no `query`."""
    receiver = (last_name(func.value) or "").lstrip("_")
    argument = last_name(call.args[0]) if call.args else None
    followed = isinstance(source.parent(call), ast.Attribute)
    return func.attr == "query" and receiver in _SESSION_NAMES and followed and (argument or "")[:1].isupper()


def _driver(source: Source, origins: Origins, call: ast.Call) -> str | None:
    """The synchronous client that the call waits for, or None."""
    name = source.qualified(call.func)
    if name in _CONNECTS:
        return name
    if not isinstance(call.func, ast.Attribute):
        return None
    origin, verb = origins.of(call.func.value) or "", call.func.attr
    made = (
        _is_query(source, call, call.func)
        or origin in _SESSIONS | _MAKERS
        or _MAKER_NAME.fullmatch(origin.rpartition(".")[2])
    )
    if made and verb in _SESSION_IO:
        return None if _is_waited_for(source, call) else _SESSION
    if origin in _REDIS and verb not in _REDIS_OFFLINE:
        return origin
    if origin.startswith(_MONGO) and verb in _MONGO_IO:
        return _MONGO
    connect = next((connect for connect in _CONNECTS if origin.startswith(connect)), None)
    return connect if verb in _CONNECTION_IO else None


RULE = Rule(
    code="BW102",
    name="sync-session-in-async-def",
    kind="async-sync-db",
    severity=Severity.ERROR,
    summary="An async function uses a synchronous database session or client, so every query stops the event loop for"
    " all requests.",
    check_source=_check,
)
