"""A retry is recognised for as long as it counts, and a late one is refused."""

from __future__ import annotations

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from watchkeeper.do.state.keys import Keys, KeyUse
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref

T = Instant(1_795_000_000_000_000)


def _key(name: object) -> str:
    return hashlib.sha256(str(name).encode()).hexdigest()


def _use(seconds: int, *, own: bool = True, at: Instant = T, action: str = "a") -> KeyUse:
    return KeyUse("same", action, at, at.plus(seconds), own)


def test_a_key_is_found_until_it_expires_and_refused_for_good_then() -> None:
    keys = Keys()
    keys.use(_key(1), _use(600))
    assert keys.find(_key(1), T.plus(599)) == _use(600)
    assert not keys.is_expired(_key(1), T.plus(599))
    assert keys.find(_key(1), T.plus(600)) is None
    assert keys.is_expired(_key(1), T.plus(600))
    assert keys.is_expired(_key(1), T.plus(10**9))


def test_a_key_behind_one_that_lives_longer_expires_all_the_same() -> None:
    keys = Keys()
    keys.use(_key("long"), _use(86_400, own=False))
    keys.use(_key("short"), _use(600))
    assert keys.find(_key("short"), T.plus(700)) is None
    assert keys.is_expired(_key("short"), T.plus(700))
    assert keys.find(_key("long"), T.plus(700)) is not None
    keys.use(_key("next"), _use(600, at=T.plus(700)))
    assert len(keys) == 2


def test_who_only_looks_changes_nothing() -> None:
    keys, late = Keys(), T.plus(700)
    keys.use(_key(1), _use(600))
    keys.use(_key(2), _use(600, own=False))
    before = keys.to_json(T)
    assert keys.find(_key(1), late) is None
    assert keys.is_expired(_key(1), late)
    assert keys.to_json(late)["live"] == {}
    assert keys.to_json(T) == before
    assert keys.find(_key(1), T) == _use(600)


def test_a_window_of_the_tool_file_simply_ends() -> None:
    keys = Keys()
    keys.use(_key(1), _use(600, own=False))
    assert keys.find(_key(1), T.plus(600)) is None
    assert not keys.is_expired(_key(1), T.plus(600))


def test_a_window_used_again_lasts_from_the_second_use() -> None:
    keys = Keys()
    keys.use(_key(1), _use(600, own=False))
    keys.use(_key(1), _use(600, own=False, at=T.plus(700), action="b"))
    found = keys.find(_key(1), T.plus(1200))
    assert found is not None
    assert found.action_id == "b"


def test_only_the_action_under_the_key_ends_it() -> None:
    keys = Keys()
    keys.use(_key(1), _use(600))
    keys.end(_key(1), "another", Ref(0, 7))
    keys.end(_key(2), "a", Ref(0, 7))
    found = keys.find(_key(1), T)
    assert found is not None
    assert found.effect is None
    keys.end(_key(1), "a", Ref(0, 8))
    found = keys.find(_key(1), T)
    assert found is not None
    assert found.effect == Ref(0, 8)


def test_expired_keys_are_all_still_refused_after_they_were_folded() -> None:
    keys = Keys()
    for n in range(5000):
        keys.use(_key(n), _use(1, at=T.plus(n)))
    late = T.plus(10_000)
    assert all(keys.is_expired(_key(n), late) for n in range(5000))
    assert not keys.is_expired(_key("never used"), late)
    assert len(keys) == 1


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 50), st.booleans()), max_size=30))
def test_no_order_of_lifetimes_loses_an_own_key(uses: list[tuple[int, int, bool]]) -> None:
    keys, now = Keys(), T
    owned: dict[int, Instant] = {}
    for name, seconds, own in uses:
        now = now.plus(7)
        key = _key((name, own))
        if keys.find(key, now) is None and not keys.is_expired(key, now):
            keys.use(key, _use(seconds, own=own, at=now))
            if own:
                owned[name] = now.plus(seconds)
    for name, until in owned.items():
        key = _key((name, True))
        found = keys.find(key, now)
        assert (found is not None) == (until > now)
        assert keys.is_expired(key, now) == (until <= now)
