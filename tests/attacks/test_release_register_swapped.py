"""The approved plan, with another register beside it than the one that it names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.worlds.approvals import answer, digest_of, managed, release, ruled, wider
from tests.worlds.bank import Bank
from watchkeeper.errors import CommandInvalid


@pytest.mark.parametrize("register", [{"risks": {}}, None, [], "x", {"a": 1.5}])
def test_the_plan_names_its_register(register: Any) -> None:
    bank = Bank(ruled())
    plan = wider(management=managed())
    answer(bank, "ben", plan)
    with pytest.raises(CommandInvalid, match="register"):
        release(bank, plan, beside={"register": register})
    assert release(bank, plan)["approvals"]


def test_another_register_is_another_plan() -> None:
    plan = wider(management=managed())
    other = wider(management=replace(managed(), register="f" * 64))
    assert digest_of(plan) != digest_of(other)
