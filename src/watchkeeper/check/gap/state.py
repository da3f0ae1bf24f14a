"""The states a control can be in, and the one rule that says which (I7)."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class State(enum.StrEnum):
    """What is true of one control in one system, on the evidence that was read.

    Only `ENFORCED` means enforced, and only together with stage `production` does it mean
    enforced in production.
    """

    ENFORCED = "enforced"
    """Its policies, as they stand now, or its built-in check decided or limited an action at a
    point that the agent can not walk round (exclusive or permit-verified)."""

    IN_PROCESS_ONLY = "in-process-only"
    """It fired, but only inside the agent's own process, which can walk round it."""

    OBSERVED_ONLY = "observed-only"
    """It would have decided, but its policies were only observed."""

    COULD_NOT_EVALUATE = "could-not-evaluate"
    """It was called on and never came to an answer: a policy raised, a fact was missing, the
    clock or the engine failed; or the plan that says what it is could not be read."""

    SILENT_WITH_TRAFFIC = "silent-with-traffic"
    """It never fired although actions of the system were decided."""

    SILENT_NO_TRAFFIC = "silent-no-traffic"
    """It never fired, and no action of the system was decided."""

    DOCUMENT_ONLY = "document-only"
    """No policy of this system and no built-in check enforces it: it is words."""

    NOT_APPLICABLE = "not-applicable"
    """The statement of applicability leaves it out, or the system is out of scope."""

    UNDEFINED = "undefined"
    """It fired, or a policy names it, but it stands in no control file."""

    RETIRED = "retired"
    """It stood in the plan under which it fired, and the plan in force has it no longer."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one control in one system; the input of `state_of`.

    `defined` says that the plan in force has control and system, `defined_then` that every plan
    under which it fired had them; `named` that a policy in force names it. The counts are those
    made while its policies were the ones that stand now.
    """

    readable: bool = True
    defined: bool = True
    defined_then: bool = True
    named: bool = False
    applies: bool = True
    enforceable: bool = True
    fired_outside: int = 0
    fired_inside: int = 0
    failed: int = 0
    observed: int = 0
    traffic: int = 0


def state_of(standing: Standing) -> State:
    """Say which state a control is in; what stands earlier here wins."""
    return _of_the_plan(standing) or _of_the_evidence(standing)


def _of_the_plan(standing: Standing) -> State | None:
    if not standing.readable:
        return State.COULD_NOT_EVALUATE
    if not standing.defined:
        kept = standing.defined_then and not standing.named
        return State.RETIRED if kept else State.UNDEFINED
    if not standing.applies:
        return State.NOT_APPLICABLE
    return None if standing.enforceable else State.DOCUMENT_ONLY


def _of_the_evidence(standing: Standing) -> State:
    if standing.fired_outside:
        return State.ENFORCED
    if standing.fired_inside:
        return State.IN_PROCESS_ONLY
    if standing.failed:
        return State.COULD_NOT_EVALUATE
    if standing.observed:
        return State.OBSERVED_ONLY
    return State.SILENT_WITH_TRAFFIC if standing.traffic else State.SILENT_NO_TRAFFIC
