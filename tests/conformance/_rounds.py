"""The conformance suite's tools and prompt that ask their client for something before they answer."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp_types import (
    ClientCapabilities,
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    InputRequest,
    InputRequiredResult,
    ListRootsRequest,
    RequestParams,
    SamplingMessage,
    TextContent,
)

PREFIX: Final = "test_input_required_result_"


@dataclass(frozen=True)
class Asking:
    """A tool that asks.

    Args:
        rounds: what it asks for, one round after the other.
        keeps: whether its client carries a state for it.
        says: what it answers in the end.
    """

    rounds: Sequence[Mapping[str, InputRequest]]
    keeps: bool = False
    says: str = "all is answered"


def form(message: str, name: str, kind: str = "string") -> InputRequest:
    """A form with one field, which is required."""
    schema: dict[str, Any] = {"type": "object", "properties": {name: {"type": kind}}, "required": [name]}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def sampling(text: str, tokens: int) -> InputRequest:
    """A question to the client's model."""
    said = SamplingMessage(role="user", content=TextContent(text=text))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[said], max_tokens=tokens))


def roots() -> InputRequest:
    """A question for the client's folders."""
    return ListRootsRequest(params=RequestParams())


_NAME = form("What is your name?", "name")
_OK = {"confirm": form("Please confirm", "ok", "boolean")}

ASKING: Final[Mapping[str, Asking]] = {
    "elicitation": Asking([{"user_name": _NAME}]),
    "sampling": Asking([{"capital_question": sampling("What is the capital of France?", 100)}]),
    "list_roots": Asking([{"client_roots": roots()}]),
    "request_state": Asking([_OK], keeps=True, says="state-ok"),
    "tampered_state": Asking([_OK], keeps=True),
    "multiple_inputs": Asking(
        [{"user_name": _NAME, "greeting": sampling("Generate a greeting", 50), "client_roots": roots()}], keeps=True
    ),
    "multi_round": Asking(
        [
            {"step1": form("Step 1: What is your name?", "name")},
            {"step2": form("Step 2: What is your favorite color?", "color")},
        ],
        keeps=True,
    ),
    "capabilities": Asking([{"name": _NAME, "word": sampling("Say a word", 10)}]),
}


def add_rounds(server: MCPServer) -> None:
    """Add all of them."""
    for name, asking in ASKING.items():
        server.add_tool(_tool(asking), name=PREFIX + name, description="Asks its client.", structured_output=False)

    @server.prompt("test_input_required_result_prompt")
    async def asking_prompt(ctx: Context) -> list[UserMessage] | InputRequiredResult:
        """Asks what it is about."""
        wanted = {"user_context": form("What context should the prompt use?", "context")}
        if not ctx.input_responses or wanted.keys() - ctx.input_responses.keys():
            return InputRequiredResult(input_requests=wanted)
        return [UserMessage("The context is given.")]


def _tool(asking: Asking) -> Any:  # a function whose annotations the SDK reads
    async def ask(ctx: Context) -> str | InputRequiredResult:
        step = int(ctx.request_state or 0)
        wanted = _declared(asking.rounds[step], ctx.client_capabilities)
        if ctx.input_responses and not wanted.keys() - ctx.input_responses.keys():
            step += 1
            if step == len(asking.rounds):
                return asking.says
            wanted = dict(asking.rounds[step])
        return InputRequiredResult(input_requests=wanted, request_state=str(step) if asking.keeps else None)

    return ask


def _declared(wanted: Mapping[str, InputRequest], has: ClientCapabilities | None) -> dict[str, InputRequest]:
    """What of it the client says it can be asked for."""
    with warnings.catch_warnings():
        # Two of them are deprecated, and are what the suite asks for.
        warnings.simplefilter("ignore")
        able = {
            "elicitation/create": has is not None and has.elicitation is not None,
            "sampling/createMessage": has is not None and has.sampling is not None,
            "roots/list": has is not None and has.roots is not None,
        }
    return {key: request for key, request in wanted.items() if able[request.method]}
