"""The prompts and resources that the MCP conformance suite asks for by name."""

from __future__ import annotations

import json
import re
from typing import Final

import mcp_types as types
from everything_tools import RED_PIXEL
from mcp.shared.exceptions import MCPError

ROUNDS_PROMPT: Final = "test_input_required_result_prompt"
TEMPLATE: Final = re.compile(r"test://template/([^/]+)/data")


def _argument(name: str, description: str) -> types.PromptArgument:
    return types.PromptArgument(name=name, description=description, required=True)


PROMPTS: Final = [
    types.Prompt(name="test_simple_prompt", description="A prompt without arguments"),
    types.Prompt(
        name="test_prompt_with_arguments",
        description="A prompt with two arguments",
        arguments=[_argument("arg1", "the first"), _argument("arg2", "the second")],
    ),
    types.Prompt(
        name="test_prompt_with_embedded_resource",
        description="A prompt with a resource in it",
        arguments=[_argument("resourceUri", "the resource to embed")],
    ),
    types.Prompt(name="test_prompt_with_image", description="A prompt with an image in it"),
    types.Prompt(name=ROUNDS_PROMPT, description="A prompt that asks for its context first"),
]
RESOURCES: Final = [
    types.Resource(
        uri="test://static-text",
        name="static text",
        description="A text that never changes",
        mime_type="text/plain",
    ),
    types.Resource(
        uri="test://static-binary",
        name="static binary",
        description="An image that never changes",
        mime_type="image/png",
    ),
    types.Resource(
        uri="test://watched-resource",
        name="watched resource",
        description="A text to subscribe to",
        mime_type="text/plain",
    ),
]
TEMPLATES: Final = [
    types.ResourceTemplate(
        uri_template="test://template/{id}/data",
        name="template",
        description="Data by id",
        mime_type="application/json",
    )
]


def _said(*contents: types.ContentBlock) -> types.GetPromptResult:
    messages = [types.PromptMessage(role="user", content=content) for content in contents]
    return types.GetPromptResult(messages=messages)


def _text(text: str) -> types.TextContent:
    return types.TextContent(type="text", text=text)


def get_prompt(name: str, arguments: dict[str, str]) -> types.GetPromptResult:
    """Return a prompt.

    Raises:
        MCPError: there is none of that name.
    """
    if name == "test_simple_prompt":
        return _said(_text("This is a simple prompt for testing."))
    if name == "test_prompt_with_arguments":
        one, two = arguments.get("arg1", ""), arguments.get("arg2", "")
        return _said(_text(f"Prompt with arguments: arg1='{one}', arg2='{two}'"))
    if name == "test_prompt_with_embedded_resource":
        inside = types.TextResourceContents(
            uri=arguments.get("resourceUri", ""),
            mime_type="text/plain",
            text="Embedded resource content for testing.",
        )
        resource = types.EmbeddedResource(type="resource", resource=inside)
        return _said(resource, _text("Please process the embedded resource above."))
    if name == "test_prompt_with_image":
        image = types.ImageContent(type="image", data=RED_PIXEL, mime_type="image/png")
        return _said(image, _text("Please analyze the image above."))
    raise MCPError(types.INVALID_PARAMS, f"there is no prompt `{name}`")


def read_resource(uri: str) -> types.ReadResourceResult:
    """Return a resource.

    Raises:
        MCPError: there is none (SEP-2164: -32602 with the URI).
    """
    contents: types.TextResourceContents | types.BlobResourceContents
    if uri == "test://static-binary":
        contents = types.BlobResourceContents(uri=uri, mime_type="image/png", blob=RED_PIXEL)
    elif uri in {"test://static-text", "test://watched-resource"}:
        text = "This is the content of the static text resource."
        contents = types.TextResourceContents(uri=uri, mime_type="text/plain", text=text)
    elif found := TEMPLATE.fullmatch(uri):
        data = {"id": found[1], "templateTest": True, "data": f"Data for ID: {found[1]}"}
        text = json.dumps(data, separators=(",", ":"))
        contents = types.TextResourceContents(uri=uri, mime_type="application/json", text=text)
    else:
        raise MCPError(types.INVALID_PARAMS, "Resource not found", {"uri": uri})
    return types.ReadResourceResult(contents=[contents])
