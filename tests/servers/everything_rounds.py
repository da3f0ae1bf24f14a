"""Tools and a prompt that need several rounds: the answer asks back (MCP 2026-07-28, SEP-2322)."""

from __future__ import annotations

import json
from typing import Any, Final

import mcp_types as types
from everything_tools import Context, Handler, Result
from mcp_types import InputRequiredResult

Params = types.CallToolRequestParams


def _form(message: str, **properties: str) -> types.ElicitRequest:
    schema = {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(properties),
    }
    asked = types.ElicitRequestFormParams(message=message, requested_schema=schema)
    return types.ElicitRequest(params=asked)


def _model(text: str, most: int) -> types.CreateMessageRequest:
    content = types.TextContent(type="text", text=text)
    message = types.SamplingMessage(role="user", content=content)
    asked = types.CreateMessageRequestParams(messages=[message], max_tokens=most)
    return types.CreateMessageRequest(params=asked)


NAME: Final = _form("What is your name?", name="string")
ROOTS: Final = types.ListRootsRequest()


def _answers(params: Any) -> dict[str, Any]:
    """Return the client's answers as plain JSON."""
    given = params.input_responses or {}
    return {
        key: value.model_dump(by_alias=True, mode="json") if hasattr(value, "model_dump") else value
        for key, value in given.items()
    }


def _field(answers: dict[str, Any], key: str, name: str) -> str | None:
    """Return one field of an accepted form, or None where there is none."""
    answer = answers.get(key)
    if not isinstance(answer, dict) or answer.get("action") != "accept":
        return None
    content = answer.get("content")
    value = content.get(name) if isinstance(content, dict) else None
    return value if isinstance(value, str) else None


def _done(text: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)])


async def elicitation(_ctx: Context, params: Params) -> Result:
    name = _field(_answers(params), "user_name", "name")
    if name is None:
        return InputRequiredResult(input_requests={"user_name": NAME})
    return _done(f"Hello, {name}!")


async def sampling(_ctx: Context, params: Params) -> Result:
    answers = _answers(params)
    if "capital_question" not in answers:
        question = _model("What is the capital of France?", 100)
        return InputRequiredResult(input_requests={"capital_question": question})
    return _done(f"The model said: {json.dumps(answers['capital_question'])}")


async def list_roots(_ctx: Context, params: Params) -> Result:
    answers = _answers(params)
    if "client_roots" not in answers:
        return InputRequiredResult(input_requests={"client_roots": ROOTS})
    return _done(f"The roots are: {json.dumps(answers['client_roots'])}")


async def request_state(_ctx: Context, params: Params) -> Result:
    """The server seals what it gives out and opens what comes back (`RequestStateBoundary`)."""
    if "confirm" in _answers(params) and params.request_state == "asked-to-confirm":
        return _done("state-ok")
    confirm = _form("Please confirm", ok="boolean")
    return InputRequiredResult(
        input_requests={"confirm": confirm}, request_state="asked-to-confirm"
    )


async def multiple_inputs(_ctx: Context, params: Params) -> Result:
    wanted = {"user_name": NAME, "greeting": _model("Generate a greeting", 50)}
    asked: dict[str, Any] = {**wanted, "client_roots": ROOTS}
    answers = _answers(params)
    if set(asked) <= set(answers):
        return _done(f"All inputs received: {', '.join(sorted(asked))}")
    return InputRequiredResult(input_requests=asked, request_state="asked-three-things")


async def multi_round(_ctx: Context, params: Params) -> Result:
    answers, state = _answers(params), params.request_state
    if "step2" in answers and state is not None and state.startswith("named:"):
        color = _field(answers, "step2", "color")
        return _done(f"{state.removeprefix('named:')} likes {color}.")
    if "step1" in answers and state == "round-1":
        named = f"named:{_field(answers, 'step1', 'name')}"
        second = _form("Step 2: What is your favorite color?", color="string")
        return InputRequiredResult(input_requests={"step2": second}, request_state=named)
    first = _form("Step 1: What is your name?", name="string")
    return InputRequiredResult(input_requests={"step1": first}, request_state="round-1")


async def capabilities(ctx: Context, params: Params) -> Result:
    """Ask only for what the client declared that it can do."""
    if params.input_responses:
        return _done("Thank you.")
    declared = ctx.session.client_capabilities or types.ClientCapabilities()
    asked: dict[str, Any] = {}
    if declared.sampling is not None:
        asked["greeting"] = _model("Generate a greeting", 50)
    if declared.elicitation is not None:
        asked["user_name"] = NAME
    return InputRequiredResult(input_requests=asked) if asked else _done("Nothing to ask.")


async def prompt(
    params: types.GetPromptRequestParams,
) -> types.GetPromptResult | InputRequiredResult:
    """A prompt that asks for its context first."""
    context = _field(_answers(params), "user_context", "context")
    if context is None:
        question = _form("What context should the prompt use?", context="string")
        return InputRequiredResult(input_requests={"user_context": question})
    text = types.TextContent(type="text", text=f"The context is: {context}")
    return types.GetPromptResult(messages=[types.PromptMessage(role="user", content=text)])


_PREFIX: Final = "test_input_required_result_"
HANDLERS: Final[dict[str, Handler]] = {
    _PREFIX + "elicitation": elicitation,
    _PREFIX + "sampling": sampling,
    _PREFIX + "list_roots": list_roots,
    _PREFIX + "request_state": request_state,
    _PREFIX + "tampered_state": request_state,
    _PREFIX + "multiple_inputs": multiple_inputs,
    _PREFIX + "multi_round": multi_round,
    _PREFIX + "capabilities": capabilities,
}
