"""The bank with agents that lend one another what they may do."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tests.worlds.bank import Bank, bank_file, bundle_of
from watchkeeper.do.decision.delegation import Wanted
from watchkeeper.loop.lending import Deal, Giver, held_by, lend
from watchkeeper.records.lent import DelegationRecord
from watchkeeper.records.plan.bundle import Bundle

AGENTS = ("other", "third", "fourth", "fifth")
_DELEGABLE = """\
    delegable:
      to: [other, third, fourth, fifth]
      most: {amount: 150.00}
      until_most: 1h
"""


@lru_cache(maxsize=4)
def lenders_bundle(more: str = "", delegable: str = _DELEGABLE) -> Bundle:
    """The bank's plan, in which `payer` may lend its grant to four others."""
    named = "".join(f"  - id: {agent}\n" for agent in AGENTS)
    system = bank_file("systems/desk.yaml").replace("  - id: other\n", named)
    grants = bank_file("authority/payer.yaml") + delegable + more
    return bundle_of({"systems/desk.yaml": system, "authority/payer.yaml": grants})


def lent(
    bank: Bank,
    giver: str,
    to: str,
    *,
    person: str | None = None,
    of: str | None = None,
    **said: Any,
) -> DelegationRecord:
    """Have an agent lend another what it holds of the grant, or less."""
    seconds = said.pop("seconds", None)
    if seconds is not None:
        said["until"] = bank.home.now().plus(seconds)
    deal = Deal(Giver(giver, person), to, held_by(bank.home, giver, "pays", of))
    record, ticket = lend(bank.home, deal, Wanted(**said))
    ticket.wait(10)
    return record
