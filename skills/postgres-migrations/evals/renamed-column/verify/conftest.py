"""What a revision would run on PostgreSQL."""

import importlib.util
import io
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext


def _revision(number: str) -> ModuleType:
    """The revision of this number; AssertionError where there is none, or more than one."""
    found: list[ModuleType] = []
    for path in sorted(Path("migrations/versions").glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"revision_{path.stem}", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        if module.revision == number:
            found.append(module)
    assert len(found) == 1, f"{len(found)} revisions are called {number}"
    return found[0]


def _statements(number: str, step: str = "upgrade") -> list[str]:
    """The statements of its upgrade or downgrade, on one line each, with BEGIN and COMMIT where Alembic sends them."""
    written = io.StringIO()
    options = {"as_sql": True, "output_buffer": written}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    with context.begin_transaction(), Operations.context(context):
        getattr(_revision(number), step)()
    text = re.sub(r"--[^\n]*", "", written.getvalue())
    return [" ".join(each.split()) for each in text.split(";") if each.strip()]


@pytest.fixture
def statements() -> Callable[..., list[str]]:
    """The statements of a revision's upgrade or downgrade."""
    return _statements
