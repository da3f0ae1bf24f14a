"""Step 1 of a decision: a valid request, by a known agent, for a tool as it was released.

The checks stand in the order in which they decide (decision semantics, 4); each returns the
reason against the action, or None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from watchkeeper.do.decision.enforcer import Enforcer, ToolEntry
from watchkeeper.do.decision.facts import Facts
from watchkeeper.do.decision.request import Request
from watchkeeper.do.encode.encoder import Encoded, Unencodable
from watchkeeper.records.action import Reason
from watchkeeper.records.plan.systems import System

CALL_METHOD = "tools/call"
Against = tuple[Reason, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, with what the plan knows of it. `facts` is None before any were read."""

    enforcer: Enforcer
    request: Request
    facts: Facts | None
    system: System | None
    entry: ToolEntry | None


@dataclass(frozen=True, slots=True)
class Known:
    """A valid request for a known tool, its arguments as policy sees them."""

    system: System
    entry: ToolEntry
    encoded: Encoded


def asked(enforcer: Enforcer, request: Request, facts: Facts | None) -> Asked:
    """Look up what the plan knows of a request."""
    call = request.call
    return Asked(
        enforcer,
        request,
        facts,
        enforcer.system_of(call.agent),
        enforcer.tool(call.server, call.tool),
    )


def against(question: Asked) -> Against | None:
    """Return the first reason of step 1 against an action, or None."""
    for check in _CHECKS:
        found = check(question)
        if found is not None:
            return found
    return None


def encode(question: Asked) -> Known | Against:
    """Return the known action with its arguments as policy sees them, exactly or not at all."""
    if question.system is None or question.entry is None:
        return Reason.UNKNOWN_TOOL, "the tool is not in the plan"
    arguments = question.request.call.arguments
    problem = question.entry.check.check(arguments)
    if problem is not None:
        return Reason.INVALID_REQUEST, problem
    encoded = question.entry.encoder.encode(arguments)
    if isinstance(encoded, Unencodable):
        return Reason.INVALID_REQUEST, f"{encoded.path}: {encoded.why}"
    return Known(question.system, question.entry, encoded)


def outside_mandate(question: Asked) -> Against | None:
    """Return what speaks against a call of the task that it names; None where it names none.

    Whatever the plan would permit: a mandate only narrows.
    """
    task = question.facts.mandate if question.facts is not None else None
    if task is None or task.covers:
        return None
    return (Reason.NO_MANDATE if task.ref is None else Reason.OUTSIDE_MANDATE), task.why


def within_mandate(question: Asked, known: Known | Against) -> Known | Against:
    """Return what is known of an action, or what its task has against it."""
    return (outside_mandate(question) or known) if isinstance(known, Known) else known


def _agent(question: Asked) -> Against | None:
    if question.enforcer.agent(question.request.call.agent) is None:
        return Reason.UNKNOWN_AGENT, "the agent is not in the plan"
    return None


def _system(question: Asked) -> Against | None:
    system = question.system
    if system is None or system.id not in question.enforcer.policies:
        return Reason.UNKNOWN_SYSTEM, "the agent's system has no policies"
    if not system.in_scope:
        return Reason.OUT_OF_SCOPE, "the agent's system is out of scope"
    return None


def _home(question: Asked) -> Against | None:
    """What the home's own state says: stops, the clock, keys that were used before."""
    facts = question.facts
    if facts is not None and facts.refused is not None:
        return facts.refused, facts.refused_why
    return None


def _shape(question: Asked) -> Against | None:
    if question.request.problem is not None:
        return Reason.INVALID_REQUEST, question.request.problem
    return None


def _tool(question: Asked) -> Against | None:
    call, system = question.request.call, question.system
    if call.method != CALL_METHOD:
        return None
    if question.entry is None or system is None or call.server not in system.servers:
        return Reason.UNKNOWN_TOOL, "the tool is not in the plan"
    return None


def _method(question: Asked) -> Against | None:
    call, system = question.request.call, question.system
    if call.method == CALL_METHOD:
        return None
    if system is None or not question.enforcer.lets_through(system, call.server, call.method):
        return Reason.UNKNOWN_METHOD, "the method is not let through"
    return None


def _pin(question: Asked) -> Against | None:
    facts, entry = question.facts, question.entry
    if facts is None or entry is None or question.request.call.method != CALL_METHOD:
        return None
    if facts.pin is None:
        return Reason.COULD_NOT_EVALUATE, "the tool's definition could not be read"
    if facts.pin != entry.tool.pin:
        return Reason.PIN_MISMATCH, "the tool is not the one that was released"
    return None


_CHECKS: tuple[Callable[[Asked], Against | None], ...] = (
    _agent,
    _system,
    _home,
    _shape,
    _method,
    _tool,
    _pin,
)
