"""A small catalogue of its own, so that these tests do not move with the pack."""

from __future__ import annotations

from backwright.routing.decision import Request, Routing
from backwright.routing.router import Router
from backwright.routing.trigger import SkillTerms

ENDPOINT = SkillTerms(
    name="fastapi-endpoint",
    version="1.2.0",
    description="Add or change FastAPI endpoints: routers, pagination, error envelope. Use for a new route.",
    strong=("fastapi", "APIRouter", "response_model", "new endpoint", "422 error"),
    weak=("route", "handler", "pagination", "api"),
    aliases={"zh": ("写接口", "分页查询"), "es": ("nuevo endpoint", "paginación")},
    negative=("Next.js", "minimal api", "react", "piano"),
    all_of=(("endpoint", "list"), ("handler", "upload")),
)
ASYNC = SkillTerms(
    name="async-concurrency",
    version="2.0.1",
    description="Write and repair concurrent Python: TaskGroup, timeouts, cancellation, worker threads.",
    strong=("asyncio", "event loop", "TaskGroup", "coroutine", "semaphore"),
    weak=("concurrent", "in flight", "queue", "timeout"),
    negative=("kotlin", "C++", "semaphore flag"),
)
REVIEW = SkillTerms(
    name="code-review",
    version="1.0.0",
    description="Review a diff, branch or pull request by rule, and answer a checklist with evidence.",
    strong=("code review", "review this diff", "pull request", "code smells"),
    weak=("review", "diff", "merge"),
    negative=("book review",),
)
BACKEND = SkillTerms(
    name="python-backend",
    version="1.0.0",
    description="Build Python backend services: structure, settings, errors. Says which specific skill to load.",
    strong=("python service", "fastapi app", "structure a fastapi project", "pydantic", "celery task"),
    weak=("python", "service", "celery", "settings"),
    negative=("snake", "celery soup"),
    umbrella=True,
)
SKILLS = (ENDPOINT, ASYNC, REVIEW, BACKEND)
ROUTER = Router(SKILLS)


def route(text: str, *paths: str, name: str | None = None, keywords: tuple[str, ...] = ()) -> Routing:
    return ROUTER.route(Request(text, paths=paths, name=name, keywords=keywords))


def chosen(routing: Routing) -> tuple[str, list[str]]:
    return routing.decision, [match.skill for match in routing.matches]


def evidence(routing: Routing) -> set[tuple[str, str]]:
    return {(piece.term, piece.field) for piece in routing.matches[0].evidence}
