"""A plan is released with another register than it names, with none, or it is changed later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.assessed import assessed_plan
from tests.worlds.bank import REGISTERS, Bank, bank_bundle
from tests.worlds.tampered import TRUTH, TamperedBank
from watchkeeper import wiring
from watchkeeper.errors import CommandInvalid, RecordInvalid
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.records.codec import to_json
from watchkeeper.records.reference import Ref
from watchkeeper.verify import verify_log


@pytest.mark.parametrize("register", [None, {}, {"bundle": {"format": 1}}, [], "x", 1.5])
def test_it_is_not_released(register: Any) -> None:
    bank, plan = Bank(bank_bundle()), assessed_plan()
    body = {"plan": bundle_digest(bundle_bytes(plan)), "previous": bank.home.state.plan}
    beside = {"bundle": to_json(plan)} | ({} if register is None else {"register": register})
    with pytest.raises(CommandInvalid, match="register"):
        bank.commands.run(bank.sign("ana", "release", body), beside)
    assert bank.home.state.plan == body["previous"]


def test_a_plan_that_names_none_takes_none_along(tmp_path: Path) -> None:
    bank = TamperedBank(tmp_path / "home", bank_bundle())
    released = bank.entries()[1].payload
    assert released is not None
    assert set(released.body) == {"bundle"}
    assert wiring.register(bank.path) is None
    bank.close()


def test_one_that_was_changed_on_the_disk_is_found_and_never_shown(tmp_path: Path) -> None:
    bank = TamperedBank(tmp_path / "home", assessed_plan())

    def change(body: dict[str, Any]) -> None:
        aims = body["register"]["aims"]
        aims["organisation"] = "Exbmple" if aims["organisation"] == "Example" else "Example"

    bank.change(Ref(0, 1), change)
    found = [(one.step, one.message) for one in verify_log(bank.path, workers=1).findings]
    assert (TRUTH, "the payload's register is not the plan's") in found
    with pytest.raises(RecordInvalid, match="not the one"):
        wiring.register(bank.path)


def test_a_key_in_it_that_is_called_like_the_plan_publishes_nothing(tmp_path: Path) -> None:
    """The plan is found by its name at the top of the payload, and by its digest."""
    plan, register = assessed_plan(), {"bundle": {"format": 1}}
    assert plan.management is not None
    digest = sha256_hex(canonical_arguments(register))
    REGISTERS[digest] = register
    plan = replace(plan, management=replace(plan.management, register=digest))
    bank = TamperedBank(tmp_path / "home", plan)
    bank.log.publish_now()
    published = {path.stem for path in (bank.path / "log" / "plans").iterdir()}
    assert published == {bank.home.state.plan} == {bundle_digest(bundle_bytes(plan))}
    bank.close()


def test_the_next_shard_takes_it_along(tmp_path: Path) -> None:
    bank = TamperedBank(tmp_path / "home", assessed_plan())
    bank.roll()
    register = wiring.register(bank.path)
    assert register is not None
    assert register.of("impact")["desk"].system == "desk"
    assert bank.verify().findings == ()
    bank.close()
