"""`do standing`: approve the next actions like one that you approved, and end that again."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli.do.asking import AsJson, HomePath, Person, Why, end_it, open_line, tell
from watchkeeper.cli.people import Line
from watchkeeper.errors import CommandInvalid, SettingsInvalid, cut
from watchkeeper.plan.workspace.models.scalars import parse_duration
from watchkeeper.records.instant import render_instant


def standing(
    handle: Annotated[
        str | None, typer.Argument(help="The action that you approved; without, list what holds.")
    ] = None,
    by: Person = "me",
    count: Annotated[int | None, typer.Option("--count", help="How many more.")] = None,
    within: Annotated[
        str | None, typer.Option("--within", help="For how long: `4h`; else the plan's maximum.")
    ] = None,
    most: Annotated[
        list[str] | None, typer.Option("--most", metavar="ARG=NUMBER", help="A cap; repeatable.")
    ] = None,
    same: Annotated[
        bool, typer.Option("--same-resource", help="Only for the same thing as before.")
    ] = False,
    end: Annotated[str | None, typer.Option("--end", metavar="ID", help="End this one.")] = None,
    why: Why = "",
    home: HomePath = None,
    as_json: AsJson = False,
) -> None:
    """Approve ahead: the next actions like one that you approved, as far as the plan lets you.

    Each counts as your approval, until the number, the time or a cap is reached, you end it, a stop
    takes hold or another plan is released. Rules, budgets and other reviews hold as before.

    Examples:
      watchkeeper do standing --by ben
      watchkeeper do standing esc_0123 --by ben --count 10 --within 4h --most amount=300.00
      watchkeeper do standing --end std_77f0 --by ben --why "enough for today"
    """
    with open_line(home, by) as line:
        if end is not None:
            tell(end_it(line, "end-standing", end, why), f"{end} holds no more", as_json)
        elif handle is None:
            held = line.ask("standings", {})
            tell(held, "\n".join(map(_line, held)) or "nothing is approved ahead", as_json)
        else:
            answer = _make(line, handle, (count, within), _caps(most or []), same=same)
            text = f"{answer['id']}: {answer['count']} more, until {answer['until']}"
            tell(answer, text, as_json)


def _make(
    line: Line,
    handle: str,
    asked: tuple[int | None, str | None],
    caps: dict[str, str],
    *,
    same: bool,
) -> Any:
    offer = next((one for one in line.ask("may-stand", {}) if one["handle"] == handle), None)
    if offer is None:
        raise CommandInvalid(
            f"no approval of yours on {cut(handle)} may be made a standing one",
            "approve it first; the plan may not let you, or you have approved all that it lets",
        )
    if same and offer.get("resource") is None:
        raise CommandInvalid("what was approved names no resource", "leave `--same-resource` out")
    count, within = asked
    seconds = _seconds(within) if within else offer["withinSeconds"]
    body = {
        "id": f"std_{wiring.ids().random_bytes(8).hex()}",
        "role": offer["role"],
        "reviews": offer["reviews"],
        "agent": offer["agent"],
        "action": offer["action"],
        "resource": offer["resource"] if same else None,
        "caps": [
            {"argument": argument, "most": cap}
            for argument, cap in {**offer["most"], **caps}.items()
        ],
        "count": offer["left"] if count is None else count,
        "until": render_instant(wiring.clock().wall().plus(seconds)),
        "plan": offer["plan"],
        "from": offer["approval"],
    }
    return line.ask("standing", body)


def _seconds(within: str) -> int:
    try:
        return parse_duration(within)
    except ValueError as error:
        raise SettingsInvalid(f"{cut(within)} is no duration", str(error)) from None


def _caps(said: list[str]) -> dict[str, str]:
    parts = [text.partition("=") for text in said]
    if any(not argument or not cap for argument, _, cap in parts):
        raise SettingsInvalid("a cap is an argument and a number", "like `--most amount=300.00`")
    return {argument: cap for argument, _, cap in parts}


def _line(one: dict[str, Any]) -> str:
    caps = "".join(f", {argument} up to {most}" for argument, most in one["caps"].items())
    same = ", on one thing alone" if one["sameResource"] else ""
    left = one["count"] - one["used"]
    return (
        f"{one['id']}  {one['by']} as {one['role']}: {left} of {one['count']} left for "
        f"{one['agent']} to {one['action']}{caps}{same}, until {one['until']}"
    )
