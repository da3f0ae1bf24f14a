"""Passkeys of people and the place of the console: from `aims.yaml` into the plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import bank_bundle
from tests.worlds.people import Passholder
from tests.worlds.workspace_files import with_change, write_workspace
from watchkeeper.errors import PlanRefused
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.plan.whole import compile_folder
from watchkeeper.records.administration import Carried, PlanReleaseRecord
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Passkey, Signature
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Console, Person

BEN = Passholder("ben").passkey


def _yaml(passkey: Passkey) -> str:
    return (
        f"    passkeys:\n      - credential: {passkey.credential}\n"
        f"        key: {passkey.public_key}\n        algorithm: {passkey.algorithm}\n"
        f"        name: phone\n"
    )


def _compiled(folder: Path, *passkeys: tuple[str, Passkey], console: str = "") -> Bundle:
    name = "    name: Ana\n  - id: ben\n    name: Ben\n"
    text = "    name: Ana\n{ana}  - id: ben\n    name: Ben\n{ben}"
    said = {"ana": "", "ben": ""}
    for person, passkey in passkeys:
        said[person] = _yaml(passkey)
    new = text.format(**said)
    if console:
        new += f"console:\n  url: {console}\n"
    return compile_folder(write_workspace(folder, with_change("aims.yaml", name, new)))


def test_a_passkey_and_the_place_of_the_console_stand_in_the_plan(tmp_path: Path) -> None:
    bundle = _compiled(tmp_path, ("ben", BEN), console="https://watch.example")
    assert {person.id: person.passkeys for person in bundle.people} == {
        "ana": (),
        "ben": (replace(BEN, name="phone"),),
    }
    assert bundle.console == Console("https://watch.example")


def test_a_plan_without_them_keeps_its_bytes() -> None:
    """Else every plan that was ever released would have another digest."""
    said = to_json(bank_bundle())
    assert "console" not in said
    assert to_json(Person("ana", "Ana", ("k",))) == {"id": "ana", "name": "Ana", "keys": ["k"]}
    signature = Signature("p", "k", "s")
    assert to_json(signature) == {"payload": "p", "keyid": "k", "sig": "s"}
    release = PlanReleaseRecord(Instant(0), "d", None, "ana", {}, {}, signature)
    carried = Carried(Instant(0), Instant(0), "s")
    for record in (release, carried):
        assert not {"passkeys", "console"} & to_json(record).keys()


@pytest.mark.parametrize(
    "url",
    [
        "http://watch.example",
        "https://watch.example/",
        "https://watch.example/console",
        "https://Watch.example",
        "https://watch.example:443",
        "http://localhost:80",
        "https://192.0.2.7",
        "https://[2001:db8::1]",
        "https://ana@watch.example",
        "http://localhost.evil.example",
        "https://watch.example:99999",
        "https://-watch.example",
        "localhost:8932",
    ],
)
def test_a_console_that_browsers_would_spell_otherwise_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(PlanRefused):
        _compiled(tmp_path, console=url)


@pytest.mark.parametrize("url", ["http://localhost:8932", "https://w-1.example.org:8443"])
def test_a_console_may_be_here_or_there(tmp_path: Path, url: str) -> None:
    assert _compiled(tmp_path, console=url).console == Console(url)


@pytest.mark.parametrize(
    "passkey",
    [
        replace(BEN, algorithm=-8),
        replace(BEN, algorithm=-37),
        replace(BEN, public_key=BEN.public_key[:-4]),
        replace(BEN, credential="no credential"),
    ],
)
def test_a_passkey_that_is_none_is_refused(tmp_path: Path, passkey: Passkey) -> None:
    with pytest.raises(PlanRefused):
        _compiled(tmp_path, ("ben", passkey))


def test_one_passkey_of_two_people_is_refused(tmp_path: Path) -> None:
    other = Passholder("ana").passkey
    for shared in (replace(BEN, credential="other"), replace(other, credential=BEN.credential)):
        with pytest.raises(PlanRefused):
            _compiled(tmp_path, ("ana", shared), ("ben", BEN))


def test_what_changed_is_named() -> None:
    bundle = bank_bundle()
    people = {person.id: person for person in bundle.people}

    def with_ben(*passkeys: Passkey) -> Bundle:
        now = {**people, "ben": replace(people["ben"], passkeys=passkeys)}
        return replace(bundle, people=tuple(now.values()))

    one, none = with_ben(BEN), with_ben()
    assert diff_bundles(none, one).weakenings == ("person `ben`: may sign with another passkey",)
    gone = diff_bundles(one, none)
    assert gone.weakenings == ()
    assert gone.strengthenings == ("person `ben`: may no longer sign with a passkey",)
    renamed = diff_bundles(one, with_ben(replace(BEN, name="old phone")))
    assert (renamed.weakenings, len(renamed.changes)) == ((), 1)
    moved = diff_bundles(bundle, replace(bundle, console=Console("https://watch.example")))
    assert len(moved.weakenings) == 1
    assert "watch.example" in moved.weakenings[0]
    assert diff_bundles(None, replace(one, console=Console("https://w.example"))).weakenings == ()
