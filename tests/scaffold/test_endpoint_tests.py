"""The proof of the tests: they pass where the endpoint does what it says, and fail where it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backwright.app import App
from backwright.contexts.schemas.review_v2 import ReviewContextV2
from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold import engine
from backwright.scaffold.endpoint_tests import plan_tests
from backwright.scaffold.plan import Plan
from backwright.settings import Settings
from tests.scaffold._commands import WITHOUT_FOREIGN
from tests.scaffold._projects import tree, write

TEMPLATE = next((Path(__file__).parents[2] / "skills").glob("*/assets/pytest-endpoint"))

MODELS = """\
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Money = Annotated[Decimal, Field(gt=0, le=100)]


class Status(StrEnum):
    DRAFT = "draft"
    PAID = "paid"


class Line(BaseModel):
    sku: str = Field(min_length=8, max_length=8)
    count: Annotated[int, Field(ge=2)]


class Base(BaseModel):
    model_config = ConfigDict(extra="forbid")
    customer_id: UUID


class NewOrder(Base):
    due: date
    total: Money
    status: Status
    kind: Literal["web", "shop"]
    lines: list[Line] = Field(min_length=1)
    discount: float = Field(gt=0, lt=1)
    note: str | None = None
    tags: list[str] = Field(default_factory=list)
    copies: int = 1
    place: str = Field(alias="deliverTo")


class Order(BaseModel):
    id: int
    customer_id: UUID
"""
ORDERS = """\
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, status

from .auth import CurrentUser, get_current_user
from .models import NewOrder, Order

router = APIRouter(prefix="/orders")
admin = APIRouter(prefix="/admin", dependencies=[Depends(get_current_user)])


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_order(order: NewOrder) -> Order:
    return Order(id=1, customer_id=order.customer_id)


@router.get("/search")
async def search(q: Annotated[str, Query(min_length=3)], limit: int = 10) -> list[Order]:
    return []


@router.get("/{order_id}", response_model=Order, responses={404: {"description": "none"}})
async def read_order(order_id: int):
    raise HTTPException(status.HTTP_404_NOT_FOUND)


@router.delete("/{order_id}", status_code=204)
async def delete_order(order_id: int, user: CurrentUser) -> None:
    raise HTTPException(404)


@admin.get("/report")
async def report() -> dict[str, int]:
    return {}
"""
AUTH = """\
from typing import Annotated

from fastapi import Depends, HTTPException, Request


def get_current_user(request: Request) -> str:
    if "authorization" not in request.headers:
        raise HTTPException(401)
    return "me"


CurrentUser = Annotated[str, Depends(get_current_user)]
"""
MAIN = """\
from fastapi import FastAPI

from app import orders

API = "/v1"


def create_app() -> FastAPI:
    app = FastAPI()
    app.include_router(orders.router, prefix=API)
    app.include_router(orders.admin, prefix=f"{API}/inside")
    return app
"""
CONFTEST = """\
from collections.abc import Iterator

import pytest
from app.main import create_app
from fastapi.testclient import TestClient


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(create_app()) as client:
        yield client


@pytest.fixture
def member(client: TestClient) -> Iterator[TestClient]:
    with TestClient(create_app(), headers={"authorization": "Bearer x"}) as client:
        yield client
"""
SHOP = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n\n[tool.ruff]\nline-length = 100\n',
    "pytest.ini": ("[pytest]\nfilterwarnings = error\npythonpath = .\nasyncio_default_fixture_loop_scope = function\n"),
    "app/__init__.py": "",
    "app/models.py": MODELS,
    "app/orders.py": ORDERS,
    "app/auth.py": AUTH,
    "app/main.py": MAIN,
}


def planned(root: Path, method: str, path: str, **more: str) -> Plan:
    return plan_tests(root, TEMPLATE, {"method": method, "path": path, **more})


def made(root: Path, method: str, path: str, **more: str) -> Plan:
    plan = planned(root, method, path, **more)
    engine.apply(plan, root, expect=plan.digest)
    return plan


def names(plan: Plan) -> list[str]:
    """The tests of a plan without what all of their names begin with."""
    text = next(action.after or "" for action in plan.actions if action.path.endswith(".py"))
    slug = plan.resource.removeprefix("test-")
    return [line.partition("(")[0].partition(f"test_{slug}_")[2] for line in text.split("\n") if "def test_" in line]


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    environment["PYTEST_ADDOPTS"] = WITHOUT_FOREIGN
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=root, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    return write(folder, {**SHOP, "tests/conftest.py": CONFTEST})


def test_every_endpoint_gets_tests_that_pass_and_are_clean(shop: Path, learned: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "--quiet"], cwd=shop, check=True)
    subprocess.run([*git, "add", "."], cwd=shop, check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "first"], cwd=shop, check=True)
    create = made(shop, "post", "/v1/orders")
    assert names(create) == ["succeeds", "needs_each_required_field", "keeps_its_contract"]
    assert names(made(shop, "get", "/v1/orders/search")) == [
        "succeeds",
        "needs_each_required_parameter",
        "keeps_its_contract",
    ]
    assert names(made(shop, "get", "/v1/orders/{order_id}")) == [
        "answers_404_for_what_is_not_there",
        "refuses_a_path_of_another_type",
        "keeps_its_contract",
    ]
    assert names(made(shop, "delete", "/v1/orders/{order_id}", signed_in="member")) == [
        "answers_404_for_what_is_not_there",
        "refuses_a_path_of_another_type",
        "refuses_who_is_not_signed_in",
        "keeps_its_contract",
    ]
    assert names(made(shop, "get", "/v1/inside/admin/report")) == ["refuses_who_is_not_signed_in", "keeps_its_contract"]
    done = run(shop, "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout
    assert "22 passed" in done.stdout
    wide = ["--select", "E,F,I,B,UP,SIM,RET,PL,C4,PT,ANN,ERA", "--ignore", "PLR2004"]
    for command in (
        ["ruff", "check", "--no-cache", *wide, *_written(shop)],
        ["ruff", "format", "--no-cache", "--check", *_written(shop)],
        ["mypy", "--strict", "--explicit-package-bases", "--cache-dir", str(learned / "plain"), *_written(shop)],
    ):
        done = run(shop, *command)
        assert done.returncode == 0, done.stdout + done.stderr
    report = App(Settings(root=shop, allow_unlocked=True)).reviewing.review(
        ReviewContextV2(base="HEAD", profile="strict")
    )
    assert [(f.code, f.location, f.message) for f in report.findings] == []


def _written(root: Path) -> list[str]:
    return [str(path.relative_to(root)) for path in sorted((root / "tests").glob("test_*.py"))]


@pytest.mark.parametrize(
    ("path", "right", "wrong", "broken"),
    [
        ("app/orders.py", "HTTP_201_CREATED", "HTTP_202_ACCEPTED", "succeeds"),
        ("app/models.py", "due: date", "due: date | None = None", "needs_each_required_field"),
        ("app/orders.py", "order: NewOrder", "order: dict[str, str]", "keeps_its_contract"),
    ],
)
def test_the_tests_fail_where_the_endpoint_no_longer_does_it(
    shop: Path, path: str, right: str, wrong: str, broken: str
) -> None:
    made(shop, "post", "/v1/orders")
    text = (shop / path).read_text(encoding="utf-8")
    assert right in text
    write(shop, {path: text.replace(right, wrong)})
    done = run(shop, "pytest", "-q", "-p", "no:cacheprovider", "-k", broken)
    assert done.returncode == 1, done.stdout


def test_what_guards_is_asked_for_and_what_needs_it_left_out(shop: Path) -> None:
    plan = planned(shop, "delete", "/v1/orders/{order_id}")
    assert names(plan) == ["refuses_who_is_not_signed_in", "keeps_its_contract"]
    assert "left out: which fixture is signed in? get_current_user guards it: give signed_in" in plan.notes


def test_a_field_with_a_pattern_is_asked_for_and_no_body_is_made_up(shop: Path) -> None:
    write(shop, {"app/models.py": MODELS.replace("min_length=8, max_length=8", 'pattern="^A-[0-9]+$"')})
    plan = planned(shop, "post", "/v1/orders")
    assert names(plan) == ["keeps_its_contract"]
    assert "left out: what is a valid value? sku (app/models.py:18) has a pattern" in plan.notes


def test_a_project_without_a_client_gets_one_that_starts_the_application(shop: Path) -> None:
    (shop / "tests" / "conftest.py").unlink()
    made(shop, "get", "/v1/orders/{order_id}")
    done = run(shop, "pytest", "-q", "-p", "no:cacheprovider")
    assert "3 passed" in done.stdout


@pytest.mark.parametrize("plugin", ["anyio", "asyncio"])
def test_an_async_client_is_awaited_under_the_plugin_of_the_host(shop: Path, plugin: str) -> None:
    backend = '@pytest.fixture\ndef anyio_backend() -> str:\n    return "asyncio"\n\n\n' if plugin == "anyio" else ""
    fixture = "@pytest.fixture" if plugin == "anyio" else "@pytest_asyncio.fixture"
    conftest = (
        "from collections.abc import AsyncIterator\n\nimport pytest\nimport pytest_asyncio\n"
        "from app.main import create_app\n"
        f"from httpx2 import ASGITransport, AsyncClient\n\n\n{backend}{fixture}\n"
        "async def client() -> AsyncIterator[AsyncClient]:\n    transport = ASGITransport(app=create_app())\n"
        '    async with AsyncClient(transport=transport, base_url="http://test") as client:\n        yield client\n'
    )
    write(shop, {"tests/conftest.py": conftest})
    plan = made(shop, "post", "/v1/orders")
    text = next(action.after or "" for action in plan.actions if action.path.endswith(".py"))
    assert f"pytestmark = pytest.mark.{plugin}" in text
    done = run(shop, "pytest", "-q", "-p", "no:cacheprovider")
    assert "10 passed" in done.stdout, done.stdout


def test_the_status_of_the_own_handler_of_invalid_requests_is_taken(shop: Path) -> None:
    handler = (
        "from fastapi.exceptions import RequestValidationError\nfrom fastapi.responses import JSONResponse\n\n\n"
        "async def refuse(request, error):\n    return JSONResponse({'error': str(error)}, status_code=400)\n\n\n"
    )
    main = MAIN.replace("API =", f"{handler}API =").replace(
        "    return app", "    app.add_exception_handler(RequestValidationError, refuse)\n    return app"
    )
    write(shop, {"app/main.py": main})
    plan = made(shop, "get", "/v1/orders/{order_id}")
    assert "status_code == 400" in next(a.after or "" for a in plan.actions if a.path.endswith(".py"))
    assert run(shop, "pytest", "-q", "-p", "no:cacheprovider").returncode == 0


def test_what_is_not_there_is_refused_with_what_is_like_it(shop: Path) -> None:
    with pytest.raises(InvalidInputError) as refused:
        planned(shop, "post", "/orders")
    assert "POST /v1/orders" in refused.value.hint
    with pytest.raises(InvalidInputError, match="no fixture 'admin'"):
        planned(shop, "get", "/v1/inside/admin/report", signed_in="admin")


def test_two_routes_at_one_path_are_refused_with_their_places(shop: Path) -> None:
    again = ORDERS + "\n\n@router.get('/search')\nasync def other() -> None: ...\n"
    write(shop, {"app/orders.py": again})
    with pytest.raises(UnsupportedProjectError, match=r"2 times: app/orders\.py:18, app/orders\.py:"):
        planned(shop, "get", "/v1/orders/search")


def test_a_second_run_changes_nothing_and_undo_leaves_nothing(shop: Path) -> None:
    before = tree(shop)
    plan = made(shop, "post", "/v1/orders")
    assert plan.resource == "test-post_v1_orders"
    after = tree(shop)
    assert made(shop, "post", "/v1/orders").writes == ()
    assert tree(shop) == after
    engine.undo(shop, "test-post_v1_orders")
    assert tree(shop) == before


def test_the_tests_are_read_and_the_project_is_never_imported(shop: Path) -> None:
    write(shop, {"app/__init__.py": "raise SystemExit('imported')\n"})
    assert names(planned(shop, "get", "/v1/orders/{order_id}"))[0] == "answers_404_for_what_is_not_there"
