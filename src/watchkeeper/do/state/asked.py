"""What an escalated decision asks of people: the action that waits for them, as recorded."""

from __future__ import annotations

from collections.abc import Mapping

from watchkeeper.do.state.pending import Pending
from watchkeeper.records.action import DecisionRecord, Escalation
from watchkeeper.records.plan.policies import AUTHOR, GRANTOR
from watchkeeper.records.statement import Entry


def asked_for(
    entry: Entry, record: DecisionRecord, asked: Escalation, written_by: Mapping[str, str]
) -> Pending:
    """Return the action that waits from this record on.

    `written_by` names who wrote each policy of the plan in force.
    """
    payload = entry.beside
    return Pending(
        action_id=record.action_id,
        handle=asked.handle,
        agent=record.agent,
        system=record.system,
        action=f"{record.server}/{record.tool}",
        same=payload.get("same", ""),
        digest=entry.record.digest,
        pin=record.pin,
        plan=record.plan,
        decision=entry.ref,
        at=record.at,
        expires=asked.expires,
        roles=asked.roles,
        approvals=asked.approvals,
        reviews=record.decision.policies,
        shown=asked.shown,
        shown_facts=payload.get("shownFacts", ""),
        keys=tuple(key["id"] for key in payload.get("keys", ())),
        kept_out=_kept_out(record, asked, written_by),
        reason=asked.reason,
        mandate=record.mandate,
        standing=record.standing,
        delegations=record.delegations,
        givers=record.accountable.givers,
    )


def _kept_out(
    record: DecisionRecord, asked: Escalation, written_by: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the people who must not decide on an escalated action."""
    found: set[str] = set()
    if AUTHOR in asked.separate:
        found.update(written_by[p] for p in record.decision.policies if p in written_by)
    if GRANTOR in asked.separate:
        found.update(record.accountable.grantors)
    return tuple(sorted(found))
