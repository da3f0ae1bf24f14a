"""The gateway is killed in the middle of calls; what was under way is settled, once each."""

from __future__ import annotations

import signal
import time
from typing import Any

from watchkeeper import wiring
from watchkeeper.demo import evidence
from watchkeeper.demo.play import Play
from watchkeeper.demo.world.agent import named
from watchkeeper.demo.world.workspace import REFUND_TIMEOUT_SECONDS
from watchkeeper.errors import UpstreamFailed

_SLOW_MILLIS = 600
_GAP_SECONDS = 0.15
_SETTLE_AFTER = REFUND_TIMEOUT_SECONDS + 2.5


def keep_checkpoint(play: Play) -> None:
    """Keep the newest checkpoint, as an auditor does who comes back later."""
    said = play.terminal.must("log", "checkpoint", str(play.places.home))
    play.places.kept.write_text(said.out, "utf-8")


def killed(play: Play) -> float:
    """Kill the gateway the moment a refund's answer arrives, with others on their way."""
    play.act("The gateway is killed (SIGKILL) in the middle of refunds")
    play.places.slow.write_text(str(_SLOW_MILLIS), "ascii")
    play.agent.begin("in-flight", count=6, gap=_GAP_SECONDS)
    first = play.agent.step()
    code = play.servers["gateway"].kill()
    at = time.monotonic()
    play.places.slow.unlink()
    rest = play.agent.finish(broken=True)
    play.claims.same("the gateway was killed without warning", code, -signal.SIGKILL)
    lost = [action for action in rest if action.outcome == "lost"]
    play.claims.check(
        "one refund had been answered, others were on their way",
        first is not None and first.outcome == "ok" and bool(lost),
        f"{len(lost)} answers never came",
    )
    return at


def restarted(play: Play) -> list[str]:
    """Start it again: what has no effect record is unknown, and is not done again."""
    said = _started_again(play)
    records = wiring.read_log(play.places.home).size
    play.claims.check("it starts again on the same home", bool(said["plan"]), f"{records} records")
    unknown = [one["actionId"] for one in play.terminal.do("ana", "resolve")]
    by_id = {action.action_id: action for action in evidence.actions_of(play.places.home)}
    open_ids = {action.action_id for action in by_id.values() if not action.effects}
    play.claims.check(
        "what was under way is listed as unknown, neither more nor less",
        bool(unknown) and set(unknown) == open_ids,
        f"{len(unknown)} unknown",
    )
    _answered_before_kill(play)
    again = named(play.agent.play("ask-again"), "refund")
    open_requests = {by_id[one].arguments.get("request_id") for one in unknown if one in by_id}
    told = {
        action.request_id: action.reason for action in again if action.request_id in open_requests
    }
    play.claims.check(
        "asked again, an unknown refund is not paid again",
        bool(told) and set(told.values()) == {"effect-unknown"},
        f"{len(told)} asked again",
    )
    return unknown


def _started_again(play: Play) -> dict[str, Any]:
    try:
        return play.start_gateway()
    except UpstreamFailed as error:
        play.claims.check("it starts again on the same home", False, error.message)
        raise


def _answered_before_kill(play: Play) -> None:
    """I2: whatever the agent had an answer to has its effect in the log, and not since later."""
    recorded = {
        action.arguments.get("request_id")
        for action in evidence.actions_of(play.places.home)
        if action.tool == "refund" and action.succeeded and not action.settled
    }
    seen = {a.request_id for a in named(play.agent.done, "refund") if a.outcome == "ok"}
    play.claims.check(
        "every refund that the agent had an answer to was on record before the kill",
        bool(seen) and seen <= recorded,
        f"{len(seen)} answered, {len(seen - recorded)} not on record",
    )


def settled(play: Play, unknown: list[str], killed_at: float) -> None:
    """Settle each unknown effect by the read that the tool file declares."""
    play.act("What was unknown is settled by asking the refund desk")
    time.sleep(max(0.0, killed_at + _SETTLE_AFTER - time.monotonic()))
    answers: list[Any] = [play.terminal.do("ana", "resolve", one) for one in unknown]
    actions = {action.action_id: action for action in evidence.actions_of(play.places.home)}
    right = 0
    for answer in answers:
        request_id = str(actions[answer["actionId"]].arguments["request_id"])
        paid = play.books.refunded(request_id)
        right += paid == (1 if answer["status"] == "succeeded" else 0)
    done = sum(answer["status"] == "succeeded" for answer in answers)
    play.claims.check(
        "each is settled as the database has it",
        bool(answers) and right == len(answers),
        f"{done} had been paid, {len(answers) - done} had not",
    )
    play.claims.same("nothing is unknown any more", play.terminal.do("ana", "resolve"), [])
    before = play.books.refunds()
    play.agent.play("ask-again")
    play.claims.check(
        "asked once more, nothing is paid again",
        play.books.refunds() == before,
        f"{before.total()} refunds",
    )
