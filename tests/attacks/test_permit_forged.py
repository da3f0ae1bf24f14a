"""A permit that the gateway did not sign, or that was changed since, is none."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.worlds.permits import Key, Maker
from watchkeeper.ledger.permit import PublishedKey
from watchkeeper.permit import PermitInvalid

ARGS = {"amount": 10}


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


def _refused(maker: Maker, token: str | None) -> str:
    with pytest.raises(PermitInvalid) as error:
        maker.permits().check(token, "tools/call", "pay", ARGS)
    return error.value.reason


def _changed(token: str, part: int, **claims: object) -> str:
    parts = token.split(".")
    raw = base64.urlsafe_b64decode(parts[part] + "==")
    said = {**json.loads(raw), **claims}
    parts[part] = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    return ".".join(parts)


def test_a_key_that_nobody_published(maker: Maker) -> None:
    assert _refused(maker, maker.permit("pay", ARGS, key=Key())) == "unknown-key"


def test_a_key_of_ones_own_under_the_published_id(maker: Maker) -> None:
    thief = Key()
    thief.keyid = maker.key.keyid
    assert _refused(maker, maker.permit("pay", ARGS, key=thief)) == "forged"


def test_a_claim_that_was_changed(maker: Maker) -> None:
    token = maker.permit("pay", ARGS)
    assert _refused(maker, _changed(token, 1, jti="id-again")) == "forged"


def test_a_signature_that_was_changed(maker: Maker) -> None:
    head, claims, signature = maker.permit("pay", ARGS).split(".")
    other = ("B" if signature[0] == "A" else "A") + signature[1:]
    assert _refused(maker, f"{head}.{claims}.{other}") == "forged"


def test_a_key_that_was_taken_back(maker: Maker) -> None:
    token = maker.permit("pay", ARGS)
    maker.publish(PublishedKey(Key().public_key))
    assert _refused(maker, token) == "unknown-key"


def test_a_key_whose_time_is_over(maker: Maker) -> None:
    token = maker.permit("pay", ARGS)
    maker.publish(PublishedKey(maker.key.public_key, until=int(maker.now)))
    assert _refused(maker, token) == "expired"


@pytest.mark.parametrize("keys", [b"", b"{}", b'{"keys":[{"crv":"Ed25519","kid":"x","x":"AA"}]}'])
def test_no_keys_at_all_means_nothing_is_done(maker: Maker, keys: bytes) -> None:
    maker.keys.write_bytes(keys)
    assert _refused(maker, maker.permit("pay", ARGS)) == "unknown-key"


@pytest.mark.parametrize(
    "token", [None, "", ".", "..", "a.b.c", "é", "x" * 5000, "eyJhbGciOiJub25lIn0.e30."]
)
def test_what_is_no_permit(maker: Maker, token: str | None) -> None:
    assert _refused(maker, token) in {"missing", "malformed"}
