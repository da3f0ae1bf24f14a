"""How much there is to read."""

from __future__ import annotations

import pytest

from watchkeeper.ledger.reading import words_in


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ({}, 0),
        ({"sentence": "one two three four five six seven eight nine"}, 0),
        ({"sentence": "one two three four five six seven eight nine ten"}, 10),
        ({"filled": "short", "sentence": "a sentence that is not shown at all, with words"}, 0),
        ({"arguments": {"note": "word " * 28, "n": 7}}, 30),
        ({"facts": {"order": {"seen": True, "by": None, "what": ["a b c", 1.5]}}}, 0),
        ({"sentence": "x" * 240}, 20),
        ({"sentence": "語" * 120}, 10),
        ({"why": [{"statement": "word " * 10, "risks": ["word " * 10], "text": "not " * 99}]}, 20),
        ({"silence": "word " * 19}, 10),
    ],
)
def test_what_is_needed_to_decide_is_counted_in_tens(shown: dict[str, object], words: int) -> None:
    assert words_in(shown) == words
