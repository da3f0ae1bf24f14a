"""YAML read by libyaml, where it can only mean one thing: the same values, thirty times sooner.

libyaml speaks YAML 1.1 and ruamel.yaml 1.2. What the two could take differently is not read here
at all: tags, anchors, aliases, directives, keys written with `?`, tabs, and line ends that only one
of them knows. Plain scalars are told apart by the rules of ruamel's own YAML 1.2 resolver. Whatever
is refused here but for its size is left to ruamel, so that there is one set of messages.

Nodes are counted while they are read, before anything is kept of them: a text of brackets alone
ends here, before a parser that recurses sees it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ruamel.yaml.resolver import implicit_resolvers
from yaml import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

try:
    from yaml.cyaml import CParser
except ImportError:  # a build of PyYAML without libyaml
    CParser = None

from watchkeeper.errors import PlanUnreadable

MAX_DEPTH = 40
MAX_NODES = 100_000
_MERGE = "tag:yaml.org,2002:merge"
STR = "tag:yaml.org,2002:str"
PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge")
)
_ELSEWHERE = ("\t", "\r", "\x85", "\u2028", "\u2029", "\ufeff", "\n%", "\n...")
"""White space and line ends that only one of the two knows; a directive, the end of a document."""
_OTHERWISE = (
    ("?", re.compile(r"[ \n\[\]{},:-]\?[ \n,\[\]{}]")),  # a key written with `?`
    ("#", re.compile(r"[|>][-+0-9]*#")),  # a block scalar's head with a comment at its heels
    ('":', re.compile(r'":[^ \n]')),  # a value that begins where its key ends
    ("':", re.compile(r"':[^ \n]")),
    (" \n", re.compile(r"\n +\n")),  # white space in front of a block scalar's text
)
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,19}")
_OTHER_BASE = re.compile(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,16}")
_FRACTION = re.compile(
    r"[-+]?[0-9]*\.[0-9]+(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+\.?[0-9]*[eE][-+]?[0-9]+"
)
Path = tuple[str | int, ...]
Lines = dict[Path, int]


class Fraction(str):
    """A number with a point, exactly as it was written."""

    __slots__ = ()


class YamlRefused(PlanUnreadable):
    """Text that is not YAML as we take it; `line` counts from 1."""

    def __init__(self, message: str, advice: str, line: int) -> None:
        super().__init__(message, advice)
        self.line = line


class _LeftToTheOther(Exception):
    """What is not read here."""


def read_plain(text: str) -> tuple[Any, Lines] | None:
    """Return the value of a document and the line of each key and item, or None.

    None says that the other reader has to look at it, whether it is right or wrong.

    Raises:
        YamlRefused: more nodes, or nested more deeply, than any file may have.
    """
    if CParser is None:
        return None
    try:
        reader = _Reader(text)
        value = reader.document()
    except (_LeftToTheOther, YAMLError, UnicodeEncodeError):
        return None
    return (value, reader.lines) if reader.sure and not _is_doubtful(text) else None


def _is_doubtful(text: str) -> bool:
    """Say whether the two readers might differ on a text: what is rare is looked for first."""
    lines = f"\n{text}\n"
    for mark in _ELSEWHERE:
        if mark in lines:
            return True
    for mark, pattern in _OTHERWISE:
        if mark in lines and pattern.search(lines):
            return True
    return "\n---" in lines[1:]


def value_of(text: str) -> Any:
    """Return what a plain scalar stands for, once its tag is that of no text."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    return Fraction(text) if _FRACTION.fullmatch(text) else text


def admit(count: int, depth: int, line: int) -> None:
    """Admit one more node.

    Raises:
        YamlRefused: there are too many, or it lies too deep.
    """
    if count > MAX_NODES or depth > MAX_DEPTH:
        raise YamlRefused(
            "too large or nested too deeply once its aliases are expanded",
            "write it without aliases (`*name`), or split it",
            line,
        )


class _Reader:
    """Takes the events of one document, each as it comes, and goes on counting when in doubt."""

    def __init__(self, text: str) -> None:
        self.lines: Lines = {}
        self.sure = True
        self._next = CParser(text).get_event
        self._count = 0

    def document(self) -> Any:
        self._expect(StreamStartEvent)
        began = self._expect(DocumentStartEvent)
        self._doubt(began.version or began.tags)
        first = self._next()
        self.lines[()] = first.start_mark.line + 1
        value = self._build(first, ())
        self._doubt(not isinstance(value, dict))
        self._expect(DocumentEndEvent)
        self._expect(StreamEndEvent)
        return value

    def _expect(self, kind: type[Event]) -> Any:
        event = self._next()
        if type(event) is not kind:
            raise _LeftToTheOther
        return event

    def _doubt(self, why: object) -> None:
        if why:
            self.sure = False

    def _build(self, event: Any, path: Path) -> Any:
        self._count += 1
        if self._count > MAX_NODES or len(path) > MAX_DEPTH:
            admit(self._count, len(path), event.start_mark.line + 1)
        kind = type(event)
        if kind is AliasEvent or event.anchor or event.tag:
            self.sure = False
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is SequenceStartEvent:
            return self._sequence(path)
        return None if kind is AliasEvent else self._mapping(path)

    def _sequence(self, path: Path) -> list[Any]:
        out: list[Any] = []
        while type(event := self._next()) is not SequenceEndEvent:
            at = (*path, len(out))
            self.lines[at] = event.start_mark.line + 1
            out.append(self._build(event, at))
        return out

    def _mapping(self, path: Path) -> dict[str, Any]:
        out: dict[str, Any] = {}
        while type(event := self._next()) is not MappingEndEvent:
            key = self._key(event, path)
            if key in out:
                self.sure = False
            at = (*path, key)
            self.lines[at] = event.start_mark.line + 1
            out[key] = self._build(self._next(), at)
        return out

    def _key(self, event: Any, path: Path) -> str:
        if type(event) is not ScalarEvent:
            self.sure = False
            self._build(event, (*path, ""))
            return ""
        text: str = event.value
        if event.anchor or event.tag:
            self.sure = False
        elif event.implicit[0] and text[:1] in _RESOLVERS:
            tag = _tag(text)
            self._doubt(tag == _MERGE or tag not in PLAIN_TAGS)
        return text

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if not event.implicit[0] or text[:1] not in _RESOLVERS:
            return text
        tag = _tag(text)
        self._doubt(tag not in PLAIN_TAGS)
        return text if tag == STR else value_of(text)


def _tag(text: str) -> str:
    for tag, matches in _RESOLVERS[text[:1]]:
        if matches(text):
            return tag
    return STR


def _resolvers() -> dict[str, list[tuple[str, Callable[[str], object]]]]:
    """Return the patterns of YAML 1.2 by first character, as ruamel tries them."""
    found: dict[str, list[tuple[str, Callable[[str], object]]]] = {}
    for versions, tag, pattern, first in implicit_resolvers:
        for start in first if (1, 2) in versions else ():
            found.setdefault(start, []).append((tag, pattern.match))
    return found


_RESOLVERS = _resolvers()
