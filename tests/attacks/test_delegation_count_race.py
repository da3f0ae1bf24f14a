"""Several at once never use more of what was lent than there is, whatever the disk does."""

from __future__ import annotations

import pytest

from tests.unit.loop.test_lending import by
from tests.worlds.bank import Bank, allowed
from tests.worlds.lenders import lenders_bundle, lent
from watchkeeper.do.decision.delegation import Wanted
from watchkeeper.loop.lending import Deal, Giver, held_by, lend
from watchkeeper.loop.steps import Refused


@pytest.fixture
def bank() -> Bank:
    return Bank(lenders_bundle())


def test_what_is_not_on_the_disk_yet_is_used_already(bank: Bank) -> None:
    lent(bank, "payer", "other", count=2)
    lent(bank, "other", "third")
    admitted = [bank.kernel.admit(by(("other", "third")[n % 2], 1, note=str(n))) for n in range(6)]
    bank.log.holding = True
    answers = [bank.decide(one) for one in admitted]
    assert [isinstance(answer, Refused) for answer in answers] == [False, False] + [True] * 4


def test_what_the_disk_lost_was_not_used(bank: Bank) -> None:
    lent(bank, "payer", "other", count=1)
    bank.log.holding = bank.log.broken = True
    bank.ask(by("other", 1, note="lost"))
    bank.log.write()
    bank.log.holding = bank.log.broken = False
    bank.kernel.tick()
    allowed(bank.ask(by("other", 1, note="again")))
    assert isinstance(bank.ask(by("other", 1, note="more")), Refused)


def test_what_was_lent_and_lost_with_the_disk_is_nothing(bank: Bank) -> None:
    bank.log.holding = bank.log.broken = True
    deal = Deal(Giver("payer"), "other", held_by(bank.home, "payer", "pays", None))
    lend(bank.home, deal, Wanted())
    bank.log.write()
    bank.log.holding = bank.log.broken = False
    bank.kernel.tick()
    assert isinstance(bank.ask(by("other", 1)), Refused)
