"""The documented reasons are all there are, and each is told to agents in a sentence of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from watchkeeper.do.account.explain import agent_sentence
from watchkeeper.records.action import Reason

CONCEPTS = Path(__file__).parents[2] / "docs" / "concepts"
_ROW = re.compile(r"^\| `([a-z-]+)` \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)


def _rows() -> dict[str, tuple[str, ...]]:
    found = _ROW.findall((CONCEPTS / "reasons.md").read_text("utf-8"))
    assert len(found) == len({row[0] for row in found}), "a code stands there twice"
    return {code: tuple(rest) for code, *rest in found}


def test_every_reason_is_documented_in_the_order_of_the_set() -> None:
    assert list(_rows()) == [reason.value for reason in Reason]


@pytest.mark.parametrize("reason", Reason)
def test_each_says_what_it_means_and_what_to_do(reason: Reason) -> None:
    meaning, todo, recorded = _rows()[reason.value]
    assert len(meaning) > 20
    assert todo
    assert recorded


@pytest.mark.parametrize("reason", Reason)
def test_the_agent_is_told_one_plain_sentence(reason: Reason) -> None:
    told = agent_sentence(reason, "grant.refunds allows 200.00 in 86400 s")
    assert re.fullmatch(r"[A-Z][^.]*\.", told) or reason is Reason.INVALID_REQUEST
    assert reason is Reason.INVALID_REQUEST or "grant" not in told


def test_the_commands_that_are_named_exist() -> None:
    from typer.main import get_command

    from watchkeeper.cli.app import app

    text = "".join((CONCEPTS / name).read_text("utf-8") for name in ("reasons.md", "decision.md"))
    root = get_command(app)
    for group, verb in re.findall(r"`(?:watchkeeper )?(do|plan|check|log) ([a-z-]+)`", text):
        assert verb in root.commands[group].commands, f"{group} {verb}"  # type: ignore[attr-defined]
