"""The tools that the MCP conformance suite calls by name, and what it expects of each."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

import anyio
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.subscriptions import PromptsListChanged, SubscriptionBus, ToolsListChanged
from mcp.shared.exceptions import MCPError

Context = ServerRequestContext[Any, Any]
Schema = dict[str, Any]
Result = types.CallToolResult | types.InputRequiredResult
Handler = Callable[[Context, types.CallToolRequestParams], Awaitable[Result]]

RED_PIXEL: Final = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAA"
    "AABJRU5ErkJggg=="
)
SILENCE: Final = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="
NOTHING: Final[Schema] = {"type": "object", "properties": {}}
RICH: Final[Schema] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}
WITH_HEADERS: Final[Schema] = {
    "type": "object",
    "properties": {
        "region": {"type": "string", "x-mcp-header": "Region"},
        "query": {"type": "string"},
    },
    "required": ["region", "query"],
}


def _words(*names: str) -> Schema:
    properties = {name: {"type": "string"} for name in names}
    return {"type": "object", "properties": properties, "required": list(names)}


def _said(*parts: types.ContentBlock) -> types.CallToolResult:
    return types.CallToolResult(content=list(parts))


def _text(text: str) -> types.TextContent:
    return types.TextContent(type="text", text=text)


def _image() -> types.ImageContent:
    return types.ImageContent(type="image", data=RED_PIXEL, mime_type="image/png")


def _resource(uri: str, mime: str, text: str) -> types.EmbeddedResource:
    inside = types.TextResourceContents(uri=uri, mime_type=mime, text=text)
    return types.EmbeddedResource(type="resource", resource=inside)


async def simple_text(_ctx: Context, _params: types.CallToolRequestParams) -> Result:
    return _said(_text("This is a simple text response for testing."))


async def image(_ctx: Context, _params: types.CallToolRequestParams) -> Result:
    return _said(_image())


async def audio(_ctx: Context, _params: types.CallToolRequestParams) -> Result:
    return _said(types.AudioContent(type="audio", data=SILENCE, mime_type="audio/wav"))


async def embedded(_ctx: Context, _params: types.CallToolRequestParams) -> Result:
    text = "This is an embedded resource content."
    return _said(_resource("test://embedded-resource", "text/plain", text))


async def mixed(_ctx: Context, _params: types.CallToolRequestParams) -> Result:
    data = json.dumps({"test": "data", "value": 123}, separators=(",", ":"))
    resource = _resource("test://mixed-content-resource", "application/json", data)
    return _said(_text("Multiple content types test:"), _image(), resource)


async def error(_ctx: Context, _params: types.CallToolRequestParams) -> Result:
    text = "This tool intentionally returns an error for testing"
    return types.CallToolResult(content=[_text(text)], is_error=True)


async def logging(ctx: Context, _params: types.CallToolRequestParams) -> Result:
    for said in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.session.send_log_message("info", said, related_request_id=ctx.request_id)
        await anyio.sleep(0.05)
    return _said(_text("Tool with logging executed successfully"))


async def progress(ctx: Context, _params: types.CallToolRequestParams) -> Result:
    for reached in (0, 50, 100):
        await ctx.session.report_progress(reached, 100)
        await anyio.sleep(0.05)
    return _said(_text("Tool with progress executed successfully"))


async def reconnection(ctx: Context, _params: types.CallToolRequestParams) -> Result:
    """Close the response's stream half-way; the client comes back for the rest (SEP-1699)."""
    if ctx.close_sse_stream is not None:
        await ctx.close_sse_stream()
    await anyio.sleep(0.2)
    return _said(_text("Reconnection test completed successfully."))


async def sampling(ctx: Context, params: types.CallToolRequestParams) -> Result:
    prompt = str((params.arguments or {}).get("prompt", ""))
    asked = types.SamplingMessage(role="user", content=_text(prompt))
    answer = await ctx.session.send_request(
        types.CreateMessageRequest(
            params=types.CreateMessageRequestParams(messages=[asked], max_tokens=100)
        ),
        types.CreateMessageResult,
        metadata=_on_this_stream(ctx),
    )
    said = answer.content.text if isinstance(answer.content, types.TextContent) else "?"
    return _said(_text(f"LLM response: {said}"))


def _on_this_stream(ctx: Context) -> Any:
    from mcp.shared.message import ServerMessageMetadata

    return ServerMessageMetadata(related_request_id=ctx.request_id)


async def _elicit(ctx: Context, message: str, properties: Schema, required: list[str]) -> str:
    schema = {"type": "object", "properties": properties, "required": required}
    answer = await ctx.session.elicit_form(message, schema, related_request_id=ctx.request_id)
    return f"action={answer.action}, content={json.dumps(answer.content)}"


async def elicitation(ctx: Context, params: types.CallToolRequestParams) -> Result:
    message = str((params.arguments or {}).get("message", ""))
    properties = {
        "username": {"type": "string", "description": "User's response"},
        "email": {"type": "string", "description": "User's email address"},
    }
    said = await _elicit(ctx, message, properties, ["username", "email"])
    return _said(_text(f"User response: {said}"))


async def elicitation_defaults(ctx: Context, _params: types.CallToolRequestParams) -> Result:
    properties = {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {
            "type": "string",
            "enum": ["active", "inactive", "pending"],
            "default": "active",
        },
        "verified": {"type": "boolean", "default": True},
    }
    said = await _elicit(ctx, "Please look through the defaults", properties, [])
    return _said(_text(f"Elicitation completed: {said}"))


def _titled(*titles: str) -> list[Schema]:
    return [{"const": f"value{n}", "title": title} for n, title in enumerate(titles, start=1)]


async def elicitation_enums(ctx: Context, _params: types.CallToolRequestParams) -> Result:
    plain = {"type": "string", "enum": ["option1", "option2", "option3"]}
    options = _titled("First Option", "Second Option", "Third Option")
    choices = _titled("First Choice", "Second Choice", "Third Choice")
    properties = {
        "untitledSingle": plain,
        "titledSingle": {"type": "string", "oneOf": options},
        "legacyEnum": {
            "type": "string",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": {"type": "array", "items": plain},
        "titledMulti": {"type": "array", "items": {"anyOf": choices}},
    }
    said = await _elicit(ctx, "Please choose", properties, [])
    return _said(_text(f"Elicitation completed: {said}"))


async def missing_capability(ctx: Context, _params: types.CallToolRequestParams) -> Result:
    """Needs a client that can sample (SEP-2575)."""
    declared = ctx.session.client_capabilities
    if declared is not None and declared.sampling is not None:
        return _said(_text("The client can sample."))
    needed = types.ClientCapabilities(sampling=types.SamplingCapability())
    told = types.MissingRequiredClientCapabilityErrorData(required_capabilities=needed)
    raise MCPError(
        types.MISSING_REQUIRED_CLIENT_CAPABILITY,
        "this tool needs sampling",
        told.model_dump(by_alias=True, exclude_none=True, mode="json"),
    )


async def headers(_ctx: Context, params: types.CallToolRequestParams) -> Result:
    return _said(_text(json.dumps(params.arguments or {}, sort_keys=True)))


def changes(bus: SubscriptionBus) -> dict[str, Handler]:
    """Return the tools that announce a change of a list."""

    async def of_tools(_ctx: Context, _params: types.CallToolRequestParams) -> Result:
        await bus.publish(ToolsListChanged())
        return _said(_text("tools changed"))

    async def of_prompts(_ctx: Context, _params: types.CallToolRequestParams) -> Result:
        await bus.publish(PromptsListChanged())
        return _said(_text("prompts changed"))

    return {"test_trigger_tool_change": of_tools, "test_trigger_prompt_change": of_prompts}


SCHEMAS: Final[dict[str, Schema]] = {
    "test_sampling": _words("prompt"),
    "test_elicitation": _words("message"),
    "json_schema_2020_12_tool": RICH,
    "test_custom_headers": WITH_HEADERS,
}
HANDLERS: Final[dict[str, Handler]] = {
    "test_simple_text": simple_text,
    "test_image_content": image,
    "test_audio_content": audio,
    "test_embedded_resource": embedded,
    "test_multiple_content_types": mixed,
    "test_tool_with_logging": logging,
    "test_logging_tool": logging,
    "test_tool_with_progress": progress,
    "test_error_handling": error,
    "test_sampling": sampling,
    "test_elicitation": elicitation,
    "test_elicitation_sep1034_defaults": elicitation_defaults,
    "test_elicitation_sep1330_enums": elicitation_enums,
    "test_reconnection": reconnection,
    "json_schema_2020_12_tool": headers,
    "test_custom_headers": headers,
    "test_missing_capability": missing_capability,
    "test_streaming_elicitation": progress,
}
