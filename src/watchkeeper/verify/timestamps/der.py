"""Puts the certificates of a time stamp into the order that DER asks for (X.690, 11.6).

Many authorities send them in the order of the chain. The signature does not cover them, so their
order says nothing; but a reader that takes DER alone would refuse the whole answer.
"""

from __future__ import annotations

from collections.abc import Iterator

_SEQUENCE, _CONTEXT_0 = 0x30, 0xA0


def with_sorted_certificates(response: bytes) -> bytes:
    """Return a TimeStampResp (RFC 3161, 2.4.2) whose certificates are in DER's order.

    Nothing else is changed, and nothing is verified.

    Raises:
        ValueError: it is not built as one.
    """
    body = _inside(response, 0, _SEQUENCE)
    token = list(_elements(response, *body))[1]
    content = list(_elements(response, *_inside(response, token[0], _SEQUENCE)))[1]
    signed_at, _ = _inside(response, content[0], _CONTEXT_0)
    signed = list(_elements(response, *_inside(response, signed_at, _SEQUENCE)))
    for start, end in signed:
        if response[start] == _CONTEXT_0:
            first, last = _inside(response, start, _CONTEXT_0)
            certificates = sorted(response[a:b] for a, b in _elements(response, first, last))
            return response[:first] + b"".join(certificates) + response[end:]
    return response


def _elements(data: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where each element of `data[at:end]` begins and ends."""
    while at < end:
        _, stop = _inside(data, at, data[at])
        if stop > end:
            raise ValueError("an element that is longer than what it is in")
        yield at, stop
        at = stop


def _inside(data: bytes, at: int, tag: int) -> tuple[int, int]:
    """Return where the content of the element at `at` begins and ends."""
    if at + 2 > len(data) or data[at] != tag:
        raise ValueError("another element than is expected")
    length, start = data[at + 1], at + 2
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or start + count > len(data):
            raise ValueError("a length that is none")
        length, start = int.from_bytes(data[start : start + count], "big"), start + count
    if start + length > len(data):
        raise ValueError("an element that is cut off")
    return start, start + length
