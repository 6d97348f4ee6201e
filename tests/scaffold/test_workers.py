from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold.project import read_facts
from backwright.scaffold.symbols import read_symbols
from backwright.scaffold.workers import Background, read_background
from tests.scaffold._jobs import HOSTS, project
from tests.scaffold._projects import write


def read(root: Path, library: str | None = None, app: str | None = None) -> Background:
    return read_background(root, read_symbols(root, read_facts(root)), library, app)


@pytest.mark.parametrize(
    ("library", "place"),
    [
        ("celery", "shop.celery_app:celery_app"),
        ("dramatiq", "shop.broker:broker"),
        ("rq", "shop.work:jobs"),
        ("arq", "shop.worker:WorkerSettings"),
    ],
)
def test_what_jobs_hang_on_is_read(library: str, place: str, tmp_path: Path) -> None:
    found = read(project(tmp_path, library, HOSTS[library]))
    assert (found.library, found.app and found.app.place, found.redis) == (library, place, True)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("from celery import Celery\nif True:\n    app = Celery()\n", "shop.a:app"),
        ("import celery\napp = celery.Celery()\n", "shop.a:app"),
        ("from celery import Celery\ndef make() -> Celery:\n    return Celery()\napp = make()\n", "shop.a:app"),
        ("from celery import Celery\nfrom x import make\napp: Celery = make()\n", "shop.a:app"),
        ("from celery import Celery\ndef make():\n    app = Celery()\n", None),
        ("from other import Celery\nimport celery\napp = Celery()\n", None),
    ],
)
def test_an_app_is_found_however_it_is_made_at_the_top(text: str, place: str | None, tmp_path: Path) -> None:
    found = read(project(tmp_path, "celery", {"shop/__init__.py": "", "shop/a.py": text}))
    assert (found.app.place if found.app else None) == place


def test_of_several_apps_the_one_with_tasks_is_taken(tmp_path: Path) -> None:
    other = {"shop/other.py": "from celery import Celery\n\nother = Celery()\n"}
    found = read(project(tmp_path, "celery", HOSTS["celery"] | other))
    assert found.app is not None
    assert found.app.place == "shop.celery_app:celery_app"
    assert [module.name for module in found.siblings] == ["shop.tasks.mail"]


def test_tasks_count_for_the_app_that_a_package_passes_on(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": "from shop.one import app as celery_app\n",
        "shop/two.py": "from celery import Celery\n\nb = Celery()\n",
        "shop/one.py": "from celery import Celery\n\napp = Celery()\n",
        "shop/tasks.py": "from shop import celery_app\n\n\n@celery_app.task\ndef send(order_id): ...\n",
    }
    found = read(project(tmp_path, "celery", files))
    assert found.app is not None
    assert found.app.place == "shop.one:app"


def test_several_of_a_kind_are_asked_about(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "", "shop/a.py": "from celery import Celery\n\na = Celery()\nb = Celery()\n"}
    root = project(tmp_path, "celery", files)
    with pytest.raises(InvalidInputError, match=r"several Celery apps: shop\.a:a, shop\.a:b"):
        read(root)
    found = read(root, app="shop.a:b")
    assert found.app is not None
    assert found.app.name == "b"
    with pytest.raises(InvalidInputError, match="was not found"):
        read(root, app="shop.a:c")


def test_several_libraries_are_asked_about_and_the_one_that_is_used_wins(tmp_path: Path) -> None:
    root = write(tmp_path, {"requirements.txt": "celery\nrq\n"})
    with pytest.raises(InvalidInputError, match="several libraries for jobs: celery, rq"):
        read(root)
    assert read(root, library="rq").library == "rq"
    with pytest.raises(UnsupportedProjectError, match="does not declare arq"):
        read(root, library="arq")
    write(root, {"app/work.py": "from rq import Queue\n"})
    assert read(root).library == "rq"


def test_a_queue_of_another_library_is_none(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "", "shop/a.py": "from queue import Queue\nimport rq\n\nwaiting = Queue()\n"}
    assert read(project(tmp_path, "rq", files)).app is None
