"""The day of the impact assessment passes: what writes waits for a person until somebody looks."""

from __future__ import annotations

from typing import Any

from watchkeeper import wiring
from watchkeeper.demo.play import Play
from watchkeeper.demo.world.agent import Action, only
from watchkeeper.demo.world.workspace import change_file
from watchkeeper.records.instant import render_instant

_SYSTEM = "refund-desk"
_FILE = f"impacts/{_SYSTEM}.yaml"
_REASON = f"the impact assessment of {_SYSTEM} is stale: past its date"
_AMOUNT = 5.0
_NEVER_ASKED_FOR = 480
"""Orders from this number on are refunded in no other scene."""


def assessment_ran_out(play: Play) -> None:
    """A small refund waits while the assessment is out of date, and is paid once it is not.

    Nobody turns the clock: a plan is released whose day was yesterday, then one that was assessed
    again today.
    """
    play.act("The impact assessment runs out, and somebody looks again")
    _good_until(play, days=-1)
    refund = only(_refund(play, 0), "refund")
    waits = {item["handle"]: item for item in play.terminal.do("dev", "pending")}
    shown = waits.get(refund.handle or "", {}).get("shown") or {}
    play.claims.same(
        f"{_AMOUNT:.2f} EUR waits for compliance, which is told why",
        (refund.outcome, shown.get("roles"), shown.get("management")),
        ("escalated", ["compliance"], [_REASON]),
    )
    _good_until(play, days=365, again=True)
    again = only(_refund(play, 1), "refund")
    play.claims.same("assessed again, the next is paid at once", again.outcome, "ok")


def _refund(play: Play, number: int) -> list[Action]:
    return play.agent.play("many-small", count=1, amount=_AMOUNT, first=_NEVER_ASKED_FOR + number)


def _good_until(play: Play, days: int, *, again: bool = False) -> None:
    """Release the plan with an assessment that is good for so many days, made `again` today."""

    def change(impact: Any) -> None:
        if again:
            impact["assessed"] = _day(0)
        impact["review_by"] = _day(days)

    change_file(play.places.aims / _FILE, change)
    if again:
        play.assess()
    else:
        play.approve()
    play.release()


def _day(days: int) -> str:
    return render_instant(wiring.clock().wall().plus(days * 86_400))[:10]
