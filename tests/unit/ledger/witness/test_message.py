from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.errors import NoteInvalid, ProofInvalid
from watchkeeper.ledger.witness.message import (
    AddCheckpoint,
    parse_request,
    parse_size,
    render_request,
    render_size,
)

HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=63)
SIZES = st.integers(0, 10**18)


@given(SIZES, HASHES, st.binary(max_size=200))
def test_there_and_back(old: int, proof: list[bytes], checkpoint: bytes) -> None:
    asked = AddCheckpoint(old, tuple(proof), checkpoint)
    assert parse_request(render_request(asked)) == asked


def test_the_form_is_that_of_the_specification() -> None:
    raw = render_request(AddCheckpoint(20852014, (bytes(32),), b"note"))
    assert raw == b"old 20852014\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nnote"


HASH = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old 1",
        "old 1\n",
        "old 01\n\nnote",
        "old -1\n\nnote",
        "old  1\n\nnote",
        "old 1 \n\nnote",
        "old ١\n\nnote",
        "Old 1\n\nnote",
        "old 1\nAA==\n\nnote",
        f"old 1\n{HASH[:-2]}B=\n\nnote",
        f"old 1\n{HASH}\r\n\nnote",
        "old 1\n" + f"{HASH}\n" * 64 + "\nnote",
        "old 99999999999999999999\n\nnote",
        "old 1\n\n" + "x" * (1 << 18),
    ],
)
def test_what_is_no_request(text: str) -> None:
    with pytest.raises(NoteInvalid):
        parse_request(text.encode())


def test_no_more_hashes_than_may_be_sent() -> None:
    with pytest.raises(ProofInvalid):
        render_request(AddCheckpoint(1, (bytes(32),) * 64, b""))


@given(SIZES)
def test_sizes(size: int) -> None:
    assert parse_size(render_size(size)) == size


@pytest.mark.parametrize("raw", [b"", b"1", b"01\n", b"1\n\n", b"x\n", b"-1\n", b"1\r\n"])
def test_what_is_no_size(raw: bytes) -> None:
    with pytest.raises(NoteInvalid):
        parse_size(raw)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_request_or_refused(raw: bytes) -> None:
    with suppress(NoteInvalid):
        assert render_request(parse_request(raw)) == raw
