"""Applications: programs that start tasks, from a system's file into the plan and its release."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, bank_bundle, public
from tests.worlds.disk_bank import DiskBank
from tests.worlds.reviews import said
from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.errors import CommandInvalid, NotAuthorised, PlanRefused
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.plan.whole import compile_folder
from watchkeeper.records.administration import Carried, PlanReleaseRecord
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Signature
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.systems import Application

KEY, OTHER = public("desk-app"), public("other-app")
APP = Application("desk-app", "desk", (KEY,), ("mandate",))


def _compiled(folder: Path, listed: str) -> Bundle:
    system = FILES["systems/desk.yaml"] + f"applications: {listed}\n"
    return compile_folder(write_workspace(folder, {"systems/desk.yaml": system}))


def with_application(*named: Application) -> Bundle:
    return replace(bank_bundle(), applications=named or (APP,))


def test_an_application_stands_in_the_plan_and_in_its_release(tmp_path: Path) -> None:
    listed = f"[{{id: desk-app, keys: ['{KEY}'], may: [word, mandate]}}]"
    bundle = _compiled(tmp_path, listed)
    assert bundle.applications == (replace(APP, may=("mandate", "word")),)
    bank = Bank(with_application())
    assert bank.entries()[-1].record.predicate.applications == (APP,)
    bank.roll()
    assert bank.entries()[-1].record.predicate.carried.applications == (APP,)
    bank.crash()
    assert bank.home.state.authority.application("app:desk-app") == APP


def test_a_plan_without_them_keeps_its_bytes() -> None:
    """Else every plan that was ever released would have another digest."""
    digest = "b2d1c21151f48e13288925663716a76eb3e2e707b90c3176ecdd9146b9570de6"
    assert bundle_digest(bundle_bytes(bank_bundle())) == digest
    release = PlanReleaseRecord(Instant(0), "d", None, "ana", {}, {}, Signature("p", "k", "s"))
    for record in (release, Carried(Instant(0), Instant(0), "s"), bank_bundle()):
        assert "applications" not in to_json(record)


@pytest.mark.parametrize(
    "listed",
    [
        f"[{{id: a, keys: ['{KEY}'], may: [mandate]}}, {{id: b, keys: ['{KEY}'], may: [word]}}]",
        f"[{{id: a, keys: ['{KEY}'], may: [mandate]}}, {{id: a, keys: ['{OTHER}'], may: [word]}}]",
        f"[{{id: a, keys: ['{KEY}'], may: [stop]}}]",
        f"[{{id: a, keys: ['{KEY}'], may: []}}]",
        "[{id: a, keys: [], may: [mandate]}]",
        f"[{{id: 'app:a', keys: ['{KEY}'], may: [mandate]}}]",
    ],
)
def test_one_that_is_none_is_refused(tmp_path: Path, listed: str) -> None:
    with pytest.raises(PlanRefused):
        _compiled(tmp_path, listed)


def test_a_person_does_not_share_a_key_with_one(tmp_path: Path) -> None:
    aims = FILES["aims.yaml"].replace("name: Ben\n", f"name: Ben\n    keys: ['{KEY}']\n")
    system = FILES["systems/desk.yaml"] + f"applications: [{{id: a, keys: ['{KEY}'], may: [word]}}]"
    with pytest.raises(PlanRefused, match="has the same key as person `ben`"):
        compile_folder(write_workspace(tmp_path, {"aims.yaml": aims, "systems/desk.yaml": system}))


def test_what_changed_is_named() -> None:
    none, one = bank_bundle(), with_application()
    assert diff_bundles(none, one).weakenings == ("application `desk-app` is new",)
    assert diff_bundles(one, none).strengthenings == ("application `desk-app` is gone",)
    more = with_application(replace(APP, may=("mandate", "word")))
    (weakening,) = diff_bundles(one, more).weakenings
    assert weakening == "application `desk-app`: may sign `word` too"
    keyed = diff_bundles(one, with_application(replace(APP, keys=(OTHER,))))
    assert (len(keyed.weakenings), len(keyed.strengthenings)) == (1, 1)


@pytest.mark.parametrize("verb", ["stop", "pending", "release", "approve", "token", "roll"])
def test_an_application_says_nothing_that_people_say(verb: str) -> None:
    bank = Bank(with_application())
    signature = bank.sign("app:desk-app", verb, {"scopeKind": "all"}, key="desk-app")
    with pytest.raises(NotAuthorised, match="an application can not say"):
        bank.commands.run(signature, {})
    with pytest.raises(CommandInvalid, match="a key that is not known"):
        bank.commands.run(bank.sign("app:desk-app", verb, {}, key="ana"), {})
    with pytest.raises(NotAuthorised, match="has no key"):
        bank.commands.run(bank.sign("desk-app", verb, {}, key="desk-app"), {})


def test_a_release_that_names_others_than_its_plan_is_found(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", with_application())
    release: PlanReleaseRecord = bank.entries()[-1].record.predicate
    body = {"plan": release.plan, "previous": release.plan}
    lied = replace(
        release,
        at=bank.home.now(),
        previous=release.plan,
        applications=(replace(APP, keys=(OTHER,)),),
        signature=bank.sign("ana", "release", body),
    )
    assert bank.verify().ok
    said(bank, lied, release.plan)
    found = [finding.message for finding in bank.verify().findings]
    bank.close()
    assert any("other people, roles or applications" in message for message in found), found
