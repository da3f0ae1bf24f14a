"""Whether two approvals come from two people."""

from __future__ import annotations

from watchkeeper.do.state.pending import Pending
from watchkeeper.errors import NotAuthorised
from watchkeeper.loop.home import Home
from watchkeeper.records.people import Signature


def check_apart(home: Home, person: str, signature: Signature, pending: Pending) -> None:
    """Refuse an approval by a passkey that one who approved vouched for, or the other way round.

    Whoever vouched for a passkey could hold it: the two count as one person. One key is one person
    too, whoever's it is said to be.

    Raises:
        NotAuthorised: it is so.
    """
    if signature.keyid in pending.keyids.values():
        raise NotAuthorised("this key approved it already", "let a third person approve")
    vouched = home.state.authority.vouched_for(signature.keyid)
    before = {*(v.reviewer for v in pending.verdicts), *pending.vouchers.values()}
    before |= {v.stands_in_for for v in pending.verdicts if v.stands_in_for}
    if before & {person, person if vouched is None else vouched}:
        raise NotAuthorised(
            "of somebody and the passkey that they vouched for, only one may approve",
            "let a third person approve, or name the passkey in the plan",
        )
