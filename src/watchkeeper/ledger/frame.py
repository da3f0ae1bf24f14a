"""Frames: how an envelope and its payload stand in a segment file.

    magic      4   00 'w' 'k' 01      JSON never holds a zero byte, so no content looks like it
    index      8   of the record, big-endian like every number here
    batch      8   where in this segment the write began that this frame was part of
    envelope   4   length in bytes
    payload    4   length in bytes, 0 where there is none
    checksum   4   CRC-32 of the 28 bytes before, the envelope and the payload
    then the envelope, then the payload

A frame that begins a later write proves that everything before that write had been synced. So a
bad frame is a *torn tail*, part of a write that was never acknowledged, exactly if no whole frame
after it belongs to a later write; otherwise it is damage (evidence format, 3).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from watchkeeper.errors import FrameInvalid

MAGIC = b"\x00wk\x01"
MAX_PAYLOAD_BYTES = 1 << 28
_HEAD = struct.Struct(">4sQQII")
_CHECK = struct.Struct(">I")
HEADER_BYTES = _HEAD.size + _CHECK.size


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole frame, and where in its segment it starts and ends."""

    index: int
    batch: int
    envelope: bytes
    payload: bytes
    start: int
    end: int


def render_frame(index: int, batch: int, envelope: bytes, payload: bytes) -> bytes:
    """Return the bytes of a frame that is part of the write at offset `batch`."""
    head = _HEAD.pack(MAGIC, index, batch, len(envelope), len(payload))
    check = zlib.crc32(payload, zlib.crc32(envelope, zlib.crc32(head)))
    return b"".join((head, _CHECK.pack(check), envelope, payload))


def frame_length(head: bytes) -> int | None:
    """Return how long the frame is whose header stands in `head`, or None if it is no header."""
    if len(head) < HEADER_BYTES or not head.startswith(MAGIC):
        return None
    _, _, _, envelope, payload = _HEAD.unpack_from(head)
    return HEADER_BYTES + int(envelope) + int(payload)


def read_frame(buffer: bytes, at: int, base: int = 0) -> Frame | None:
    """Read the whole, undamaged frame at `at`, or None if there is none.

    `base` is the offset in the segment at which `buffer` begins.
    """
    if len(buffer) - at < HEADER_BYTES:
        return None
    magic, index, batch, envelope_length, payload_length = _HEAD.unpack_from(buffer, at)
    middle = at + HEADER_BYTES + envelope_length
    end = middle + payload_length
    if magic != MAGIC or end > len(buffer):
        return None
    envelope, payload = buffer[at + HEADER_BYTES : middle], buffer[middle:end]
    check = zlib.crc32(buffer[at : at + _HEAD.size])
    check = zlib.crc32(payload, zlib.crc32(envelope, check))
    if check != _CHECK.unpack_from(buffer, at + _HEAD.size)[0]:
        return None
    return Frame(index, batch, envelope, payload, base + at, base + end)


def frames_of(buffer: bytes, base: int = 0) -> Iterator[Frame]:
    """Yield the whole frames at the beginning of `buffer`, and stop at the first that is not."""
    at = 0
    while (frame := read_frame(buffer, at, base)) is not None:
        yield frame
        at = frame.end - base


def check_tail(rest: bytes, start: int, *, newest: bool) -> None:
    """Accept what follows the last whole frame of a segment as a torn tail, or refuse it.

    `rest` is everything from offset `start` to the end of the segment; `newest` says that no
    segment follows.

    Raises:
        FrameInvalid: damage, with its offset.
    """
    if not rest:
        return
    if not newest:
        raise FrameInvalid(f"bad frame at offset {start} of a segment that others follow")
    at = rest.find(MAGIC)
    while at >= 0:
        frame = read_frame(rest, at, start)
        if frame is not None and frame.batch > start:
            raise FrameInvalid(f"bad frame at offset {start}, before a whole one at {frame.start}")
        at = rest.find(MAGIC, at + 1)
