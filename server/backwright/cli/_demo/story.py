"""The steps of the demo, each of which checks what it claims."""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import TextIO

import anyio.to_thread

from backwright.cli._demo.screen import Outcome, Screen, StepFailedError
from backwright.mcp_api.client import Client, Json, call, connect_stdio

REQUEST = "Add a FastAPI endpoint for invoices"
SKILL = "fastapi-endpoint"
INVOICE: Mapping[str, object] = {
    "resource": "invoice",
    "description": "What a customer owes.",
    "fields": [
        "number:str,unique,max=32",
        "total:decimal,ge=0",
        "status:enum,index,choices=draft/sent/paid",
        "due_on:date?",
    ],
}
PULL_REQUEST = Path(__file__).with_name("pull_request.txt")
EXPECT = re.compile(r"  # expect: (?P<codes>[A-Z0-9, ]+)$")
SECONDS = 180
"""What takes longer than this is stuck."""


async def tell(root: Path, screen: Screen) -> bool:
    """Run the steps against a server that works in `root`, an empty folder, until one fails; whether all worked."""
    with TemporaryFile("w+", encoding="utf-8") as log:
        async with AsyncExitStack() as stack:
            # Caught in here: outside, the client's task group would wrap it.
            try:
                await _steps(stack, root, screen, log)
            except StepFailedError:
                return False
    return True


async def _steps(stack: AsyncExitStack, root: Path, screen: Screen, log: TextIO) -> None:
    with screen.step("Start the server, connect a client over stdio") as outcome:
        client = await stack.enter_async_context(connect_stdio(root, log))
        await describe(client, outcome)
    with screen.step("Invoke a skill by its trigger") as outcome:
        await invoke(client, outcome)
    with screen.step("Scaffold an endpoint into a fresh project") as outcome:
        router = await scaffold(client, outcome)
    with screen.step("Run the generated tests there") as outcome:
        await run_tests(root, outcome)
    with screen.step("Review what was scaffolded") as outcome:
        git(root, "init", "--quiet", "--initial-branch=main")
        await review_scaffold(client, outcome)
    with screen.step("Review a pull request with defects in it") as outcome:
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "--message", "Add invoices")
        await review_pull_request(client, root / router, outcome)


async def describe(client: Client, outcome: Outcome) -> None:
    """What the server offers."""
    server = client.server_info
    tools = (await client.list_tools()).tools
    prompts = (await client.list_prompts()).prompts
    resources = (await client.list_resources()).resources
    expect(server is not None and len(tools) > 0, "the server offers no tools")
    outcome.facts += [
        f"server: {server.name if server else ''} {server.version if server else ''}, MCP {client.protocol_version}",
        f"tools: {', '.join(tool.name for tool in tools)}",
        f"skills, as prompts too: {', '.join(prompt.name for prompt in prompts)}",
        f"resources: {len(resources)} on the first page; rule pages, files of skills, schemas",
    ]


async def invoke(client: Client, outcome: Outcome) -> None:
    """One request in plain words, which holds a trigger of the skill."""
    answer = await call(client, "use_skill", {"request": REQUEST})
    expect(answer.get("skill") == SKILL, f"{REQUEST!r} led to {answer.get('skill')}, not to {SKILL}")
    body = str(answer.get("body"))
    outcome.facts += [
        f"request: {REQUEST}",
        f"answer: {answer['skill']} {answer['version']} ({answer['decision']})",
        f"why: {answer['reason']}",
        f"what the assistant now reads: {len(body.splitlines())} lines, {sum(map(len, body.split()))} characters",
    ]


async def scaffold(client: Client, outcome: Outcome) -> str:
    """Plan, then apply that very plan; the folder of the router that was written."""
    plan = await call(client, "scaffold_endpoint", INVOICE)
    written = await call(client, "apply_scaffold", {"digest": plan["digest"]})
    files = [path for line in texts(written, "written") for path in paths_of(line)]
    routers = [path for path in files if Path(path).name == "router.py" or "/routers/" in path or "/api/" in path]
    expect(bool(routers), "nothing was written")
    again = await call(client, "scaffold_endpoint", INVOICE)
    changes = [*texts(again, "create"), *(file for file in records(again, "files") if file["kind"] != "keep")]
    expect(not changes, f"a second run would change {changes}")
    outcome.facts += [
        f"plan: {len(files)} files, {str(plan['digest'])[:23]}…",
        f"applied: {', '.join(sorted({path.partition('/')[0] for path in files}))}",
        "second run: changes nothing",
    ]
    return str(Path(routers[-1]).parent)


async def run_tests(root: Path, outcome: Outcome) -> None:
    """The project's own tests, in a process of their own."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    run = await anyio.to_thread.run_sync(lambda: _run(command, root))
    last = (run.stdout.strip().splitlines() or ["no output"])[-1]
    expect(run.returncode == 0 and "passed" in last, f"{run.stdout}\n{run.stderr}")
    outcome.facts.append(f"pytest: {last.strip('= ')}")


async def review_scaffold(client: Client, outcome: Outcome) -> None:
    """Our own review of our own output, which must find nothing, however strict it is."""
    answer = await call(client, "review_diff", {"profile": "strict"})
    expect(not answer.get("findings"), f"the review of the scaffold found {answer.get('findings')}")
    outcome.facts.append(str(answer["summary"]))


async def review_pull_request(client: Client, folder: Path, outcome: Outcome) -> None:
    """A new file with defects: each must be found on its line, and nothing else on any other."""
    text = PULL_REQUEST.read_text(encoding="utf-8").replace("{token}", secrets.token_urlsafe(32))
    lines = text.split("\n")
    marks = {number: EXPECT.search(line) for number, line in enumerate(lines, 1)}
    expected = {(code.strip(), number) for number, mark in marks.items() if mark for code in mark["codes"].split(",")}
    (folder / "exports.py").write_text("\n".join(EXPECT.sub("", line) for line in lines), encoding="utf-8")
    answer = await call(client, "review_diff", {})
    findings = records(answer, "findings")
    found = {(str(finding["code"]), finding["line"]) for finding in findings}
    outcome.facts.append(str(answer["summary"]))
    outcome.head = ("line", "severity", "rule", "what it found")
    for finding in findings:
        outcome.rows.append(
            (str(finding["line"]), str(finding["severity"]), str(finding["code"]), str(finding["message"]))
        )
    missed, extra = expected - found, found - expected
    expect(not missed and not extra, f"not found: {sorted(missed)}; found in addition: {sorted(map(str, extra))}")
    questions = records(answer, "questions")
    if questions:
        outcome.facts.append(f"left to the reader: {len(questions)} questions, such as: {questions[0]['ask']}")


def records(answer: Json, key: str) -> list[Json]:
    """A list of objects in an answer."""
    found = answer.get(key, [])
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def texts(answer: Json, key: str) -> list[str]:
    """A list of texts in an answer."""
    found = answer.get(key, [])
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def paths_of(line: str) -> list[str]:
    """The paths that a line such as `app/api/: errors.py, health.py` stands for."""
    folder, colon, names = line.rpartition(": ")
    return [f"{folder if colon else ''}{name}" for name in names.split(", ")]


def expect(condition: bool, otherwise: str) -> None:  # noqa: FBT001  an assertion in words
    """Stop the step unless the condition holds.

    Raises:
        StepFailedError: it does not.
    """
    if not condition:
        raise StepFailedError(otherwise)


def git(root: Path, *arguments: str) -> None:
    """Run git in the demo's own folder, without the user's configuration or identity.

    Raises:
        StepFailedError: git is missing or failed.
    """
    identity = ["-c", "user.name=demo", "-c", "user.email=demo@localhost", "-c", "commit.gpgsign=false"]
    run = _run(["git", *identity, "-c", "core.hooksPath=/dev/null", *arguments], root)
    expect(run.returncode == 0, f"git {arguments[0]}: {run.stderr.strip()}")


def _run(command: list[str], root: Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603  a fixed program
    except FileNotFoundError:
        raise StepFailedError(f"{command[0]} is not installed; the demo needs it on the path") from None
    except subprocess.TimeoutExpired:
        raise StepFailedError(f"{command[0]} did not end within {SECONDS} seconds") from None
