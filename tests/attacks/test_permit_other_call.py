"""A permit for one call is none for another: other arguments, tool, method, answers, server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.worlds.permits import Maker
from watchkeeper.permit import PermitInvalid, Permits

ARGS = {"to": "x", "amount": 10.5, "more": {"deep": [1, 2]}}


def _reason(permits: Permits, token: str, method: str, params: dict[str, Any]) -> str:
    with pytest.raises(PermitInvalid) as error:
        permits.check_message(token, method, params)
    return error.value.reason


@pytest.mark.parametrize(
    "arguments",
    [
        {**ARGS, "amount": 10.51},
        {**ARGS, "amount": "10.5"},
        {**ARGS, "more": {"deep": [2, 1]}},
        {**ARGS, "extra": None},
        {"to": "x", "amount": 10.5},
        {},
    ],
)
def test_other_arguments(tmp_path: Path, arguments: dict[str, Any]) -> None:
    maker = Maker(tmp_path)
    params = {"name": "pay", "arguments": arguments}
    assert _reason(maker.permits(), maker.permit("pay", ARGS), "tools/call", params) == "other-call"


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("tools/call", {"name": "close", "arguments": ARGS}),
        ("tools/call", {"name": "pay", "arguments": ARGS, "task": {}}),
        ("tools/call", {"name": "pay", "arguments": ARGS, "requestState": "s"}),
        ("tools/call", {"name": "pay", "arguments": ARGS, "inputResponses": {"a": 1}}),
        ("tools/call", {"arguments": ARGS}),
        ("tools/call", {"name": "pay", "arguments": [ARGS]}),
        ("resources/read", {"name": "pay", "arguments": ARGS}),
        ("tools/call", {"name": "pay", "arguments": {"n": float("nan")}}),
    ],
)
def test_another_tool_method_or_member(tmp_path: Path, method: str, params: dict[str, Any]) -> None:
    maker = Maker(tmp_path)
    assert _reason(maker.permits(), maker.permit("pay", ARGS), method, params) == "other-call"


def test_the_order_of_members_and_the_spelling_of_numbers_are_nothing(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    same = {"more": {"deep": [1.0, 2]}, "amount": 10.50, "to": "x"}
    said = {"name": "pay", "arguments": same, "_meta": {"progressToken": 1}}
    claims = maker.permits().check_message(maker.permit("pay", ARGS), "tools/call", said)
    assert claims.agent == "a"


def test_another_server(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    token = maker.permit("pay", ARGS)
    params = {"name": "pay", "arguments": ARGS}
    assert _reason(maker.permits("till"), token, "tools/call", params) == "audience"


def test_a_refused_try_does_not_use_it_up(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    permits, token = maker.permits(), maker.permit("pay", ARGS)
    assert _reason(permits, token, "tools/call", {"name": "pay", "arguments": {}}) == "other-call"
    assert permits.check(token, "tools/call", "pay", ARGS).audience == "desk"
