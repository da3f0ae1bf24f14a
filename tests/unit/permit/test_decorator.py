"""One function that demands a permit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.permits import Maker
from watchkeeper.permit import PermitInvalid, permitted


def test_it_runs_once_with_its_permit(tmp_path: Path) -> None:
    maker, paid = Maker(tmp_path), []

    @permitted(maker.permits(), tool="pay")
    def pay(amount: int, note: str = "") -> str:
        """Pay."""
        paid.append((amount, note))
        return "paid"

    permit = maker.permit("pay", {"amount": 10})
    assert pay.__doc__ == "Pay."
    assert pay(permit=permit, amount=10) == "paid"
    for given, arguments in ((permit, {"amount": 10}), (None, {"amount": 10})):
        with pytest.raises(PermitInvalid):
            pay(permit=given, **arguments)
    with pytest.raises(PermitInvalid, match="another call"):
        pay(permit=maker.permit("pay", {"amount": 10}), amount=10, note="more")
    assert paid == [(10, "")]


async def test_an_async_one_stays_one(tmp_path: Path) -> None:
    maker = Maker(tmp_path)

    @permitted(maker.permits(), tool="pay")
    async def pay(amount: int) -> int:
        return amount

    assert await pay(permit=maker.permit("pay", {"amount": 10}), amount=10) == 10
    with pytest.raises(PermitInvalid):
        await pay(amount=10)


def test_arguments_without_names_are_none(tmp_path: Path) -> None:
    maker = Maker(tmp_path)

    @permitted(maker.permits(), tool="pay")
    def pay(amount: int) -> int:
        return amount

    with pytest.raises(TypeError):
        pay(10)


def test_a_parameter_of_that_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="the permit's own name"):

        @permitted(Maker(tmp_path).permits(), tool="pay")
        def pay(permit: str) -> str:
            return permit
