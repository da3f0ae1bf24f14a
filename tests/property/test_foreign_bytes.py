"""Whatever bytes come, only our own errors leave a parser, and what it takes it gives back."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.doors import DOORS, Broken, refused_or_held
from fuzz.seeds import seeds

SETTINGS = settings(max_examples=100)
LONGEST = 30_000
TOKENS = [b"\n", b"\n\n", b"\r\n", b"=", b"==", b"+", b" ", b'"', b"\\u0000", b"\\ud800", b"\x00",
          b"\xff", b"{", b"[", b"1e999", b"-0", b"9007199254740993", b"\xe2\x80\x94 ", b"extra ",
          b"data:", b"WKF1", b"AAAA", b"null", b"__entity"]  # fmt: skip

REFUSED = {("canonical", b'{"a":1.5e300,"\\u00e9":-0.0}')}
"""JSON that is not canonical is no record, and is read as arguments all the same."""


@functools.cache
def made() -> dict[str, Sequence[bytes]]:
    return seeds()


@st.composite
def changed(draw: st.DrawFn, door: str) -> bytes:
    """A valid input with a few changes: cut, repeated, swapped, with other bytes in it."""
    found = made()[door]
    raw = bytearray(found[draw(st.integers(0, len(found) - 1))][:LONGEST])
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(raw)))
        to = draw(st.integers(at, min(len(raw), at + 64)))
        how = draw(st.integers(0, 5))
        if how == 0:
            del raw[at:to]
        elif how == 1:
            raw[at:at] = raw[at:to]
        elif how == 2:
            raw[at:to] = draw(st.binary(max_size=8))
        elif how == 3:
            raw[at:at] = draw(st.sampled_from(TOKENS))
        elif how == 4 and at < len(raw):
            raw[at] ^= 1 << draw(st.integers(0, 7))
        elif how == 5:
            del raw[at:]
    return bytes(raw)


@pytest.mark.parametrize("door", sorted(DOORS))
def test_every_door_takes_what_is_valid(door: str) -> None:
    assert made()[door]
    for raw in made()[door]:
        taken = refused_or_held(DOORS[door], raw)
        assert taken or (door, raw) in REFUSED or door == "answer", raw[:200]


@pytest.mark.parametrize("door", sorted(DOORS))
def test_random_bytes(door: str) -> None:
    @SETTINGS
    @given(st.binary(max_size=400))
    def knock(raw: bytes) -> None:
        assert refused_or_held(DOORS[door], raw) in {True, False}

    knock()


@pytest.mark.parametrize("door", sorted(DOORS))
def test_what_was_valid_before_it_was_changed(door: str) -> None:
    @SETTINGS
    @given(changed(door))
    def knock(raw: bytes) -> None:
        assert refused_or_held(DOORS[door], raw) in {True, False}

    knock()


def test_a_door_that_lets_another_error_out_is_found() -> None:
    def careless(raw: bytes) -> None:
        raw.decode()

    with pytest.raises(UnicodeDecodeError):
        refused_or_held(careless, b"\xff")


def test_a_door_that_takes_what_it_does_not_give_back_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fuzz.doors.render_proof", lambda _: b"")
    with pytest.raises(Broken):
        refused_or_held(DOORS["proof"], made()["proof"][0])
