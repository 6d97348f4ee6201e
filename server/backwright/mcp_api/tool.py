"""What a tool is: a name, two Pydantic models, a call, and a rendering for readers. And how one is called.

The text of an answer is compact Markdown and not the JSON of its structured content once more, although the
specification says that it SHOULD be: a client hands a model one of the two, and a model reads Markdown at about half
the tokens. Both hold the same facts and each keeps the same budget.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import anyio.from_thread
import anyio.to_thread
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, ConfigDict, ValidationError

from backwright.errors import BackwrightError, InvalidInputError
from backwright.mcp_api._errors import facts_of
from backwright.review.watch import Cancelled, Progress, Watch

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.identity.scopes import Scope

_LOG = logging.getLogger(__name__)
_SHOWN_MISTAKES = 5
_SHOWN_LOCATION = 80


class Closed(BaseModel):
    """A model that the wire sees: immutable, and a field that it does not have is a mistake."""

    # Built when first used: the first answer, a list, uses none of them.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


Input = TypeVar("Input", bound=BaseModel)
Output = TypeVar("Output", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Tool(Generic[Input, Output]):
    """One tool, declared as `TOOL` by the module that is named for it.

    Args:
        name: under 40 characters; some clients prefix it and cut what is longer.
        scope: what a token has to allow for any call of it.
        title: what a person sees.
        description: when a model should call it, and what it gets; a function where that depends on what is served.
        input: the model of the arguments; a mistake in them is an `isError` answer that the caller can correct. A
            function, as `output` is, so that a list need not import what a call needs.
        output: the model of a success's structured content.
        call: does the work; it may raise any `BackwrightError`.
        render: the same answer as readable text.
        annotations: what a client may tell the user before a call; hints and no promise.
        hidden: the fields of `input` that this server neither offers nor accepts, for want of a file system or
            because there is one.
        prose: shorter descriptions for arguments whose own are too long for a list that a model pays for on each turn.
        meta: `_meta` of the listing.
        lists_output: whether the listing has the schema of an answer. Names and types of one that is little but text,
            or the same as another tool's, tell a model nothing, and it pays for them on each turn.
        served: whether this server has it at all.
        blocking: whether the call may take longer than the event loop should wait, so that it goes to a thread; a
            function where that depends on where this server keeps its records.
        scopes: what a token has to allow besides for a call with these arguments, which may not fit the model yet.
    """

    name: str
    scope: Scope
    title: str
    description: str | Callable[[App], str]
    input: Callable[[], type[Input]]
    output: Callable[[], type[Output]]
    call: Callable[[App, Input], Output]
    render: Callable[[Output], str]
    annotations: ToolAnnotations
    hidden: Callable[[App], frozenset[str]] = lambda _: frozenset()
    prose: Mapping[str, str] = field(default_factory=dict)
    meta: Mapping[str, bool] | None = None
    lists_output: bool = True
    served: Callable[[App], bool] = lambda _: True
    blocking: bool | Callable[[App], bool] = True
    scopes: Callable[[Mapping[str, object]], tuple[Scope, ...]] = lambda _: ()

    def describe(self, app: App) -> str:
        """The description as this server lists it."""
        return self.description if isinstance(self.description, str) else self.description(app)

    def blocks(self, app: App) -> bool:
        """Whether a call of this server goes to a thread."""
        return self.blocking if isinstance(self.blocking, bool) else self.blocking(app)

    def parse(self, app: App, arguments: Mapping[str, object]) -> Input:
        """The arguments as a value.

        Raises:
            InvalidInputError: they do not fit the schema that `tools/list` shows.
        """
        for name in sorted(self.hidden(app) & arguments.keys()):
            raise InvalidInputError(f"{name}: this server does not take it", hint=f"leave {name!r} out")
        try:
            # As JSON, because strict models take a list for a tuple and a string for a date only from there.
            return self.input().model_validate_json(json.dumps(arguments))
        except ValidationError as error:
            raise InvalidInputError(mistakes(error), hint=f"correct the arguments of {self.name}") from None


Report = Callable[[float, float | None, str | None], Coroutine[Any, Any, None]]
"""Tells the client of progress: how much of how much, and what is being done."""


async def call_tool(
    app: App, tool: Tool[Any, Any], arguments: Mapping[str, object], report: Report | None = None
) -> CallToolResult:
    """Call a tool and never raise for what it does: an error is an answer that says what to do.

    Args:
        app: what answers.
        tool: what is called.
        arguments: as the client sent them.
        report: tells the client of progress, where it asked to be told.
    """
    try:
        if not tool.blocks(app):
            return _run(app, tool, arguments)
        return await _in_thread(app, tool, arguments, report)
    except BackwrightError as error:
        return _failure(error.code, error.message, facts_of(error))
    except Exception:  # noqa: BLE001  the boundary where what nobody foresaw loses its text
        _LOG.exception("tool %s failed", tool.name)
        hint = "this is a defect of Backwright; the server's log has the details. Go on without this tool"
        return _failure("INTERNAL", f"{tool.name} failed unexpectedly", {"hint": hint, "retry": False})


async def _in_thread(
    app: App, tool: Tool[Any, Any], arguments: Mapping[str, object], report: Report | None
) -> CallToolResult:
    """Call a tool in a thread, which hears of it when the client wants no answer any more."""

    def tell(progress: Progress) -> None:
        if report is not None:
            anyio.from_thread.run(report, progress.percent, 100.0, progress.message)

    def work() -> CallToolResult:
        with watch.kept():
            return _run(app, tool, arguments)

    watch = Watch(tell=None if report is None else tell)
    if not tool.annotations.read_only_hint:
        return await _to_its_end(work, watch)
    try:
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
    except anyio.get_cancelled_exc_class():
        watch.cancel()
        raise


async def _to_its_end(work: Callable[[], CallToolResult], watch: Watch) -> CallToolResult:
    """Wait for work that writes even when the client has gone, so that it is not cut off half way.

    What comes after the writing hears of it, and ends.
    """
    raised: list[Exception] = []

    def guarded() -> CallToolResult | None:
        try:
            return work()
        except Cancelled:
            return None
        except Exception as error:  # noqa: BLE001  raised again below, outside of the group, which would wrap it
            raised.append(error)
            return None

    async def heed() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            watch.cancel()

    async with anyio.create_task_group() as beside:
        beside.start_soon(heed)
        done = await anyio.to_thread.run_sync(guarded)
        beside.cancel_scope.cancel()
    if raised:
        raise raised[0]
    # Who cancelled the call is not here any more to read this.
    return done or _failure("CANCELLED", "the call was cancelled", {"hint": "call it again", "retry": True})


def _run(app: App, tool: Tool[Any, Any], arguments: Mapping[str, object]) -> CallToolResult:
    output = tool.call(app, tool.parse(app, arguments))
    return CallToolResult(
        content=[TextContent(text=tool.render(output))],
        structured_content=output.model_dump(mode="json", by_alias=True, exclude_none=True),
    )


def _failure(code: str, message: str, facts: Mapping[str, object]) -> CallToolResult:
    where = f" (line {facts['line']})" if "line" in facts else ""
    lines = [f"{code}{where}: {message}", f"Hint: {facts['hint']}"]
    if "details" in facts:
        # A client hands a model one of the two, and what a program acts on helps a model as well.
        lines.append(f"Details: {json.dumps(facts['details'], ensure_ascii=False)}")
    if facts["retry"]:
        lines.append("The same call may succeed later.")
    structured = {"code": code, "message": message, **facts}
    return CallToolResult(content=[TextContent(text="\n".join(lines))], structured_content=structured, is_error=True)


def mistakes(error: ValidationError) -> str:
    """The mistakes in some arguments, each with its place."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    shown = [f"{_location(mistake['loc'])}: {mistake['msg']}" for mistake in found[:_SHOWN_MISTAKES]]
    more = len(found) - len(shown)
    return "; ".join([*shown, f"and {more} more"] if more else shown)


def _location(parts: tuple[int | str, ...]) -> str:
    """Where a mistake is. The name of a field that the schema does not have is the caller's text, so it is escaped."""
    text = ".".join(str(part) for part in parts) or "arguments"
    return text.encode("unicode_escape").decode("ascii")[:_SHOWN_LOCATION]
