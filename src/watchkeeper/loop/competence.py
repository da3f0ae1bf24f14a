"""Who of those that hold a role may answer in it, where evidence of their competence is asked for.

The published plan says which role lacks competence. Whose evidence ran out stands in the register
beside the plan, which only the home has; so only the home can say who is kept from answering.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from watchkeeper.errors import HomeInvalid
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.ledger.plan_bundle import REGISTER
from watchkeeper.plan.compile.management.people import Evidence, evidence_of
from watchkeeper.plan.workspace.models.management.people import CompetenceFile
from watchkeeper.records.instant import Instant
from watchkeeper.records.statement import Entry


@dataclass(frozen=True, slots=True)
class Competence:
    """What each role asks of its holders, and when somebody is known to have it.

    `needs` are the ids by role, `known` when there is evidence, by need and person. `untold` says
    that nobody can tell, since the register beside the plan is gone or is another.
    """

    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    known: Mapping[tuple[str, str], Evidence] = field(default_factory=dict)
    untold: bool = False

    def unfit(self, person: str, roles: Iterable[str], at: Instant) -> frozenset[str]:
        """Return those of some roles for which a person has no valid evidence of a need.

        Whoever stands in for a holder has to have it as well. Where nobody can tell, nobody has it.
        """
        return frozenset(role for role in roles if self.untold or self._lacks(person, role, at))

    def _lacks(self, person: str, role: str, at: Instant) -> bool:
        found = (self.known.get((need, person)) for need in self.needs.get(role, ()))
        return any(one is None or not one.holds(at) for one in found)


def competence_of(entry: Entry, named: str | None) -> Competence:
    """Return what the register beside a released plan asks of those who answer.

    `named` is the digest that the plan has of it; None where it has none. Nothing is asked where
    there is none, or it says that it is not to be enforced. A register that was changed or taken
    out since asks for what nobody has: what it said can not be told.

    Raises:
        HomeInvalid: the register can not be read.
    """
    if named is None:
        return Competence()
    register = entry.payload.body.get(REGISTER) if entry.payload else None
    if not isinstance(register, dict) or sha256_hex(canonical_arguments(register)) != named:
        return Competence(untold=True)
    said = _file(register)
    if said is None:
        return Competence()
    try:
        file = CompetenceFile.model_validate(said)
    except ValidationError:
        raise HomeInvalid(f"the register beside the plan at {entry.ref} can not be read") from None
    return _enforced(file) if file.enforce else Competence()


def _file(register: Any) -> Any:
    return (register.get("files", {}).get("competence") or {}).get("")


def _enforced(file: CompetenceFile) -> Competence:
    needs: dict[str, tuple[str, ...]] = {}
    for need in sorted(file.needs, key=lambda one: one.id):
        needs[need.role] = (*needs.get(need.role, ()), need.id)
    held = sorted({(one.need, one.person) for one in file.held})
    known = {at: evidence_of(file, *at) for at in held}
    return Competence(needs, {at: one for at, one in known.items() if one is not None})
