"""Lending authority: never more than the giver holds, in any respect, and what it then covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from watchkeeper.do.decision.enforcer import ToolEntry
from watchkeeper.do.encode.encoder import Encoded, number_at
from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.records.instant import Instant

MOST_NAMED = 64


@dataclass(frozen=True, slots=True)
class Lot:
    """What somebody holds of a grant: `resources` None is any of them, `count` None any number."""

    actions: tuple[str, ...]
    caps: Mapping[str, str]
    resources: tuple[str, ...] | None
    until: Instant
    count: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a giver says of it; what it leaves out is lent as the giver holds it."""

    actions: tuple[str, ...] | None = None
    caps: Mapping[str, str] | None = None
    resources: tuple[str, ...] | None = None
    until: Instant | None = None
    count: int | None = None


def narrowed(held: Lot, wanted: Wanted, at: Instant) -> Lot:
    """Return what is lent: what is wanted, where that is within what is held in every respect.

    Raises:
        CommandInvalid: it is more, or nothing.
    """
    until = held.until if wanted.until is None else wanted.until
    if not at < until <= held.until:
        raise CommandInvalid("it may not be lent for so long", "until what you hold ends, at most")
    return Lot(
        actions=_actions(held, wanted),
        caps=_caps(held.caps, wanted.caps or {}),
        resources=_resources(held, wanted),
        until=until,
        count=_count(held, wanted),
    )


def _actions(held: Lot, wanted: Wanted) -> tuple[str, ...]:
    named = held.actions if wanted.actions is None else tuple(sorted(set(wanted.actions)))
    if not named or not set(named) <= set(held.actions):
        raise CommandInvalid("an action that you do not hold can not be lent")
    return named


def _caps(held: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    caps = {**held, **wanted}
    if len(caps) > MOST_NAMED:
        raise CommandInvalid(f"at most {MOST_NAMED} arguments are bounded")
    for argument, most in caps.items():
        if argument in held and _decimal(most) > _decimal(held[argument]):
            raise CommandInvalid(f"{cut(argument)} may not be lent up to so much")
        _decimal(most)
    return dict(sorted(caps.items()))


def _resources(held: Lot, wanted: Wanted) -> tuple[str, ...] | None:
    if wanted.resources is None:
        return held.resources
    named = tuple(dict.fromkeys(wanted.resources))
    if not 0 < len(named) <= MOST_NAMED:
        raise CommandInvalid(f"1 to {MOST_NAMED} resources are lent, or any")
    if held.resources is not None and not set(named) <= set(held.resources):
        raise CommandInvalid("a resource that you do not hold can not be lent")
    return named


def _count(held: Lot, wanted: Wanted) -> int | None:
    count = held.count if wanted.count is None else wanted.count
    if count is not None and (count < 1 or (held.count is not None and count > held.count)):
        raise CommandInvalid("it may not be lent for so many actions")
    return count


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or len(text) > 32:
        raise CommandInvalid(f"no decimal: {cut(text)}")
    return number


def beyond_lot(lot: Lot, entry: ToolEntry, encoded: Encoded) -> str | None:
    """Return why a call is beyond what was lent, naming no value; None if it is within."""
    if entry.action not in lot.actions:
        return "this action was not lent"
    for argument, most in lot.caps.items():
        number = number_at(encoded, argument.removeprefix("args."))
        if number is None or number > Decimal(most):
            return f"{argument} is above what was lent"
    if lot.resources is not None:
        name = entry.tool.resource_argument
        value = encoded.args.get(name) if name is not None else None
        if not isinstance(value, str) or value not in lot.resources:
            return "it was not lent for what it acts on"
    return None
