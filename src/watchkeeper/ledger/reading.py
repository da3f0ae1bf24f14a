"""How much there is to read in what a reviewer is shown.

What is needed to decide is counted: the sentence, arguments and facts with their names, why a
person is asked, what of the management system is overdue, and what happens if nobody answers. The
policies' text, digests and identifiers are not. The count stands in the record of the escalation,
so that verdicts can be held against it long after what was shown is erased; it is in tens, so that
it tells next to nothing of a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_LONGEST_WORD = 12
_STEP = 10


def words_in(shown: Mapping[str, Any]) -> int:
    """Return how many words a reviewer has to read, rounded down to tens.

    A word is what stands between blanks; what is longer than 12 characters, or is written without
    blanks, counts one for every 12.
    """
    found = sum(_words(text) for text in _texts(_read(shown)))
    return found // _STEP * _STEP


def _read(shown: Mapping[str, Any]) -> Iterator[Any]:
    yield shown.get("filled") or shown.get("sentence", "")
    yield shown.get("arguments")
    yield shown.get("facts")
    for why in shown.get("why", ()):
        yield [why.get("statement", ""), why.get("risks", ())]
    yield shown.get("management", ())
    yield shown.get("silence", "")


def _texts(values: Any) -> Iterator[str]:
    """Yield every text and number in a JSON value, and the names in its objects."""
    if isinstance(values, str):
        yield values
    elif isinstance(values, Mapping):
        for name, value in values.items():
            yield str(name)
            yield from _texts(value)
    elif isinstance(values, list | tuple | Iterator):
        for value in values:
            yield from _texts(value)
    elif values is not None:
        yield str(values)


def _words(text: str) -> int:
    return sum(-(-len(word) // _LONGEST_WORD) for word in text.split())
