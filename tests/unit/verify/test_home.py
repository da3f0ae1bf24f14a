"""A home beside its published log: segments and payloads are held against it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.homes import Story
from watchkeeper.ledger.canonical import canonical_arguments, hidden_digest, sha256_hex
from watchkeeper.records.action import (
    Decision,
    EffectRecord,
    Escalation,
    FactUsed,
    Hidden,
    Outcome,
    Reason,
    Status,
)
from watchkeeper.records.kinds import Kind
from watchkeeper.verify import verify_log
from watchkeeper.verify.values import request_digest

SALTS = {
    name: bytes([number] * 16)
    for number, name in enumerate(
        ("arg.order_id", "onBehalfOf", "resource", "trace.call", "fact.order.total", "result")
    )
}


def hidden(name: str, value: Any, salt: str | None = None) -> Hidden:
    return Hidden(name, digest=hidden_digest(SALTS[salt or name], value))


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "home")
    story.reopen()
    story.release()
    yield story
    story.log.close()


def body(**changes: Any) -> dict[str, Any]:
    """What stands beside a decision."""
    request = {
        "arguments": {"order_id": "A-7", "amount": 12.5},
        "onBehalfOf": "erin",
        "trace": {"call": "c-1"},
        **changes,
    }
    return {
        "request": request,
        "facts": {"read": [{"source": "order", "values": {"total": 99.0}}]},
        "salts": {name: salt.hex() for name, salt in SALTS.items()},
    }


def decide(story: Story, payload: dict[str, Any]) -> None:
    at = story.clock.wall()
    _, said, digest = story.decide(
        arguments=(Hidden("amount", clear="12.5"), hidden("order_id", "A-7", "arg.order_id")),
        on_behalf_of=hidden("onBehalfOf", "erin"),
        resource=hidden("resource", "A-7"),
        trace=(hidden("call", "c-1", "trace.call"),),
        facts=(FactUsed(hidden("order.total", 99.0, "fact.order.total"), "get_order", at),),
        at=at,
    )
    asked = request_digest(payload.get("request")) or digest
    story.say(Kind.DECISION, "action", asked, said, payload)


def test_values_match_their_digests(story: Story) -> None:
    decide(story, body())
    ref, said, digest = story.decide()
    at = story.clock.wall()
    effect = EffectRecord(
        at, said.action_id, ref, Status.SUCCEEDED, at, at, hidden("result", {"ok": 1.5})
    )
    salts = {"result": SALTS["result"].hex()}
    story.say(Kind.EFFECT, "action", digest, effect, {"result": {"ok": 1.5}, "salts": salts})
    story.log.publish_now()
    step = {s.number: s for s in verify_log(story.path).steps}[13]
    assert "6 values in 3 payloads match" in step.detail


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"arguments": {"order_id": "A-8", "amount": 12.5}}, "order_id"),
        ({"onBehalfOf": "frank"}, "onBehalfOf"),
        ({"trace": {"call": "c-2"}}, "call"),
        ({"trace": {}}, "call"),
    ],
)
def test_another_value_is_found(story: Story, changes: dict[str, Any], name: str) -> None:
    decide(story, body(**changes))
    story.log.publish_now()
    messages = [f.message for f in verify_log(story.path).findings if f.step == 13]
    assert any(f"{name}`" in message for message in messages)


def test_a_payload_that_makes_no_sense_is_found(story: Story) -> None:
    decide(story, {"salts": {"arg.order_id": "zz"}})
    story.log.publish_now()
    assert any(f.step == 13 for f in verify_log(story.path).findings)


def test_records_not_published_yet_are_counted(story: Story) -> None:
    story.log.publish_now()
    story.act()
    step = {s.number: s for s in verify_log(story.path).steps}[13]
    assert "2 records not yet under a checkpoint" in step.detail


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (0, "pay the shop", ""),
        (50, "pay the shop", "other words"),
        (0, "pay me", "what the record says"),
    ],
)
def test_what_was_shown_and_how_much_it_was(
    story: Story, words: int, text: str, found: str
) -> None:
    at, shown = story.clock.wall(), {"salt": "00" * 16, "sentence": "pay the shop"}
    digest = sha256_hex(canonical_arguments(shown))
    asked = Escalation("esc_1", ("lead",), 1, at.plus(60), digest, words=words)
    waits = Decision(Outcome.ESCALATE, (Reason.REVIEW_REQUIRED,))
    _, said, _ = story.decide(decision=waits, escalation=asked, at=at)
    payload = {**body(), "shown": {**shown, "sentence": text}, "salts": {}}
    story.say(Kind.DECISION, "action", request_digest(payload["request"]) or "", said, payload)
    story.log.publish_now()
    step = {s.number: s for s in verify_log(story.path).steps}[13]
    assert (found in step.detail) if found else (step.status == "checked")


def test_another_request_is_found(story: Story) -> None:
    """Also where the salt was taken away by which its value could be held."""
    _, said, digest = story.decide()
    story.say(Kind.DECISION, "action", digest, said, {**body(), "salts": {}})
    story.log.publish_now()
    messages = [f.message for f in verify_log(story.path).findings if f.step == 13]
    assert messages == ["the payload holds another request than recorded"]
