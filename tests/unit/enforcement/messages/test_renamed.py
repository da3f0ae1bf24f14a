"""A message under another id: the same message in all else, byte for byte where that can be."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.enforcement.messages.rpc import parse_message, renamed

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
IDS = st.one_of(st.integers(-(2**53), 2**53), TEXTS)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=10,
)


@given(IDS, IDS, JSON, st.booleans())
def test_only_its_id_is_another(
    was: object, becomes: int | str, content: object, ascii_: bool
) -> None:
    said = {"jsonrpc": "2.0", "id": was, "result": {"content": content}}
    raw = json.dumps(said, ensure_ascii=ascii_).encode()
    message = renamed(parse_message(raw), becomes)
    assert message.id == becomes
    assert json.loads(message.raw) == {**said, "id": becomes}
    assert message.body == {**said, "id": becomes}


def test_the_servers_spelling_stays() -> None:
    raw = b'{ "jsonrpc":"2.0",\t"id" : "wk-00ff", "result":{"n": 1E2, "u": "\\u0041"} }'
    assert renamed(parse_message(raw), 7).raw == raw.replace(b'"wk-00ff"', b"7")
