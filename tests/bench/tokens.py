"""What Backwright costs a model, in approximate tokens (UTF-8 bytes divided by four), beside what is promised.

    uv run python -m tests.bench.tokens [DIFF ...]

A client hands a model the text of an answer or its structured content, so the greater of the two counts. The reviews
are of a median and of a hopeless pull request that this script makes up; each DIFF that is named is reviewed as well.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import anyio
from mcp import Client
from mcp_types import TextContent

from backwright.app import App
from backwright.mcp_api.server import build_server
from backwright.routing.briefing import approx_tokens
from backwright.settings import Settings
from tests.bench._wire import table

ROOT = Path(__file__).parents[2]

MEDIAN = """\
import requests
from fastapi import APIRouter

router = APIRouter()


@router.get("/rates/{currency}")
async def read_rate(currency: str) -> dict[str, float]:
    answer = requests.get(f"https://rates.example.org/{currency}")
    return {"rate": answer.json()["rate"]}


@router.get("/health")
async def read_health() -> dict[str, str]:
    return {"status": "ok"}
"""

HOPELESS = "import requests\n\n\n" + "".join(
    f'async def call_{number}() -> None:\n    requests.get("https://x.org/{number}")\n\n\n' for number in range(400)
)


def as_diff(path: str, text: str) -> str:
    """A diff that adds a file."""
    lines = text.splitlines()
    return f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(lines)} @@\n" + "".join(f"+{line}\n" for line in lines)


async def cost(client: Client, tool: str, arguments: Mapping[str, object]) -> int:
    """The cost of an answer to a call."""
    answer = await client.call_tool(tool, dict(arguments))
    content = answer.content[0]
    if answer.is_error or not isinstance(content, TextContent):
        raise SystemExit(f"{tool}: {answer.structured_content}")
    structured = answer.model_dump_json(include={"structured_content"})
    return max(approx_tokens(content.text), approx_tokens(structured))


async def listing(client: Client) -> int:
    """The cost of `tools/list`."""
    return approx_tokens((await client.list_tools()).model_dump_json(by_alias=True, exclude_none=True))


async def measure(root: Path, diffs: list[Path]) -> list[tuple[str, int, int]]:
    """Each thing, its cost and the promise."""
    made_up = {"median.diff": as_diff("app/rates.py", MEDIAN), "hopeless.diff": as_diff("app/calls.py", HOPELESS)}
    for name, text in made_up.items():
        (root / name).write_text(text, encoding="utf-8")
    for number, path in enumerate(diffs):
        (root / f"given-{number}.diff").write_bytes(path.read_bytes())
    app = App(Settings(root=root, allow_unlocked=True))
    async with Client(build_server(app)) as client:
        rows = [("tools/list", await listing(client), 2_500)]
        for skill in app.catalog.skills:
            used = await cost(client, "use_skill", {"request": "Do it.", "name": skill.name})
            rows.append((f"use_skill {skill.name}", used, 3_000))
        rows += [
            ("review of a median pull request", await cost(client, "review_diff", {"diff_file": "median.diff"}), 1_500),
            ("review of a hopeless one", await cost(client, "review_diff", {"diff_file": "hopeless.diff"}), 4_000),
        ]
        reviewed = await client.call_tool("review_diff", {"diff_file": "hopeless.diff"})
        said = {
            "review": (reviewed.structured_content or {})["review"],
            "comments": [
                {"path": "app/calls.py", "line": 4 * n, "quote": "async def", "message": f"Function {n}."}
                for n in range(1, 31)
            ],
        }
        rows.append(("complete_review, 30 comments", await cost(client, "complete_review", said), 4_000))
        for number, path in enumerate(diffs):
            rows.append(
                (f"review of {path}", await cost(client, "review_diff", {"diff_file": f"given-{number}.diff"}), 4_000)
            )
        endpoint = {"resource": "order", "fields": ["reference:str"]}
        rows.append(("scaffold_endpoint, the plan", await cost(client, "scaffold_endpoint", endpoint), 1_500))
        service = {"name": "order-desk"}
        rows.append(("scaffold_service, the plan", await cost(client, "scaffold_service", service), 1_500))
        rows.append(("explain_rule BW102", await cost(client, "explain_rule", {"rule": "BW102"}), 4_000))
    return rows


def main(diffs: list[Path]) -> int:
    """Print the table; 1 if a promise is broken."""
    with tempfile.TemporaryDirectory() as folder:
        rows = anyio.run(measure, Path(folder), diffs)
    shown = [(what, str(tokens), str(most), "ok" if tokens <= most else "OVER") for what, tokens, most in rows]
    table("approximate tokens", ("what", "tokens", "at most", ""), shown)
    return int(any(tokens > most for _, tokens, most in rows))


if __name__ == "__main__":
    sys.exit(main([Path(argument) for argument in sys.argv[1:]]))
