"""BW704: a test that needs a host on the internet."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import directories, is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import parameters
from backwright.review.source import FunctionNode, Source, keyword, last_name

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_CALLS = (*(f"{module}.{verb}" for module in ("requests", "httpx") for verb in _VERBS), "urllib.request.urlopen")
_HOST = re.compile(r"https?://(?:[^/@\s]*@)?([A-Za-z0-9.-]+)")
_OWN = re.compile(
    r"(?:localhost|testserver|test|server|app|api|web|backend|host|[0-9.]+|[\w.-]+\.(?:test|example|invalid|local|"
    r"localhost|internal))|(?:[\w-]+\.)?example\.(?:com|org|net)",
    re.IGNORECASE,
)
# A library or fixture that answers in the place of the network.
_STANDS_IN = re.compile(
    r"respx|responses|requests_?mock|httpx_?mock|aioresponses|vcr|httpretty|pook|mock|patch|wiremock"
)
_MEANT = re.compile(r"integration|e2e|network|live|external|online|smoke|skip|slow|end_to_end")


def _url(node: ast.expr | None) -> str | None:
    """The text of a URL, as far as it is a literal from its start."""
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0] if isinstance(node.values[0], ast.Constant) else None
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_replaced(source: Source, function: FunctionNode | None) -> bool:
    """Whether anything in view answers for the network, or says that the network is meant."""
    modules = [alias.name for node in source.nodes(ast.Import) for alias in node.names]
    modules += [node.module or "" for node in source.nodes(ast.ImportFrom)]
    marked = [node.id for node in source.nodes(ast.Name) if node.id == "pytestmark"]
    # A file that patches elsewhere says nothing of this test, unless it does so for every one.
    autouse = any(keyword(call, "autouse") is not None for call in source.calls())
    words = [*(name for name in modules if autouse or not name.endswith("mock")), *marked]
    if function is not None:
        words += [argument.arg for argument in parameters(function)]
        words += [ast.unparse(decorator) for decorator in function.decorator_list]
        words += [last_name(call.func) or "" for call in ast.walk(function) if isinstance(call, ast.Call)]
    return any(_STANDS_IN.search(word) or _MEANT.search(word) or word == "pytestmark" for word in words)


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    if not is_test(source.path) or any(map(_MEANT.search, (*directories(source.path), source.path.rpartition("/")[2]))):
        return
    for call in source.calls(*_CALLS):
        url = _url(call.args[0] if call.args else keyword(call, "url"))
        host = _HOST.match(url or "")
        function = source.function_of(call)
        if host is None or _OWN.fullmatch(host[1]) or isinstance(function, ast.Lambda):
            continue
        if function is not None and function.name.startswith("test") and not _is_replaced(source, function):
            yield Finding(
                (call.lineno,),
                f"the test asks {host[1]}: it fails without a network, or when that answers otherwise; answer in its"
                " place with a transport of your own, or mark the test",
            )


RULE = Rule(
    code="BW704",
    name="networked-test",
    kind="test-network",
    severity=Severity.WARNING,
    summary="A test that needs a host on the internet: it fails with the network and with every change over there.",
    check_source=_check,
    confidence=Confidence.MEDIUM,
)
