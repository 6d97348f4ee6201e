from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import UnsupportedProjectError
from backwright.scaffold.django_project import read_django, router_site
from backwright.scaffold.django_settings import is_django_root
from tests.scaffold._projects import write

MANAGE = 'import os\n\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")\n'
FILES = {
    "manage.py": MANAGE,
    "config/settings/base.py": (
        'ROOT_URLCONF = "config.urls"\nTHIRD = ["rest_framework"]\nLOCAL_APPS = [\n'
        '    "desk.tickets.apps.TicketsConfig",\n]\n'
        'INSTALLED_APPS = THIRD + LOCAL_APPS\nREST_FRAMEWORK = {"PAGE_SIZE": 10, "EXCEPTION_HANDLER": handler}\n'
    ),
    "config/settings/local.py": 'from .base import *\n\nINSTALLED_APPS += ["debug_toolbar"]\n',
    "config/urls.py": (
        "from django.conf.urls import include\nfrom django.urls import path\n\n"
        'urlpatterns = [\n    path("api/", f),\n]\n'
    ),
    "config/api.py": (
        'app_name = "api"\nrouter = DefaultRouter() if DEBUG else SimpleRouter()\nrouter.register("a", A)\n'
        'router.register("b", B)\nnested = NestedRouter(router, "a")\nnested.register("c", C)\n'
    ),
}


def test_each_fact_is_read_with_its_place(tmp_path: Path) -> None:
    facts = read_django(write(tmp_path, FILES))
    assert {(each.fact, each.value, each.source) for each in facts.evidence()} == {
        ("settings", "config.settings.local", "manage.py"),
        ("installed apps", "LOCAL_APPS", "config/settings/base.py:3"),
        ("root of the paths", "config.urls", "config/urls.py:1"),
        ("router", "router", "config/api.py:4"),
    }
    assert facts.local == ["desk.tickets"]
    assert facts.installed_all >= {"rest_framework", "debug_toolbar"}
    assert facts.rest == {"PAGE_SIZE": 10, "EXCEPTION_HANDLER": ...}
    assert (facts.below_api, facts.bound) == (True, frozenset({"include"}))
    assert [(each.registrations, each.namespace) for each in facts.routers] == [(2, "api")]


def test_a_router_that_is_not_there_has_no_place() -> None:
    assert router_site(FILES["config/api.py"], "router") == (4, 2)
    assert router_site(FILES["config/api.py"], "other") is None


def test_a_manage_py_of_another_tool_is_not_djangos(tmp_path: Path) -> None:
    root = write(tmp_path, {"manage.py": "from flask_script import Manager\n"})
    assert not is_django_root(root)
    assert is_django_root(write(tmp_path, {"manage.py": MANAGE}))


LEFT = "from django.core.management import execute_from_command_line\n"
OTHER_SETTINGS: dict[str, tuple[dict[str, str], str, str]] = {
    "what serves it": (
        {"config/wsgi.py": 'os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.live"\n'},
        "config.settings.live",
        "config/wsgi.py",
    ),
    "what tests it": (
        {"pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = config.settings.test\n"},
        "config.settings.test",
        "pytest.ini",
    ),
    "the only settings that there are": ({}, "config.settings.base", "config/settings/base.py"),
}


@pytest.mark.parametrize(("files", "module", "source"), OTHER_SETTINGS.values(), ids=OTHER_SETTINGS)
def test_settings_that_manage_py_leaves_to_the_environment_are_those_of(
    files: dict[str, str], module: str, source: str, tmp_path: Path
) -> None:
    facts = read_django(write(tmp_path, {**FILES, "manage.py": LEFT, **files}))
    assert (facts.settings, facts.settings_from) == (module, source)
    assert facts.urls is not None
    assert facts.local == ["desk.tickets"]


def test_two_settings_that_nothing_tells_apart_are_refused_with_their_names(tmp_path: Path) -> None:
    more = {"site/settings.py": 'ROOT_URLCONF = "site.urls"\n'}
    with pytest.raises(UnsupportedProjectError) as refused:
        read_django(write(tmp_path, {**FILES, "manage.py": LEFT, **more}))
    assert refused.value.message.endswith("there are config/settings/base.py, site/settings.py")


def test_a_router_of_a_class_of_the_project_is_one(tmp_path: Path) -> None:
    text = FILES["config/api.py"].replace("DefaultRouter() if DEBUG else SimpleRouter()", "RouterWithMore()")
    (router,) = read_django(write(tmp_path, {**FILES, "config/api.py": text})).routers
    assert router.registrations == 2


def test_a_folder_without_manage_py_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedProjectError) as refused:
        read_django(tmp_path)
    assert refused.value.hint == "give the folder of Django's manage.py as root"
