"""Keys in a PKCS #11 token: signing, what is refused, and sessions that end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.custody import rotate
from tests.worlds.homes import NAME, StepClock, Story
from tests.worlds.token import PIN, Token, make_token
from watchkeeper import settings
from watchkeeper.adapters.ids import SystemIds
from watchkeeper.adapters.keys import TokenAccess, open_signer
from watchkeeper.adapters.posix import create_home, open_home
from watchkeeper.errors import (
    KeyUnavailable,
    KeyUnsafe,
    LogUnavailable,
    SettingsInvalid,
    WatchkeeperError,
)
from watchkeeper.ledger.signature import keyid_of, verifies
from watchkeeper.records.plan.systems import Stage
from watchkeeper.verify import verify_log

ACCESS = TokenAccess(None, settings.token_pin)


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Token:
    with pytest.MonkeyPatch.context() as patch:
        token = make_token(tmp_path_factory.mktemp("token"), patch)
        token.make_key("records", b"\x01")
        token.make_key("log", b"\x02")
        token.make_ecdsa_key("old")
        yield token


def test_it_signs_and_the_key_never_leaves(token: Token, tmp_path: Path) -> None:
    signer = open_signer(token.uri("records"), tmp_path, ACCESS)
    assert verifies(signer.public_key, b"message", signer.sign(b"message"))
    assert signer.keyid == keyid_of(signer.public_key)
    assert PIN not in repr(signer)


def test_a_key_by_its_id(token: Token, tmp_path: Path) -> None:
    by_label = open_signer(token.uri("log"), tmp_path, ACCESS)
    by_id = open_signer(token.uri("log").replace("object=log", "id=%02"), tmp_path, ACCESS)
    assert by_label.keyid == by_id.keyid


def test_two_keys_of_one_token_at_once(token: Token, tmp_path: Path) -> None:
    first, second = (open_signer(token.uri(name), tmp_path, ACCESS) for name in ("records", "log"))
    for signer in (first, second, first):
        assert verifies(signer.public_key, b"m", signer.sign(b"m"))


def test_the_pin_may_stand_in_a_file_that_the_uri_names(
    token: Token, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WATCHKEEPER_PKCS11_PIN_FILE")
    uri = token.uri("records", **{"pin-source": f"file:{token.pin}"})
    assert open_signer(uri, tmp_path, ACCESS).sign(b"m")


def test_the_pin_may_stand_in_the_environment(
    token: Token, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WATCHKEEPER_PKCS11_PIN_FILE")
    monkeypatch.setenv("WATCHKEEPER_PKCS11_PIN", PIN)
    assert open_signer(token.uri("records"), tmp_path, ACCESS).sign(b"m")


def _all_closed() -> None:
    """End every session, as a token does that was unplugged and plugged in again."""
    import pkcs11

    from tests.worlds.token import LIBRARY

    pkcs11.lib(LIBRARY).reinitialize()


def test_a_session_that_ended_is_opened_again(token: Token, tmp_path: Path) -> None:
    signer = open_signer(token.uri("records"), tmp_path, ACCESS)
    _all_closed()
    assert verifies(signer.public_key, b"m", signer.sign(b"m"))
    signer.close()
    assert verifies(signer.public_key, b"m", signer.sign(b"m"))


@pytest.mark.usefixtures("token")
class TestRefused:
    """What is not there, not allowed in, or not Ed25519; and no PIN in any message."""

    def refused(self, uri: str, tmp_path: Path, kind: type[WatchkeeperError], text: str) -> None:
        with pytest.raises(kind, match=text) as refused:
            open_signer(uri, tmp_path, ACCESS)
        assert PIN not in str(refused.value)

    def test_no_token(self, token: Token, tmp_path: Path) -> None:
        uri = token.uri("records").replace("token=desk", "token=gone")
        self.refused(uri, tmp_path, KeyUnavailable, "there is no token `gone`")

    def test_no_key(self, token: Token, tmp_path: Path) -> None:
        self.refused(token.uri("nothing"), tmp_path, KeyUnavailable, "no private key")

    def test_no_library(self, tmp_path: Path) -> None:
        uri = "pkcs11:token=desk;object=records?module-path=/nowhere.so"
        self.refused(uri, tmp_path, KeyUnavailable, "token `desk`")
        self.refused(uri.partition("?")[0], tmp_path, SettingsInvalid, "library is not named")

    def test_a_wrong_pin_is_tried_once(
        self, token: Token, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _all_closed()
        monkeypatch.delenv("WATCHKEEPER_PKCS11_PIN_FILE")
        monkeypatch.setenv("WATCHKEEPER_PKCS11_PIN", "0000-guess")
        asked: list[str | None] = []

        def pin(source: str | None) -> str:
            asked.append(source)
            return settings.token_pin(source)

        with pytest.raises(KeyUnavailable, match="PinIncorrect") as refused:
            open_signer(token.uri("records"), tmp_path, TokenAccess(None, pin))
        assert "0000-guess" not in str(refused.value)
        assert asked == [None]

    def test_no_pin(self, token: Token, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        _all_closed()
        monkeypatch.delenv("WATCHKEEPER_PKCS11_PIN_FILE")
        self.refused(token.uri("records"), tmp_path, SettingsInvalid, "no PIN was given")

    def test_a_pin_that_others_may_read(self, token: Token, tmp_path: Path) -> None:
        _all_closed()
        token.pin.chmod(0o644)
        try:
            self.refused(token.uri("records"), tmp_path, KeyUnsafe, "other users may read")
        finally:
            token.pin.chmod(0o600)

    def test_a_key_that_is_not_ed25519(self, token: Token, tmp_path: Path) -> None:
        self.refused(token.uri("old"), tmp_path, KeyUnsafe, "not an Ed25519 key")

    def test_a_pin_in_the_uri(self, token: Token, tmp_path: Path) -> None:
        uri = token.uri("records", **{"pin-value": PIN})
        self.refused(uri, tmp_path, KeyUnsafe, "a PIN stands in the URI")

    @pytest.mark.parametrize(
        "uri",
        [
            "pkcs11:",
            "pkcs11:token=desk",
            "pkcs11:object=records",
            "pkcs11:token=desk;object=records;object=log",
            "pkcs11:token=desk;object=records;colour=red",
            "pkcs11:token=desk;object=records?module-name=p11",
            "pkcs11:token=desk;object=records;type=cert",
            "pkcs11:token=%ff;object=records",
            "pkcs11:token",
            "awskms:arn:aws:kms:eu:1:key/1",
            "file:",
            "",
        ],
    )
    def test_a_uri_that_names_no_key(self, uri: str, tmp_path: Path) -> None:
        with pytest.raises(SettingsInvalid):
            open_signer(uri, tmp_path, ACCESS)


class TestHomes:
    """A home whose keys live in a token."""

    def test_made_with_both_keys_in_it(self, token: Token, tmp_path: Path) -> None:
        uris = {"record": token.uri("records"), "log": token.uri("log")}
        clock = StepClock()
        log = create_home(
            tmp_path / "home", name=NAME, stage=Stage.PILOT, first_release={}, clock=clock,
            ids=SystemIds(), key_uris=uris, access=ACCESS,
        )  # fmt: skip
        log.close()
        keys = tmp_path / "home/keys"
        assert not list(keys.glob("*.key"))
        assert sorted(path.name for path in keys.glob("*.uri")) == ["log.uri", "record.uri"]
        assert all(path.stat().st_mode & 0o777 == 0o600 for path in keys.iterdir())
        open_home(tmp_path / "home", clock=clock, access=ACCESS).close()
        assert verify_log(tmp_path / "home").ok

    def test_the_record_key_moves_into_it(self, token: Token, tmp_path: Path) -> None:
        story = Story(tmp_path / "home")
        story.log.close()
        story.log = open_home(story.path, clock=story.clock, access=ACCESS)
        story.release()
        rotate(story, token.uri("records"))
        story.act()
        story.log.close()
        assert verify_log(story.path).ok
        assert not (story.path / "keys/record.key").exists()
        story.log = open_home(story.path, clock=story.clock, access=ACCESS)
        _all_closed()
        story.act()
        story.log.close()
        assert verify_log(story.path).ok

    def test_a_token_that_goes_away_refuses_and_comes_back(
        self, token: Token, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        story = Story(tmp_path / "home")
        story.log.close()
        story.log = open_home(story.path, clock=story.clock, access=ACCESS)
        story.release()
        rotate(story, token.uri("records"))
        size = story.log.size
        with monkeypatch.context() as patch:
            empty = tmp_path / "empty.conf"
            (tmp_path / "none").mkdir()
            empty.write_text(f"directories.tokendir = {tmp_path / 'none'}\n")
            patch.setenv("SOFTHSM2_CONF", str(empty))
            _all_closed()
            with pytest.raises(LogUnavailable, match="there is no token"):
                story.act()
            assert story.log.size == size
        _all_closed()
        story.act()
        story.log.close()
        assert verify_log(story.path).ok
