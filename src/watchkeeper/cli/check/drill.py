"""`watchkeeper check drill`: does the plan do what its drills say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.errors import PlanRefused, SettingsInvalid, cut
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.loop.drills.tried import Drill, Tried, try_drill
from watchkeeper.plan.whole import Linted, lint_workspace
from watchkeeper.plan.workspace.finding import that_stop
from watchkeeper.plan.workspace.models.drill import DrillFile
from watchkeeper.plan.workspace.reading import Fraction
from watchkeeper.records.instant import Instant, render_instant

_DRY = "decided dry, on the compiled plan: nothing ran, and the live path was not tried"


def drill(
    path: Annotated[Path, typer.Argument(help="The workspace.")] = Path("aims"),
    named: Annotated[
        list[str] | None, typer.Option("--drill", help="Only this one; may be given again.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Decide the workspace's drills, `drills/*.yaml`, and say which end otherwise than they must.

    Each is a harmless action of an agent and how it must end. It is decided on the plan that the
    workspace compiles to, with budgets unused and facts as the drill gives them. Nothing is asked,
    sent or recorded: this is a test of the plan, not of the live path.

    Ends with 1 where one ends otherwise, with 2 where the workspace does not hold.

    Examples:
      watchkeeper check drill aims
      watchkeeper check drill aims --drill large-refund-waits --json
    """
    with output.speaking_plainly():
        linted = lint_workspace(path)
        enforcer = _enforcer(linted)
        now = wiring.clock().wall()
        tried = [try_drill(enforcer, one, now) for one in _drills(linted, named)]
    if as_json:
        output.show_json(_json(tried, enforcer.digest, now))
    else:
        _tell(tried)
    if any(one.differs for one in tried):
        raise typer.Exit(output.Exit.FOUND)


def _enforcer(linted: Linted) -> Enforcer:
    if linted.bundle is None:
        worst = that_stop(linted.findings)[0]
        raise PlanRefused(f"there is no plan to try: {worst}", "run `watchkeeper plan lint`")
    digest = bundle_digest(bundle_bytes(linted.bundle))
    return Enforcer(linted.bundle, digest, "nobody yet")


def _drills(linted: Linted, named: list[str] | None) -> list[Drill]:
    files = {} if linted.workspace is None else linted.workspace.management.of("drill")
    for name in named or ():
        if name not in files:
            raise SettingsInvalid(f"there is no drill {cut(name)}", "see `drills/`")
    return [_drill(files[name].says) for name in named or sorted(files)]


def _drill(says: DrillFile) -> Drill:
    return Drill(
        id=says.id,
        agent=says.agent,
        tool=says.tool,
        outcome=says.expect.outcome,
        control=says.control,
        arguments=_plain(says.arguments),
        facts=_plain(says.facts),
        at=None if says.at is None else _instant(says.at),
        reason=says.expect.reason,
        policy=says.expect.policy,
    )


def _plain(value: Any) -> Any:
    """Return what YAML says as JSON has it: a number with a point is kept as it was spelt."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return float(value) if isinstance(value, Fraction) else value


def _instant(moment: str) -> Instant:
    """Return a time as files have it, in whole seconds of UTC."""
    return Instant(round(datetime.fromisoformat(moment).timestamp()) * 1_000_000)


def _tell(tried: list[Tried]) -> None:
    for one in tried:
        how = f"{one.drill.agent} {one.drill.tool}: {one.outcome}"
        why = ", ".join(one.policies or one.reasons)
        output.show(f"{'FAIL' if one.differs else 'ok':<5} {one.drill.id}  {how} ({why})")
        for said in one.differs:
            output.show(f"        {said}")
    wrong = sum(bool(one.differs) for one in tried)
    output.say(f"{len(tried)} drills, {wrong} end otherwise than they must; {_DRY}")


def _json(tried: list[Tried], plan: str, now: Instant) -> dict[str, Any]:
    return {
        "plan": plan,
        "at": render_instant(now),
        "class": "test",
        "origin": "captured",
        "live": False,
        "drills": [
            {
                "id": one.drill.id,
                "control": one.drill.control,
                "outcome": one.outcome,
                "reasons": list(one.reasons),
                "policies": list(one.policies),
                "asItMust": not one.differs,
                "differs": list(one.differs),
            }
            for one in tried
        ],
    }
