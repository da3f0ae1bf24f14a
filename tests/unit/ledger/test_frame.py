from __future__ import annotations

import pytest

from watchkeeper.errors import FrameInvalid
from watchkeeper.ledger.frame import (
    HEADER_BYTES,
    MAGIC,
    check_tail,
    frame_length,
    frames_of,
    read_frame,
    render_frame,
)


def segment(*batches: int) -> bytes:
    """Frames, so many to each write."""
    out, index = b"", 0
    for count in batches:
        start = len(out)
        for _ in range(count):
            out += render_frame(index, start, b'{"e":%d}' % index, b"{}" * (index % 2))
            index += 1
    return out


def test_round_trip() -> None:
    data = segment(1, 2)
    frames = list(frames_of(data, 1000))
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert frames[0].start == 1000
    assert frames[-1].end == 1000 + len(data)
    assert frames[1].payload == b"{}"
    assert frame_length(data[:HEADER_BYTES]) == frames[0].end - 1000
    assert frame_length(b"x" * HEADER_BYTES) is None
    assert frame_length(MAGIC) is None


def test_no_json_looks_like_a_frame() -> None:
    assert 0 in MAGIC


def bad_at(data: bytes, number: int) -> tuple[bytes, int]:
    """Damage a frame; return what follows the whole ones before it, and its offset."""
    frame = list(frames_of(data))[number]
    changed = bytearray(data)
    changed[frame.start + HEADER_BYTES] ^= 1
    assert read_frame(bytes(changed), frame.start) is None
    return bytes(changed[frame.start :]), frame.start


def test_a_hole_in_the_last_write_is_torn() -> None:
    check_tail(*bad_at(segment(1, 1, 3), 2), newest=True)
    check_tail(*bad_at(segment(1, 1, 3), 4), newest=True)
    check_tail(b"", 0, newest=False)


def test_damage_before_a_later_write_is_damage() -> None:
    rest, start = bad_at(segment(1, 1, 3), 1)
    with pytest.raises(FrameInvalid, match=f"offset {start}"):
        check_tail(rest, start, newest=True)
    with pytest.raises(FrameInvalid):
        check_tail(b"x", 0, newest=False)
