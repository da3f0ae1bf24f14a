"""Which values a record hides, and what its payload says of each."""

from __future__ import annotations

from typing import Any

import pytest

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.records.action import EffectRecord, Hidden, Status
from watchkeeper.records.administration import ScopeKind, StopRecord, StopScope
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Signature
from watchkeeper.records.reference import Ref
from watchkeeper.verify.values import digests_of, held_values, matches

AT = Instant(0)
SALT = bytes(range(16))


def effect(result: Any) -> EffectRecord:
    hidden = Hidden("result", digest=hidden_digest(SALT, result))
    return EffectRecord(AT, "a", Ref(0, 1), Status.SUCCEEDED, AT, AT, hidden)


@pytest.mark.parametrize("key", ["result", "settledFrom"])
def test_a_result_is_what_the_tool_answered_or_what_settled_it(key: str) -> None:
    (held,) = held_values(effect({"ok": 1.5}), {"salts": {"result": SALT.hex()}, key: {"ok": 1.5}})
    assert (held.name, held.value()) == ("result", ({"ok": 1.5},))


def test_a_value_of_another_record_has_not_the_digest() -> None:
    (held,) = held_values(effect("paid"), {"salts": {"result": SALT.hex()}, "result": "owed"})
    assert held.value() is None


def test_a_value_without_its_salt_is_not_held() -> None:
    assert list(held_values(effect("paid"), {"salts": {}, "result": "paid"})) == []


def test_what_stands_in_clear_is_not_hidden() -> None:
    said = EffectRecord(
        AT, "a", Ref(0, 1), Status.FAILED, AT, AT, Hidden("notReleased", clear="stopped")
    )
    assert digests_of(said) == {}


def test_the_reason_of_a_stop_is_hidden_where_it_has_one() -> None:
    digest = hidden_digest(SALT, "odd refunds")
    signature = Signature("", "", "")
    said = StopRecord(AT, StopScope(ScopeKind.ALL), "anna", digest, signature)
    (held,) = held_values(said, {"reason": "odd refunds", "salts": {"reason": SALT.hex()}})
    assert held.value() == ("odd refunds",)
    assert digests_of(StopRecord(AT, StopScope(ScopeKind.ALL), "anna", "", signature)) == {}


@pytest.mark.parametrize("salts", [["a"], {"result": "zz"}, {"result": 7}, None])
def test_another_payload_is_refused(salts: Any) -> None:
    with pytest.raises(RecordInvalid):
        list(held_values(effect("paid"), {"salts": salts, "result": "paid"}))


def test_what_has_no_canonical_form_matches_nothing() -> None:
    assert not matches("0" * 64, SALT, float("nan"))
