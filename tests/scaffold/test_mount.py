from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.scaffold.mount import (
    aggregate_sites,
    application_sites,
    contains,
    insert_import,
    insert_mount,
    remove_statement,
)

IMPORT = "from app.orders import router as orders_router"
MOUNT = "app.include_router(orders_router)"


def mounted(text: str) -> str:
    (site,) = application_sites(text)
    return insert_mount(text, site, MOUNT, IMPORT)


def test_a_router_goes_after_its_last_sibling_and_its_import_after_theirs() -> None:
    text = """\
from app.users import router as users_router
from fastapi import FastAPI

app = FastAPI()
app.include_router(users_router)


@app.get("/")
def root() -> str: ...
"""
    assert mounted(text) == text.replace("users_router\nfrom fastapi", f"users_router\n{IMPORT}\nfrom fastapi").replace(
        "(users_router)\n", f"(users_router)\n{MOUNT}\n"
    )


def test_a_router_is_imported_inside_the_factory_where_its_siblings_are() -> None:
    text = """\
from fastapi import FastAPI


def create_app() -> FastAPI:
    from app.users import router
    app = FastAPI()
    app.include_router(router)
    return app
"""
    assert mounted(text) == text.replace(
        "    from app.users import router\n", f"    from app.users import router\n    {IMPORT}\n"
    ).replace("(router)\n", f"(router)\n    {MOUNT}\n")


def test_a_first_router_goes_after_the_application() -> None:
    text = "from fastapi import FastAPI\n\napp = FastAPI(\n    title='x',\n)\nprint(app)\n"
    assert (
        mounted(text)
        == f"from fastapi import FastAPI\n{IMPORT}\n\napp = FastAPI(\n    title='x',\n)\n{MOUNT}\nprint(app)\n"
    )


def test_a_conditional_mount_is_no_place() -> None:
    text = "app = FastAPI()\napp.include_router(a)\nif DEBUG:\n    app.include_router(b)\n"
    assert [(site.line, site.mounts) for site in application_sites(text)] == [(2, 1)]


def test_a_parameter_that_is_an_application_is_a_place() -> None:
    text = "def register(app_: FastAPI) -> None:\n    app_.include_router(a)\n"
    assert [(s.receiver, s.function, s.line) for s in application_sites(text)] == [("app_", "register", 2)]


def test_a_parameter_without_mounts_is_no_place() -> None:
    assert application_sites("def lifespan(app: FastAPI) -> None:\n    pass\n") == []


def test_carriage_returns_and_line_separators_inside_strings_stay() -> None:
    text = 'X = "a\u2028b"\r\napp = FastAPI()\r\napp.include_router(a)\r\n'
    assert mounted(text) == f"{IMPORT}\r\n{text}{MOUNT}\r\n"


def test_indentation_is_taken_from_the_line_and_not_from_bytes() -> None:
    text = "def make():\n\tapp = FastAPI(title='é')\n\tapp.include_router(a)\n\treturn app\n"
    assert f"\tapp.include_router(a)\n\t{MOUNT}\n" in mounted(text)


def test_a_mount_that_is_there_is_not_repeated() -> None:
    once = mounted("app = FastAPI()\napp.include_router(a)\n")
    assert insert_mount(once, application_sites(once)[0], "app.include_router( orders_router )", IMPORT) == once


def test_an_aggregate_router_is_named() -> None:
    (site,) = aggregate_sites("api = APIRouter()\napi.include_router(a)\nleaf = APIRouter()\n")
    assert (site.receiver, site.line, site.mounts) == ("api", 2, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", f"{IMPORT}\n"),
        ('"""Doc."""\n', f'"""Doc."""\n\n{IMPORT}\n'),
        ("import os\nX = 1\n", f"import os\n{IMPORT}\nX = 1\n"),
        ("from app.a import b\nimport os\n", f"from app.a import b\n{IMPORT}\nimport os\n"),
        ("import os", f"import os\n{IMPORT}\n"),
    ],
    ids=["empty", "docstring", "others", "family", "no newline at the end"],
)
def test_an_import_goes_to_its_family_or_after_the_last_one(text: str, expected: str) -> None:
    assert insert_import(text, IMPORT) == expected


@pytest.mark.parametrize(
    "text",
    ["", '"""Doc."""\n', "import os\nX = 1\n", "from app.a import b\n\n\ndef f(): ...\n", "import os\n\nX = 1\n"],
)
def test_removing_what_was_inserted_gives_the_text_back(text: str) -> None:
    assert remove_statement(insert_import(text, IMPORT), IMPORT) == text


def test_a_statement_that_shares_its_line_is_not_removed() -> None:
    text = f"{IMPORT}; print()\nx = 1; {MOUNT}\n"
    assert remove_statement(remove_statement(text, IMPORT), MOUNT) == text


@given(
    st.lists(
        st.sampled_from(["import os", "from app.b import c", "X = 1", "app = FastAPI()", "app.include_router(a)", ""])
    )
)
def test_an_insertion_only_adds_lines(lines: list[str]) -> None:
    text = "\n".join([*lines, ""])
    after = insert_import(text, IMPORT)
    ast.parse(after)
    assert contains(after, IMPORT)
    rest = after.split("\n")
    rest.remove(IMPORT)
    assert "\n".join(rest).strip("\n") == text.strip("\n")
