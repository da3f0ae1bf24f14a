"""XML, another version, a byte order mark, bytes that are no text: read, or refused in a line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from watchkeeper.errors import ImportRefused
from watchkeeper.plan.exchange.cyclonedx.taking import Known, draft_systems

HEAD = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
NOTHING = Known(frozenset(), frozenset(), frozenset())


def _raw(**more: Any) -> bytes:
    return json.dumps(
        HEAD | {"components": [{"type": "application", "name": "Desk"}]} | more
    ).encode()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>', "in JSON"),
        (_raw().decode().encode("utf-16"), "in JSON"),
        (b"", "in JSON"),
        (_raw(specVersion="1.4"), "where 1.6 is read"),
        (_raw(specVersion="1.5"), "where 1.6 is read"),
        (_raw(specVersion="1.7"), "where 1.6 is read"),
        (_raw(specVersion=1.6), "where 1.6 is read"),
        (_raw(version=10**30), "larger than 64 bits"),
        (_raw(components=[{"type": "application", "name": 10**30}]), "larger than 64 bits"),
        (_raw(bomFormat="SPDX"), "no bill of materials of CycloneDX"),
        (_raw(components=[{"type": "application"}]), "not valid CycloneDX 1.6"),
        (b'{"bomFormat": "CycloneDX", "bomFormat": "CycloneDX"}', "the same key twice"),
        (b'{"bomFormat": "CycloneDX", "version": NaN}', "not a JSON number"),
        (b'{"bomFormat": "\\ud800"}', "lone surrogate"),
    ],
)
def test_it_is_refused_in_a_line(raw: bytes, said: str) -> None:
    with pytest.raises(ImportRefused, match=said) as caught:
        draft_systems(raw, NOTHING, "ana")
    assert "\n" not in caught.value.message


def test_a_byte_order_mark_is_no_reason() -> None:
    assert set(draft_systems(b"\xef\xbb\xbf" + _raw(), NOTHING, "ana").files) == {
        "systems/desk.yaml"
    }
