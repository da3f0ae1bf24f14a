"""Whether words that stand beside a number name what the standard has under that number.

Words are compared by what they share, rare ones counting more: `AI system` stands in half of all
titles and says little. A name that fits another number better is called by that number.
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from watchkeeper.standards.items import Item, items

ALIKE = 0.6
"""From here on words name an item."""
UNLIKE = 0.3
"""Below, a name has next to nothing in common with the item, even if it fits no other."""
NAMED = 0.5
"""From here on words are said to name another item rather."""
VERY = 0.85
"""From here on an item of another kind is named rather than one of the same."""
CLEARLY = 0.15
"""How much better another has to fit before it is named."""
LONGEST_NAME = 14
TELLING = 3
"""So many words have to be foreign to an item; two may be somebody's shorter name for it."""
_WORD = re.compile(r"[^\W_]+")
_DULL = frozenset(
    ("the", "of", "and", "or", "for", "to", "in", "on", "a", "an", "by", "with", "its")
)
_STEM = 6


@dataclass(frozen=True, slots=True)
class Mislabelled:
    """A number under a wrong name: what it is called, and whose name that would rather be."""

    item: Item
    nearer: Item | None


@functools.lru_cache(maxsize=20_000)
def judge_label(item: Item, words: str, *, title: bool) -> Mislabelled | None:
    """Say whether `words` are a wrong name for an item.

    `title` says that they are meant as its name; a description, and more words than any name has,
    is wrong only where it plainly begins as another item.
    """
    named = title and len(words.split()) <= LONGEST_NAME
    parts = _parts(words) if named else _beginning(words)
    own = max(_likeness(part, item) for part in parts)
    if own >= ALIKE or not _WORD.search(words):
        return None
    nearer, best = _nearest(parts, item)
    if nearer is not None and best >= (NAMED if named else ALIKE) and best > own + CLEARLY:
        return Mislabelled(item, nearer) if named or own < UNLIKE else None
    if named and own < UNLIKE and len(_stems(words)) >= TELLING:
        return Mislabelled(item, None)
    return None


def nearest_item(words: str, standard: str) -> tuple[Item | None, float]:
    """Return the item of a standard that words name best, and how well; ties go to the first."""
    return _best(_parts(words), standard)


def likeness(words: str, item: Item) -> float:
    """Return how well words name an item, from 0 to 1: all of them, or a part between commas."""
    return max(_likeness(part, item) for part in _parts(words))


def _parts(words: str) -> list[str]:
    parts = [words, *re.split(r"\s[–—-]\s|[:;,(]", words)]  # noqa: RUF001 - dashes as typed
    return [part for part in parts if len(_stems(part)) > 1] or [words]


def _beginning(words: str) -> list[str]:
    """Return the words, and those before the first mark if they are several."""
    first = re.split(r"\s[–—-]\s|[:;(]", words)[0]  # noqa: RUF001 - dashes as typed
    return [words, first] if len(_stems(first)) > 1 else [words]


def _nearest(parts: list[str], item: Item) -> tuple[Item | None, float]:
    """Return what parts name best: one of the same kind, unless another fits very well."""
    nearer, best = _best(parts, item.standard)
    alike, well = _best(parts, item.standard, item.kind)
    return (alike, well) if well >= NAMED and best < VERY else (nearer, best)


def _best(parts: list[str], standard: str, kind: str = "") -> tuple[Item | None, float]:
    best: tuple[Item | None, float] = (None, 0.0)
    for item in items(standard).values():
        if item.heading or (kind and item.kind != kind):
            continue
        found = max(_likeness(part, item) for part in parts)
        if found > best[1]:
            best = (item, found)
    return best


def _likeness(words: str, item: Item) -> float:
    if not item.title:
        return _shared(words, item.paraphrase, item.standard)
    by_title = _cosine(words, item.title, item.standard)
    by_text = 0.9 * _cosine(words, f"{item.title} {item.paraphrase}", item.standard)
    short = ALIKE if _stems(words) and _stems(words) <= _stems(item.title) else 0.0
    return max(_spelt(words.casefold(), item.title.casefold()), by_title, by_text, short)


def _spelt(one: str, other: str) -> float:
    """Return how alike two names are spelt, where they differ in a letter or two."""
    found = SequenceMatcher(None, one, other)
    if min(found.real_quick_ratio(), found.quick_ratio()) < VERY:
        return 0.0
    ratio = found.ratio()
    return ratio if ratio >= VERY else 0.0


def _cosine(one: str, other: str, standard: str) -> float:
    mine, theirs = _weights(one, standard), _weights(other, standard)
    both = sum(weight * theirs[stem] for stem, weight in mine.items() if stem in theirs)
    sizes = math.hypot(*mine.values()) * math.hypot(*theirs.values())
    return both / sizes if sizes else 0.0


def _shared(words: str, text: str, standard: str) -> float:
    """Return how much of `words` stands in a long text."""
    mine, theirs = _weights(words, standard), _stems(text)
    total = sum(mine.values())
    return sum(weight for stem, weight in mine.items() if stem in theirs) / total if total else 0.0


def _weights(text: str, standard: str) -> Mapping[str, float]:
    known = _rarity(standard)
    rarest = max(known.values())
    return {stem: known.get(stem, rarest) for stem in _stems(text)}


@functools.cache
def _rarity(standard: str) -> Mapping[str, float]:
    every = [item for item in items(standard).values() if not item.heading]
    counts = Counter(stem for item in every for stem in _stems(item.title or item.paraphrase))
    return {stem: math.log(1 + len(every) / count) for stem, count in counts.items()}


@functools.lru_cache(maxsize=4096)
def _stems(text: str) -> frozenset[str]:
    words = (word.casefold() for word in _WORD.findall(text))
    return frozenset(word[:_STEM].rstrip("s") for word in words if word not in _DULL)
