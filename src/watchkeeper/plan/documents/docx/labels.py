"""What a .docx shows beside its text (ECMA-376, 17.9, 17.3.3): labels of lists, single signs."""

from __future__ import annotations

import re

from watchkeeper.plan.documents.docx.markup import Attributes, local
from watchkeeper.plan.documents.docx.styles import attribute, value_of
from watchkeeper.plan.documents.wording import fold

BULLET = "\u2022 "
"""Stands for a sign out of a font of signs."""
_SIGNS = re.compile(r"symbol|dings|emoji", re.IGNORECASE)
_CODE = re.compile(r"[0-9A-Fa-f]{1,4}")
_WORD = re.compile(r"[^\W\d_]+")
_PLAIN = frozenset(
    ["annex", "appendix", "article", "chapter", "clause", "part", "schedule", "section", "step"]
)
_BEGINS = frozenset("msn")
"""Letters that words which bind begin with: others alone are the sign of an item."""


class Labels:
    """Looks through the numbering of a .docx for labels with words in them."""

    def __init__(self) -> None:
        self.worded = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element."""
        if local(name) == "lvlText":
            words = _WORD.findall(fold(value_of(attributes)))
            self.worded |= any(
                word in _BEGINS if len(word) == 1 else word not in _PLAIN for word in words
            )

    def end(self, name: str) -> None:
        """Take the end of an element."""
        del name

    def text(self, said: str) -> None:
        """Take text, of which numbering has none."""
        del said


def sign(attributes: Attributes) -> str:
    """Return the letter that a `w:sym` shows, or what stands for a sign that is no letter."""
    code = attribute(attributes, "char") or ""
    if _SIGNS.search(attribute(attributes, "font") or "") or not _CODE.fullmatch(code):
        return BULLET
    number = int(code, 16)
    # Word puts the characters of old fonts into the private use area.
    letter = chr(number - 0xF000 if 0xF000 <= number <= 0xF0FF else number)
    return letter if letter.isprintable() else BULLET
