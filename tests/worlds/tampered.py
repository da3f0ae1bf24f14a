"""Payloads of a home, changed by somebody who can write to it and has none of its keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.worlds.bank import allowed, escalated, pay
from tests.worlds.disk_bank import DiskBank, rewrite
from watchkeeper.do.decision.request import Call
from watchkeeper.loop.steps import Allowed, Escalated
from watchkeeper.records.action import Status
from watchkeeper.records.reference import Ref
from watchkeeper.verify import verify_log

TRUTH = 13


class TamperedBank(DiskBank):
    """A bank, and somebody at its disk."""

    def paid(self, call: Call) -> Allowed:
        """Have an action decided and carried out."""
        answer = allowed(self.ask(call))
        answer.ticket.wait(10)
        self.kernel.finish(answer, Status.SUCCEEDED, answer.at, {"text": "done"}).wait(10)
        return answer

    def waiting(self, call: Call) -> tuple[Ref, Escalated]:
        """Have an action escalated; where it stands."""
        answer = escalated(self.ask(call))
        assert answer.ticket is not None
        answer.ticket.wait(10)
        return answer.ticket.ref, answer

    def change(self, ref: Ref, how: Callable[[dict[str, Any]], Any]) -> None:
        """Close the home and change one payload: its frame is whole, and as long as before."""
        self.change_raw({ref: lambda raw: _with(raw, how)})

    def change_raw(self, changes: dict[Ref, Callable[[bytes], bytes]]) -> None:
        """Close the home and put other payloads in the place of these."""
        self.log.publish_now()
        self.log.close()
        by_index = {ref.index: how for ref, how in changes.items()}
        rewrite(self, lambda f: by_index.get(f.index, bytes)(f.payload))

    def findings(self) -> list[tuple[int | None, str]]:
        """What `log verify` finds in the segments and their payloads."""
        found = verify_log(self.path, workers=1).findings
        return [(one.index, one.message) for one in found if one.step == TRUTH]


def once(key: str, amount: float = 10) -> Call:
    """A payment that its agent wants made once."""
    return pay(amount, key=key, to=f"shop of {key}", note=f"note of {key}")


def _with(raw: bytes, how: Callable[[dict[str, Any]], Any]) -> bytes:
    body = json.loads(raw)
    how(body)
    return json.dumps(body, separators=(",", ":")).encode().ljust(len(raw))
