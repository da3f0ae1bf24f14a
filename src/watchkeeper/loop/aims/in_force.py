"""The register of the plan in force, as the home keeps it beside the release."""

from __future__ import annotations

from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.errors import LedgerError, RecordInvalid
from watchkeeper.ledger.canonical import canonical_arguments
from watchkeeper.ledger.plan_bundle import REGISTER
from watchkeeper.loop.home import Home
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.register.form import parse_register, register_digest


def register_in_force(home: Home, plan: Enforcer) -> Register | None:
    """Return what the files of the management system said when a plan was released.

    None where the plan names no register, where it was erased, where what is kept is not the one
    that the plan names, or where the plan is not in force any more.
    """
    named, place = plan.bundle.management, home.state.plan_ref
    if named is None or place is None:
        return None
    try:
        value = home.log.entry(place).beside.get(REGISTER)
        raw = canonical_arguments(value)
        return parse_register(raw) if register_digest(raw) == named.register else None
    except (LedgerError, RecordInvalid):
        return None
