"""The home's own key for permits: made once, published before it signs, exchanged while it runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.homes import Story
from tests.worlds.token import make_token
from watchkeeper import settings, wiring
from watchkeeper.adapters.keys import TokenAccess
from watchkeeper.adapters.permit_key import KEEP_SECONDS, HomePermitKeys
from watchkeeper.cli import log as command
from watchkeeper.errors import KeyUnsafe
from watchkeeper.ledger.permit import PublishedKey, parse_jwks

NOW = 1_800_000_000


class Place:
    """A home's folder, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now = folder, NOW
        (folder / "keys").mkdir(mode=0o700, parents=True)

    def keys(self, access: TokenAccess | None = None) -> HomePermitKeys:
        return HomePermitKeys(self.folder, access or TokenAccess(), lambda: self.now)

    def published(self) -> tuple[PublishedKey, ...]:
        return parse_jwks((self.folder / "permits.jwks").read_bytes())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "home")


def test_it_is_made_once_and_published(place: Place) -> None:
    keys = place.keys()
    first = keys.signer().public_key
    assert keys.signer().public_key == place.keys().signer().public_key == first
    assert place.published() == (PublishedKey(first),) == parse_jwks(keys.published())
    assert (place.folder / "keys" / "permit.key").stat().st_mode & 0o777 == 0o600


def test_an_exchange_is_taken_up_by_who_runs_and_the_old_key_goes_on_for_a_while(
    place: Place,
) -> None:
    running = place.keys()
    old = running.signer().public_key
    new = place.keys().rotate(None, keep=True).public_key
    assert new != old
    assert running.signer().public_key == new
    assert place.published() == (PublishedKey(new), PublishedKey(old, NOW + KEEP_SECONDS))
    place.now += KEEP_SECONDS
    newer = place.keys().rotate(None, keep=True).public_key
    assert [key.public for key in place.published()] == [newer, new]
    assert len(list((place.folder / "keys").glob("permit*.key"))) == 1


def test_a_key_that_leaked_counts_no_more(place: Place) -> None:
    running = place.keys()
    running.signer()
    new = place.keys().rotate(None, keep=False).public_key
    assert place.published() == (PublishedKey(new),)
    assert parse_jwks(running.published()) == (PublishedKey(new),)


def test_a_crash_before_it_was_published_is_made_good(place: Place) -> None:
    old = place.keys().signer().public_key
    before = (place.folder / "permits.jwks").read_bytes()
    new = place.keys().rotate(None, keep=True).public_key
    (place.folder / "permits.jwks").write_bytes(before)
    assert place.keys().signer().public_key == new
    assert place.published() == (PublishedKey(new), PublishedKey(old, NOW + KEEP_SECONDS))


def test_naming_the_key_that_is_in_use_keeps_it(place: Place) -> None:
    first = place.keys().signer().public_key
    assert place.keys().rotate("file:permit.key", keep=True).public_key == first
    assert place.keys().signer().public_key == first
    assert place.published() == (PublishedKey(first),)


def test_a_key_in_a_token(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = make_token(tmp_path / "token", monkeypatch)
    token.make_key("permits")
    access = TokenAccess(None, settings.token_pin)
    signer = place.keys(access).rotate(token.uri("permits"), keep=True)
    assert place.keys(access).signer().public_key == signer.public_key
    assert place.published()[0].public == signer.public_key


@pytest.mark.parametrize("mode", [0o644, 0o640])
def test_a_key_that_others_may_read_signs_nothing(place: Place, mode: int) -> None:
    place.keys().signer()
    (place.folder / "keys" / "permit.key").chmod(mode)
    with pytest.raises(KeyUnsafe):
        place.keys().signer()


def test_what_is_no_key_set_is_not_written_over(place: Place) -> None:
    (place.folder / "permits.jwks").write_text("mine")
    with pytest.raises(KeyUnsafe):
        place.keys().signer()
    assert (place.folder / "permits.jwks").read_text() == "mine"


def test_at_the_terminal(tmp_path: Path) -> None:
    Story(tmp_path / "home").log.close()
    home = tmp_path / "home"
    before = wiring.permit_keys(home).signer().keyid
    words = ["permit-key", str(home), "--json"]
    done = CliRunner().invoke(command.app, words)
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert said == {"keyid": wiring.permit_keys(home).signer().keyid, "oldCounts": True}
    assert said["keyid"] != before
    refused = CliRunner().invoke(command.app, ["permit-key", str(tmp_path / "nowhere")])
    assert refused.exit_code == 2
