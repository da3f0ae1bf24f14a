"""The usual rules, as a policy author writes them: each golden case through the real engine."""

from pathlib import Path
from typing import Any

import cedarpy
import pytest
from ruamel.yaml import YAML

from tests.worlds.typed_call import TypedCall, evaluate
from watchkeeper.do.encode.check import ArgumentCheck
from watchkeeper.do.encode.encoder import ArgumentEncoder, Encoded
from watchkeeper.plan.typing import ToolTypingOptions

CASES: dict[str, Any] = YAML(typ="safe").load(
    Path(__file__).with_name("idioms.yaml").read_text(encoding="utf-8")
)


def permit(condition: str) -> str:
    return f"permit(principal, action, resource) when {{ {condition} }};"


@pytest.fixture(scope="module")
def world() -> tuple[TypedCall, str, ArgumentCheck, ArgumentEncoder]:
    options = CASES["options"]
    call = TypedCall(
        CASES["schema"],
        options=ToolTypingOptions(tuple(options["opaque"]), options["scale"], options["derived"]),
    )
    typed = call.typed()
    encoder = ArgumentEncoder(typed.root, typed.derived)
    return call, call.cedar(), ArgumentCheck(typed.closed_schema), encoder


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["rule"])
def test_the_idiom_says_what_its_author_means(world, case) -> None:
    _call, cedar, check, encoder = world
    policy = permit(case["policy"])
    assert cedarpy.validate_policies(policy, cedar).errors == []
    for arguments, expected in case["calls"]:
        found = "refused"
        if check.check(arguments) is None:
            encoded = encoder.encode(arguments)
            if isinstance(encoded, Encoded):
                found = evaluate(cedar, "desk/refund", encoded, policy)
        assert found == expected, arguments


@pytest.mark.parametrize(("mistake", "condition"), CASES["rejected"])
def test_strict_validation_rejects(world, mistake: str, condition: str) -> None:
    _call, cedar, _check, _encoder = world
    assert not cedarpy.validate_policies(permit(condition), cedar).validation_passed, mistake
