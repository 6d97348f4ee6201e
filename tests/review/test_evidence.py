"""Facts of a change: each with a change that shows it, one that misses it, and one that gives no cause."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from backwright.review.checklist import ChecklistEntry, Status
from backwright.review.engine import Options, review
from backwright.review.evidence import EVIDENCE
from tests.review._make import diff_of

SOURCE = {"app/x.py": "a = 1\n"}
TEST = {"tests/test_x.py": "a = 1\n"}
ROUTE = {"app/api.py": "@router.get('/x')\nasync def read() -> int:\n    return 1\n"}
MODEL = {"app/models.py": "class A(Base):\n    name: Mapped[str] = mapped_column(String(3))\n"}
MIGRATION = {"migrations/versions/1_x.py": 'revision = "1"\ndown_revision = None\n'}
SETTINGS = {"app/settings.py": "class Settings(BaseSettings):\n    url: str\n"}
GETENV = {"app/x.py": 'import os\n\nurl = os.getenv("URL")\n'}
MANIFEST = {"pyproject.toml": '[project]\ndependencies = [\n  "fastapi>=1",\n]\n'}

APP = {"app/main.py": "from fastapi import FastAPI\n\napp = FastAPI(title='x')\n"}
WHOLE_APP = {
    "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI(lifespan=lifespan)\n\n\n"
    "@app.get('/health')\ndef up() -> None: ...\n"
}

CASES = [
    ("probes_with_app", WHOLE_APP, Status.EVIDENCED, "app/main.py:6"),
    ("probes_with_app", APP, Status.NOT_EVIDENCED, "application at app/main.py:3; no route for its health is added"),
    ("probes_with_app", ROUTE, Status.NOT_APPLICABLE, "no application is made"),
    ("lifespan_with_app", WHOLE_APP, Status.EVIDENCED, "app/main.py:3"),
    ("lifespan_with_app", APP, Status.NOT_EVIDENCED, "application at app/main.py:3 has no lifespan"),
    ("lifespan_with_app", {"tests/test_x.py": APP["app/main.py"]}, Status.NOT_APPLICABLE, "no application is made"),
    ("tests_changed", {**SOURCE, **TEST}, Status.EVIDENCED, "tests/test_x.py"),
    ("tests_changed", SOURCE, Status.NOT_EVIDENCED, "app/x.py changed; no test did"),
    ("tests_changed", TEST, Status.NOT_APPLICABLE, "no source file gains a line"),
    ("tests_changed", {"scripts/run.py": "a = 1\n"}, Status.NOT_APPLICABLE, "no source file gains a line"),
    ("tests_with_routes", {**ROUTE, **TEST}, Status.EVIDENCED, "tests/test_x.py"),
    ("tests_with_routes", ROUTE, Status.NOT_EVIDENCED, "route at app/api.py:1; no test changed"),
    ("tests_with_routes", SOURCE, Status.NOT_APPLICABLE, "no route is added"),
    ("migration_with_model_change", {**MODEL, **MIGRATION}, Status.EVIDENCED, "migrations/versions/1_x.py"),
    (
        "migration_with_model_change",
        {**MODEL, "app/services/migrations/tool.py": "a = 1\n"},
        Status.NOT_EVIDENCED,
        "a column changes in app/models.py; no migration is added",
    ),
    ("migration_with_model_change", SOURCE, Status.NOT_APPLICABLE, "no mapped column changes"),
    ("docs_with_settings", {**SETTINGS, ".env.example": "URL=\n"}, Status.EVIDENCED, ".env.example"),
    ("docs_with_settings", {**GETENV, "README.md": "URL\n"}, Status.EVIDENCED, "README.md"),
    (
        "docs_with_settings",
        {**SETTINGS, ".env": "URL=\n"},
        Status.NOT_EVIDENCED,
        "new setting at app/settings.py:2; no document or .env example changed",
    ),
    ("docs_with_settings", {"tests/test_x.py": GETENV["app/x.py"]}, Status.NOT_APPLICABLE, "no setting is added"),
    ("lock_with_dependencies", {**MANIFEST, "uv.lock": "a\n"}, Status.EVIDENCED, "uv.lock"),
    (
        "lock_with_dependencies",
        MANIFEST,
        Status.NOT_EVIDENCED,
        "dependencies change in pyproject.toml; no lock file does",
    ),
    (
        "lock_with_dependencies",
        {"pyproject.toml": '[project]\nname = "x"\nversion = "1.2.0"\n[tool.ruff]\nline-length = 120\n'},
        Status.NOT_APPLICABLE,
        "no dependency changes",
    ),
]


@pytest.mark.parametrize(("fact", "files", "status", "detail"), CASES)
def test_fact_has_the_status_that_the_change_shows(
    fact: str, files: Mapping[str, str], status: Status, detail: str
) -> None:
    entry = ChecklistEntry(skill="s", version="1.0.0", id="i", text="Do it.", evidence=fact)
    (item,) = review(diff_of(files), checklist=(entry,), options=Options(rules=(), ruff=False)).checklist
    assert (item.status, item.detail) == (status, detail)


def test_every_fact_has_a_case_for_each_status() -> None:
    covered = {(fact, status) for fact, _, status, _ in CASES}
    wanted = {Status.EVIDENCED, Status.NOT_EVIDENCED, Status.NOT_APPLICABLE}
    assert covered == {(fact, status) for fact in EVIDENCE for status in wanted}


def test_fact_that_nobody_knows_is_not_evaluated() -> None:
    entry = ChecklistEntry(skill="s", version="1.0.0", id="i", text="Do it.", evidence="types_pass")
    (item,) = review(diff_of(SOURCE), checklist=(entry,), options=Options(rules=(), ruff=False)).checklist
    assert item.status is Status.NOT_EVALUATED
