"""What the official conformance suite asks a server to have beside its own: tools, resources and prompts for the test.

They are declared on the SDK's high-level server, and `_everything.py` adds them to ours.
"""

from __future__ import annotations

import base64
import json
import struct
import warnings
import zlib
from typing import Annotated, Any, Final

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.prompts.base import Message, UserMessage
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    ClientCapabilities,
    EmbeddedResource,
    ImageContent,
    InputRequiredResult,
    MissingRequiredClientCapabilityErrorData,
    SamplingCapability,
    SamplingMessage,
    TextContent,
    TextResourceContents,
)
from pydantic import BaseModel, Field

from tests.conformance._rounds import add_rounds, form

WATCHED: Final = "test://watched-resource"


def _png() -> str:
    """One red pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\x00\xff\x00\x00")
    return base64.b64encode(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")
    ).decode()


def _wav() -> str:
    """One silent sample."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8_000, 16_000, 2, 16)
    data = struct.pack("<4sIh", b"data", 2, 0)
    return base64.b64encode(struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(data), b"WAVE") + form + data).decode()


PNG: Final = _png()
WAV: Final = _wav()


class Answer(BaseModel):
    """What a user is asked for."""

    username: str = Field(description="User's response")
    email: str = Field(description="User's email address")


class Defaults(BaseModel):
    """A form with a default of each kind."""

    name: str = "John Doe"
    age: int = 30
    score: float = 95.5
    status: Annotated[str, Field(json_schema_extra={"enum": ["active", "inactive", "pending"]})] = "active"
    verified: bool = True


def _titled(*names: str) -> list[Any]:
    return [{"const": name, "title": name.capitalize()} for name in names]


class Choices(BaseModel):
    """A form with each kind of choice."""

    untitled: Annotated[str, Field(alias="untitledSingle", json_schema_extra={"enum": ["option1", "option2"]})]
    titled: Annotated[str, Field(alias="titledSingle", json_schema_extra={"oneOf": _titled("value1", "value2")})]
    legacy: Annotated[
        str, Field(alias="legacyEnum", json_schema_extra={"enum": ["opt1", "opt2"], "enumNames": ["One", "Two"]})
    ]
    many: Annotated[
        list[str],
        Field(alias="untitledMulti", json_schema_extra={"items": {"type": "string", "enum": ["option1", "option2"]}}),
    ]
    titled_many: Annotated[
        list[str], Field(alias="titledMulti", json_schema_extra={"items": {"anyOf": _titled("value1", "value2")}})
    ]


def fixtures() -> MCPServer:
    """A server that has everything which the suite asks for by name."""
    server = MCPServer("fixtures")
    _contents(server)
    _notices(server)
    _questions(server)
    _resources(server)
    _prompts(server)
    add_rounds(server)
    return server


def _embedded(uri: str, text: str, kind: str = "text/plain") -> EmbeddedResource:
    return EmbeddedResource(resource=TextResourceContents(uri=uri, mime_type=kind, text=text))


def _contents(server: MCPServer) -> None:
    image = ImageContent(data=PNG, mime_type="image/png")

    @server.tool(structured_output=False)
    async def test_simple_text() -> str:
        """Text."""
        return "This is a simple text response for testing."

    @server.tool(structured_output=False)
    async def test_image_content() -> ImageContent:
        """An image."""
        return image

    @server.tool(structured_output=False)
    async def test_audio_content() -> AudioContent:
        """A sound."""
        return AudioContent(data=WAV, mime_type="audio/wav")

    @server.tool(structured_output=False)
    async def test_embedded_resource() -> EmbeddedResource:
        """A resource."""
        return _embedded("test://embedded-resource", "This is an embedded resource content.")

    @server.tool(structured_output=False)
    async def test_multiple_content_types() -> list[TextContent | ImageContent | EmbeddedResource]:
        """Text, an image and a resource."""
        data = json.dumps({"test": "data", "value": 123})
        resource = _embedded("test://mixed-content-resource", data, "application/json")
        return [TextContent(text="Multiple content types test:"), image, resource]

    @server.tool(structured_output=False)
    async def test_error_handling() -> str:
        """Fails."""
        raise ToolError("This tool intentionally returns an error for testing")


def _notices(server: MCPServer) -> None:
    @server.tool(structured_output=False)
    async def test_tool_with_progress(ctx: Context) -> str:
        """Says how far it is."""
        for done in (0, 50, 100):
            await ctx.report_progress(done, 100)
            await anyio.sleep(0.01)
        return "done"

    async def logging(ctx: Context) -> str:
        for said in ("Tool execution started", "Tool processing data", "Tool execution completed"):
            await _say(ctx, said)
            await anyio.sleep(0.01)
        return "logged"

    for name in ("test_tool_with_logging", "test_logging_tool"):
        server.add_tool(logging, name=name, description="Logs.", structured_output=False)


def _questions(server: MCPServer) -> None:
    @server.tool(structured_output=False)
    async def test_sampling(prompt: str, ctx: Context) -> str:
        """Asks the client's model."""
        said = SamplingMessage(role="user", content=TextContent(text=prompt))
        answer = await ctx.session.create_message(  # what the suite asks for
            messages=[said], max_tokens=100, related_request_id=ctx.request_id
        )
        return f"LLM response: {answer.content}"

    @server.tool(structured_output=False)
    async def test_elicitation(message: str, ctx: Context) -> str:
        """Asks the user."""
        return f"User response: {await ctx.elicit(message, Answer)}"

    @server.tool(structured_output=False)
    async def test_elicitation_sep1034_defaults(ctx: Context) -> str:
        """Asks the user, with defaults."""
        return f"Elicitation completed: {await ctx.elicit('Please say', Defaults)}"

    @server.tool(structured_output=False)
    async def test_elicitation_sep1330_enums(ctx: Context) -> str:
        """Has the user choose."""
        return f"Elicitation completed: {await ctx.elicit('Please choose', Choices)}"

    @server.tool(structured_output=False)
    async def test_streaming_elicitation(ctx: Context) -> str | InputRequiredResult:
        """Asks while its answer is a stream."""
        await ctx.report_progress(1, 2)
        return "" if ctx.input_responses else InputRequiredResult(input_requests={"ok": form("Go on?", "ok")})

    @server.tool(structured_output=False)
    async def test_missing_capability(ctx: Context) -> str:
        """Needs what the client may not have."""
        has = ctx.client_capabilities
        if has is None or has.sampling is None:
            needed = MissingRequiredClientCapabilityErrorData(
                required_capabilities=ClientCapabilities(sampling=SamplingCapability())
            )
            data = needed.model_dump(by_alias=True, exclude_none=True)
            raise MCPError(MISSING_REQUIRED_CLIENT_CAPABILITY, "sampling is needed", data)
        return "it is there"


async def _say(ctx: Context, text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MCPDeprecationWarning)
        await ctx.info(text)  # type: ignore[deprecated]  # what the suite asks for


def _resources(server: MCPServer) -> None:
    @server.resource("test://static-text", mime_type="text/plain")
    async def static_text() -> str:
        """Text."""
        return "This is the content of the static text resource."

    @server.resource("test://static-binary", mime_type="image/png")
    async def static_binary() -> bytes:
        """An image."""
        return base64.b64decode(PNG)

    @server.resource(WATCHED, mime_type="text/plain")
    async def watched() -> str:
        """What can be subscribed to."""
        return "Watched resource content"

    @server.resource("test://template/{id}/data", mime_type="application/json")
    async def template(id: str) -> str:  # noqa: A002  the name in the template
        """What has its address in it."""
        return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


def _prompts(server: MCPServer) -> None:
    @server.prompt()
    async def test_simple_prompt() -> list[Message]:
        """Text."""
        return [UserMessage("This is a simple prompt for testing.")]

    @server.prompt()
    async def test_prompt_with_arguments(arg1: str, arg2: str) -> list[Message]:
        """Its arguments."""
        return [UserMessage(f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")]

    @server.prompt()
    async def test_prompt_with_embedded_resource(resourceUri: str) -> list[Message]:  # noqa: N803  as it is asked for
        """A resource."""
        resource = _embedded(resourceUri, "Embedded resource content for testing.")
        return [UserMessage(resource), UserMessage("Please process the embedded resource above.")]

    @server.prompt()
    async def test_prompt_with_image() -> list[Message]:
        """An image."""
        image = ImageContent(data=PNG, mime_type="image/png")
        return [UserMessage(image), UserMessage("Please analyze the image above.")]
