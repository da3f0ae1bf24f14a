"""The register of the management system, which stands beside the plan in force and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.ledger.plan_bundle import REGISTER
from watchkeeper.wiring.homes import read_log
from watchkeeper.wiring.machine import clock
from watchkeeper.wiring.places import is_home

if TYPE_CHECKING:
    from watchkeeper.plan.register.content import Register
    from watchkeeper.records.plan.bundle import Bundle


def register(path: Path) -> Register | None:
    """Return the register that the plan in force of a home names.

    None where that plan names none, where no plan is in force, and of what is published alone.

    Raises:
        RecordInvalid: what stands beside the plan is no register, or is not the one that it names.
    """
    from watchkeeper.plan.register.form import parse_register

    raw = register_bytes(path)
    return None if raw is None else parse_register(raw)


def plan_in_force(path: Path) -> Bundle | None:
    """Return the plan in force of a home; None where none is, and of what is published alone."""
    from watchkeeper.loop.standing import Standing

    if not is_home(path):
        return None
    standing = Standing(read_log(path), clock())
    return standing.enforcer.bundle if standing.has_plan else None


def register_bytes(path: Path) -> bytes | None:
    """Return the same as it stands: canonical JSON, whose SHA-256 the plan names."""
    from watchkeeper.loop.standing import Standing

    if not is_home(path):
        return None
    log = read_log(path)
    standing = Standing(log, clock())
    if standing.state.plan_ref is None or standing.enforcer.bundle.management is None:
        return None
    beside = log.entry(standing.state.plan_ref).payload
    raw = canonical_arguments(beside.body.get(REGISTER) if beside else None)
    if sha256_hex(raw) != standing.enforcer.bundle.management.register:
        raise RecordInvalid("the register beside the plan in force is not the one that it names")
    return raw
