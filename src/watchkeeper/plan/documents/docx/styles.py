"""Which paragraph styles of a .docx make headings and items of lists."""

from __future__ import annotations

from dataclasses import dataclass, field

from watchkeeper.plan.documents.docx.markup import Attributes, local

_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says of its paragraphs; None where the one that it is based on says it."""

    based_on: str | None = None
    level: int | None = None
    heading: bool | None = None


@dataclass(slots=True)
class Styles:
    """Gathers the styles of a part, and answers for a paragraph's."""

    found: dict[str, Style] = field(default_factory=dict)
    _id: str | None = None
    _based_on: str | None = None
    _level: int | None = None
    _heading: bool | None = None
    _numbered: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element."""
        tag, value = local(name), value_of(attributes)
        if tag == "style":
            self._id, self._based_on = attribute(attributes, "styleId"), None
            self._level = self._heading = None
            self._numbered = False
        elif tag == "basedOn":
            self._based_on = value
        elif tag == "numPr":
            self._numbered, self._level = True, self._level or 1
        elif tag == "ilvl" and self._numbered and value.isdecimal():
            self._level = int(value[:2]) + 1
        elif tag == "numId" and value == "0":
            self._level = 0
        elif tag == "outlineLvl":
            self._heading = value != "9"

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if local(name) == "style" and self._id:
            self.found[self._id] = Style(self._based_on, self._level, self._heading)
            self._id = None

    def text(self, said: str) -> None:
        """Take text, of which styles have none."""
        del said

    def of(self, style: str) -> tuple[int, bool]:
        """Return how deep in lists a paragraph of this style stands, and whether it is a heading.

        A style that nobody describes is judged by its name, as Word's own are called.
        """
        level: int | None = None
        heading: bool | None = None
        name: str | None = style
        for _ in range(_DEEPEST):
            known = self.found.get(name or "")
            if known is None:
                break
            level = known.level if level is None else level
            heading = known.heading if heading is None else heading
            name = known.based_on
        if level is None:
            level = int(style.startswith("List"))
        return level, style.startswith("Heading") if heading is None else heading


def attribute(attributes: Attributes, name: str) -> str | None:
    """Return an attribute by its local name, whatever its namespace."""
    for full, value in attributes.items():
        if local(full) == name:
            return value
    return None


def value_of(attributes: Attributes) -> str:
    """Return what `w:val` says, empty where it is not there."""
    return attribute(attributes, "val") or ""
