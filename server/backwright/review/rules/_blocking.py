"""Which functions stop the thread that they run on, by what their own bodies call."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.rules._async import Origins
from backwright.review.rules.sync_http_call_in_async import blocking_name
from backwright.review.source import FunctionNode, Source

_CALLS = frozenset(
    {"time.sleep", "os.system", "socket.create_connection", "smtplib.SMTP", "smtplib.SMTP_SSL"}
    | {f"subprocess.{name}" for name in ("call", "check_call", "check_output", "getoutput", "run")}
    | {f"{driver}.connect" for driver in ("MySQLdb", "psycopg", "psycopg2", "pymysql")}
)


def blocking_calls(source: Source, function: FunctionNode) -> Iterator[tuple[ast.Call, str]]:
    """Each call in the function's own body that waits for something outside the process, with its name."""
    origins = source.derived(Origins)
    for call in source.calls():
        if source.function_of(call) is function:
            name = source.qualified(call.func)
            found = name if name in _CALLS else blocking_name(source, origins, call)
            if found is not None:
                yield call, found
