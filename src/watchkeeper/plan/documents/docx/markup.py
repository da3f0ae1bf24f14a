"""XML that is believed in nothing: no DOCTYPE, no entities, bounded depth and count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn, Protocol
from xml.parsers import expat

from watchkeeper.errors import PlanUnreadable, cut

MAX_DEPTH = 250
MAX_ELEMENTS = 1_000_000
MAX_TEXT = 4 * 1024 * 1024
SEPARATOR = "}"
Attributes = Mapping[str, str]


class Handler(Protocol):
    """What is told of each element and text. Names are `{namespace}local` without the `{`."""

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element."""

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, said: str) -> None:
        """Take text."""


def walk(raw: bytes, part: str, handler: Handler) -> None:
    """Tell `handler` what an XML part holds.

    Raises:
        PlanUnreadable: it does not parse, has a DOCTYPE, or is nested or grows without reason.
    """
    parser = expat.ParserCreate(None, SEPARATOR)
    parser.buffer_text = True
    bounds = _Bounds(part, handler)
    parser.StartElementHandler = bounds.start
    parser.EndElementHandler = bounds.end
    parser.CharacterDataHandler = bounds.text
    parser.StartDoctypeDeclHandler = bounds.refuse
    parser.EntityDeclHandler = bounds.refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise PlanUnreadable(
            f"the part {cut(part)} is no XML: {expat.ErrorString(error.code)}",
            "save it again with the program that wrote it",
        ) from None
    except (ValueError, LookupError) as error:
        raise PlanUnreadable(f"the part {cut(part)} is no XML: {error}") from None


def local(name: str) -> str:
    """Return the name of an element or attribute without its namespace."""
    return name.rpartition(SEPARATOR)[2]


def namespace(name: str) -> str:
    """Return the namespace of a name, empty if it has none."""
    return name.rpartition(SEPARATOR)[0]


class _Bounds:
    def __init__(self, part: str, handler: Handler) -> None:
        self.part, self.handler = part, handler
        self.depth = self.elements = self.characters = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH or self.elements > MAX_ELEMENTS:
            raise PlanUnreadable(f"the part {cut(self.part)} is too large or nested too deeply")
        self.handler.start(name, attributes)

    def end(self, name: str) -> None:
        self.depth -= 1
        self.handler.end(name)

    def text(self, said: str) -> None:
        self.characters += len(said)
        if self.characters > MAX_TEXT:
            raise PlanUnreadable(f"the part {cut(self.part)} holds too much text")
        self.handler.text(said)

    def refuse(self, *declared: object) -> NoReturn:
        del declared
        raise PlanUnreadable(
            f"the part {cut(self.part)} has a DOCTYPE, which no .docx has",
            "do not trust it: ask who gave it to you",
        )
