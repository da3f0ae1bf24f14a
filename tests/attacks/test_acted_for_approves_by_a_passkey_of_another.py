"""Ana, for whom the agent acts, approves as Ben by a passkey for which she vouched herself."""

from __future__ import annotations

import pytest

from tests.worlds.bank import Bank
from tests.worlds.enrolled import added, enrolled, told
from tests.worlds.people import Passholder
from tests.worlds.reviews import durable, listed
from watchkeeper.errors import NotAuthorised

_OWN = r"an action of their own; `ana` vouched for this passkey"


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.mark.parametrize("verb", ["approve", "refuse"])
def test_one_action(bank: Bank, verb: str) -> None:
    ben = enrolled(bank, Passholder("ben"), by="ana")
    handle = durable(bank, on_behalf_of="ana")
    with pytest.raises(NotAuthorised, match=_OWN):
        told(bank, ben, verb, **bank.verdict_body(handle))


def test_by_one_that_was_added_with_it(bank: Bank) -> None:
    ben, second = enrolled(bank, Passholder("ben"), by="ana"), Passholder("ben", seed="2")
    added(bank, ben, second)
    handle = durable(bank, on_behalf_of="ana")
    with pytest.raises(NotAuthorised, match=_OWN):
        told(bank, second, "approve", **bank.verdict_body(handle))


def test_in_a_list(bank: Bank) -> None:
    ben = enrolled(bank, Passholder("ben"), by="ana")
    handles = [durable(bank), durable(bank, on_behalf_of="ana", note="other")]
    with pytest.raises(NotAuthorised, match=_OWN):
        told(bank, ben, "approve-list", **listed(bank, handles))
    assert all(not one.verdicts for one in bank.home.state.pending.waiting())


def test_what_the_agent_does_for_another_is_approved_by_it(bank: Bank) -> None:
    ben = enrolled(bank, Passholder("ben"), by="ana")
    handle = durable(bank, on_behalf_of="cyd")
    assert told(bank, ben, "approve", **bank.verdict_body(handle))["state"] == "approved"
