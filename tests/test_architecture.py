"""The direction of imports (the picture is in the README's "Develop" section), held by reading every import."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "server" / "backwright"
MODULES = sorted(PACKAGE.rglob("*.py"))

ENGINES = {"catalog", "routing", "scaffold", "review", "contexts"}
FOUNDATION = {"errors", "_discover", "_files", "_hidden", "_outputs", "_programs", "_strict_yaml", "_work", "__init__"}
SURFACES = {"mcp_api", "http_api"}

# part -> the parts that it may import, beside itself and the foundation
ALLOWED: dict[str, set[str]] = {
    **{part: set() for part in FOUNDATION},
    **{part: set() for part in ENGINES},
    "settings": set(),
    "snapshot": ENGINES,
    "sources": ENGINES | {"settings"},
    "scope": ENGINES | {"snapshot"},
    "record": set(),
    "identity": {"contexts", "settings"},
    "recall": ENGINES | {"settings", "record"},
    "agreed": ENGINES,
    "authoring": ENGINES | {"snapshot"},
    "checklists": ENGINES | {"snapshot"},
    "detecting": ENGINES,
    "scaffolding": ENGINES | {"settings", "record"},
    "reviewing": ENGINES | {"settings", "snapshot", "agreed", "checklists"},
    "judging": ENGINES | {"settings", "record", "reviewing"},
    "verifying": ENGINES | {"settings", "reviewing"},
    "evaluating": ENGINES | {"verifying"},
    "connecting": set(),
    "bundling": {"connecting"},
    "site": ENGINES,
    "app": ENGINES
    | {"settings", "snapshot", "sources", "scope", "recall", "detecting", "reviewing", "scaffolding", "judging"},
    "observing": set(),
    "mcp_api": ENGINES | {"app", "identity", "settings", "verifying", "observing"},
    "http_api": ENGINES | {"app", "identity", "settings", "mcp_api", "observing", "site"},
    "cli": ENGINES
    | SURFACES
    | {"app", "authoring", "detecting", "settings", "record", "judging", "verifying", "evaluating", "observing"}
    | {"identity", "site", "connecting", "bundling"},
    "__main__": {"cli"},
}

# library -> the only places that may import it
CONFINED: dict[str, tuple[str, ...]] = {
    "alembic": ("contexts/stores/",),
    "aiokafka": ("contexts/buses/",),
    "httpx2": ("identity/fetching.py",),
    "jsonschema_rs": ("contexts/dialect.py",),
    "jwt": ("identity/jwts.py", "identity/keys.py"),
    "mcp": ("mcp_api/",),
    "mcp_types": ("mcp_api/",),
    # The SDK's own return type, by name only.
    "starlette": ("http_api/", "mcp_api/streamable.py"),
    "uvicorn": ("http_api/",),
    # The site's templates are our own files; what skills say is only ever a value in them.
    "jinja2": ("scaffold/render.py", "mcp_api/prompts.py", "site/view.py"),
    "markdown_it": ("site/markdown.py",),
    "markupsafe": ("site/",),
    # The SDK for MCP brings its API along; exporters and providers are for `observing` alone.
    "opentelemetry": ("observing/spans.py", "mcp_api/_tracing.py", "mcp_api/_message_spans.py"),
    "prometheus_client": ("observing/metrics.py",),
    "pygments": ("review/formats/_highlight.py", "site/code.py"),
    "psycopg": ("contexts/stores/",),
    "redis": ("contexts/buses/",),
    "rfc8785": ("contexts/canonical.py", "contexts/audit.py"),
    "rich": ("cli/",),
    "shtab": ("cli/commands/completion.py",),
    "sqlalchemy": ("contexts/stores/",),
    "tomlkit": ("connecting/toml.py",),
    "structlog": ("observing/logs.py",),
    "watchfiles": ("catalog/watch.py",),
    "yaml": ("_strict_yaml.py", "catalog/release.py", "scaffold/template.py"),
}

# What `backwright serve` must not have imported when it answers its first request: it serves neither of them.
LATE = (
    "backwright.observing",
    "opentelemetry.sdk",
    "prometheus_client",
    "structlog",
    "backwright.contexts.service",
    "backwright.catalog.watch",
    "backwright.review.engine",
    "backwright.review.rules",
    "backwright.scaffold.engine",
    "backwright.http_api",
    "backwright.mcp_api.apps",
    "backwright.site",
    "jinja2",
    "markdown_it",
    "pygments",
    "rich",
    "shtab",
)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """The line and the dotted name of everything that a module imports, at whatever depth."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            yield node.lineno, node.module or ""
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def part_of(dotted: str) -> str | None:
    """The part of the package that a dotted name belongs to: `review` of `backwright.review.diff`."""
    package, _, rest = dotted.partition(".")
    part = rest.partition(".")[0]
    return part if package == "backwright" and part in ALLOWED else None


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_imports_only_the_parts_below_its_own(path: Path) -> None:
    part = _name(path).partition("/")[0].removesuffix(".py")
    allowed = ALLOWED[part] | FOUNDATION | {part}
    wrong = [
        f"line {line}: {dotted}"
        for line, dotted in imports(path)
        if (other := part_of(dotted)) is not None and other not in allowed
    ]
    assert wrong == []


def test_every_part_of_the_package_has_its_place_in_the_picture() -> None:
    parts = {_name(path).partition("/")[0].removesuffix(".py") for path in MODULES}
    assert parts == set(ALLOWED)


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_confined_library_is_imported_only_in_its_own_rooms(path: Path) -> None:
    wrong = [
        f"line {line}: {dotted}"
        for line, dotted in imports(path)
        for library, rooms in CONFINED.items()
        if dotted.split(".")[0] == library and not _name(path).startswith(rooms)
    ]
    assert wrong == []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_stays_under_400_lines_and_its_functions_under_50(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    long = [
        f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > 50
    ]
    assert text.count("\n") < 400
    assert long == []


def test_the_server_is_built_without_what_only_a_review_or_a_scaffold_needs() -> None:
    probe = (
        "import sys\n"
        "from backwright.app import App\n"
        "from backwright.mcp_api.server import build_server\n"
        "from backwright.settings import Settings\n"
        "build_server(App(Settings.from_environment()))\n"
        f"print([name for name in {LATE!r} if name in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "[]"


def test_help_is_printed_without_the_protocol_or_an_engine() -> None:
    probe = (
        "import sys\n"
        "from backwright.cli.main import parser\n"
        "parser().format_help()\n"
        "late = ('mcp', 'pydantic', 'yaml', 'jinja2', 'rich', 'backwright.app')\n"
        "print([name for name in late if name in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "[]"
