"""A decided action, as it is put on record."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.do.decision.decide import Decided
from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.do.decision.facts import Facts
from watchkeeper.do.decision.request import Request


@dataclass(frozen=True, slots=True)
class Case:
    """A decided action: the plan, the request, the facts, and what came of them."""

    enforcer: Enforcer
    request: Request
    facts: Facts
    decided: Decided
