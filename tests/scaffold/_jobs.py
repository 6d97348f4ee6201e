"""Projects that do work in the background, and jobs to scaffold into them."""

from __future__ import annotations

from pathlib import Path

from backwright.contexts.schemas.job_v1 import JobContextV1
from backwright.scaffold import engine
from backwright.scaffold.job import plan_job
from backwright.scaffold.plan import Plan
from backwright.scaffold.template import load_template
from tests.scaffold._projects import write

TEMPLATE = next((Path(__file__).parents[2] / "skills").glob("*/assets/worker-job"))
EXAMPLES = load_template(TEMPLATE).manifest.examples
SMALL: dict[str, object] = {"name": "send-invoice", "arguments": [{"name": "invoice_id", "type": "uuid"}]}
LIBRARIES = {"celery": "celery[redis]", "dramatiq": "dramatiq[redis]", "rq": "rq", "arq": "arq"}

_CHECKS = """
[tool.pytest.ini_options]
pythonpath = ["src", "."]
filterwarnings = ["error"]
asyncio_default_fixture_loop_scope = "function"

[tool.mypy]
mypy_path = "src"
explicit_package_bases = true
"""

CELERY = {
    "shop/__init__.py": "",
    "shop/celery_app.py": """\
from celery import Celery

celery_app = Celery("shop", broker="redis://localhost:6379/0", include=["shop.tasks.mail"])
celery_app.conf.update(task_acks_late=True)
""",
    "shop/tasks/__init__.py": "",
    "shop/tasks/mail.py": """\
from shop.celery_app import celery_app


@celery_app.task
def send(order_id: int) -> None:
    print(order_id)
""",
}
DRAMATIQ = {
    "shop/__init__.py": "",
    "shop/broker.py": """\
import dramatiq
from dramatiq.brokers.redis import RedisBroker

broker = RedisBroker(url="redis://localhost:6379/0")
dramatiq.set_broker(broker)

from shop import mail  # noqa: E402, F401
""",
    "shop/mail.py": """\
import dramatiq


@dramatiq.actor
def send(order_id: int) -> None:
    print(order_id)
""",
}
RQ = {
    "shop/__init__.py": "",
    "shop/work.py": """\
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

jobs = Queue("jobs", connection=Redis(), serializer=JSONSerializer)
""",
}
ARQ = {
    "shop/__init__.py": "",
    "shop/worker.py": """\
from arq.connections import RedisSettings


async def send(ctx, order_id):
    print(order_id)


class WorkerSettings:
    functions = [send]
    cron_jobs = []
    redis_settings = RedisSettings()
""",
}
HOSTS = {"celery": CELERY, "dramatiq": DRAMATIQ, "rq": RQ, "arq": ARQ}


def project(root: Path, library: str, files: dict[str, str] | None = None) -> Path:
    """A project that declares the library, with these files in it."""
    head = f'[project]\nname = "shop"\nversion = "1"\ndependencies = ["{LIBRARIES[library]}"]\n'
    return write(root, {"pyproject.toml": head + _CHECKS, **({"src/shop/__init__.py": ""} if files is None else files)})


def plan(root: Path, values: dict[str, object], **more: object) -> Plan:
    """The plan of the template that ships, of a job that its context takes."""
    context = JobContextV1.model_validate({**values, **more})
    return plan_job(root, TEMPLATE, context.model_dump(mode="json"))


def scaffold(root: Path, values: dict[str, object], **more: object) -> Plan:
    """The plan, applied."""
    made = plan(root, values, **more)
    engine.apply(made, root, expect=made.digest)
    return made
