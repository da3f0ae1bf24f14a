"""Where the keys come from: a file that changes, an address that may be silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.permits import Key, Maker
from watchkeeper.ledger.permit import PublishedKey, render_jwks
from watchkeeper.permit import KeysAddress, KeysFile, PermitInvalid, Permits

URL = "https://gateway.example/.well-known/watchkeeper-permits.json"


class Gateway:
    """An address that answers, or does not."""

    def __init__(self, *keys: Key) -> None:
        self.keys, self.silent, self.asked, self.now = list(keys), False, 0, 0.0

    def fetch(self, url: str) -> bytes:
        assert url == URL
        self.asked += 1
        if self.silent:
            raise OSError("nobody there")
        return render_jwks(PublishedKey(key.public_key) for key in self.keys)

    def source(self) -> KeysAddress:
        return KeysAddress(URL, fetch=self.fetch, clock=lambda: self.now)


def test_a_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    maker, other = Maker(tmp_path), Key()
    keys = KeysFile(maker.keys)
    assert keys.key(other.keyid) is None
    maker.publish(PublishedKey(maker.key.public_key), PublishedKey(other.public_key))
    assert keys.key(other.keyid) == PublishedKey(other.public_key)
    assert keys.key(maker.key.keyid) is not None


def test_a_file_that_goes_takes_its_keys_along(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    keys = KeysFile(maker.keys)
    assert keys.key(maker.key.keyid) is not None
    maker.keys.unlink()
    with pytest.raises(PermitInvalid):
        keys.key(maker.key.keyid)


def test_an_address_is_asked_once_in_five_minutes() -> None:
    key = Key()
    gateway = Gateway(key)
    source = gateway.source()
    for gateway.now in (0, 60, 299):
        assert source.key(key.keyid) is not None
    assert gateway.asked == 1
    gateway.now = 301
    assert source.key(key.keyid) is not None
    assert gateway.asked == 2


def test_a_new_key_is_asked_for_but_not_without_end() -> None:
    first, second = Key(), Key()
    gateway = Gateway(first)
    source = gateway.source()
    assert source.key(first.keyid) is not None
    gateway.keys = [second]
    gateway.now = 10
    assert source.key(second.keyid) is not None
    assert source.key(first.keyid) is None
    for _ in range(100):
        assert source.key("made-up") is None
    assert gateway.asked == 2


def test_a_silent_gateway_stops_everything_once_the_keys_are_old() -> None:
    key = Key()
    gateway = Gateway(key)
    source = gateway.source()
    assert source.key(key.keyid) is not None
    gateway.silent = True
    gateway.now = 200
    assert source.key(key.keyid) is not None
    gateway.now = 301
    with pytest.raises(PermitInvalid) as error:
        source.key(key.keyid)
    assert error.value.reason == "unknown-key"


@pytest.mark.parametrize(
    "url", ["http://gateway.example/x", "ftp://x", "//x", "http://localhost.evil.example/"]
)
def test_keys_do_not_come_in_clear_from_elsewhere(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        KeysAddress(url)


def test_clocks_further_apart_than_a_minute_are_no_leeway(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    with pytest.raises(ValueError, match="60 seconds"):
        Permits(KeysFile(maker.keys), "desk", maker.store(), leeway=61)
