"""The paragraphs of one part of a .docx, as they read once every open change is accepted.

What is inserted or moved here counts as written; what is deleted or moved away does not. A field
shows its result, not its code (ECMA-376 part 1, 17.13 and 17.16).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from watchkeeper.plan.documents.blocks import Block, Note, Seen
from watchkeeper.plan.documents.docx.labels import sign
from watchkeeper.plan.documents.docx.markup import Attributes, local, namespace
from watchkeeper.plan.documents.docx.styles import Styles, attribute, value_of

_GONE = frozenset({"del", "moveFrom"})
_CHANGED = frozenset(
    [
        "ins",
        "del",
        "moveFrom",
        "moveTo",
        "cellIns",
        "cellDel",
        "cellMerge",
        "numberingChange",
        "conflictIns",
        "conflictDel",
        "moveFromRangeStart",
        "moveToRangeStart",
        "customXmlInsRangeStart",
        "customXmlDelRangeStart",
        "customXmlMoveFromRangeStart",
        "customXmlMoveToRangeStart",
    ]
)
_SPACES = frozenset({"tab", "br", "cr", "ptab"})
_OFF = frozenset({"0", "false", "off"})
_FETCHING = frozenset({"includetext", "includepicture", "dde", "ddeauto", "link", "database"})
_PICTURES = frozenset({"drawing", "pict", "object"})
_COMPARED = 50_000_000
"""So many signs are looked through for what only older programs show; beyond, all of it counts."""
_EMBEDDED = frozenset({"altChunk", "subDoc"})
SAYS = {
    Seen.TRACKED: "changes stand open in it: with them and without it says different things",
    Seen.HIDDEN: "it holds hidden text, which is read as any other",
    Seen.ALTERNATE: "it says one thing in one program and another in an older one",
    Seen.BOUND: "text of it is filled in from data in the file when it is opened",
    Seen.OUTSIDE: "a field of it fetches text from elsewhere, which is not read",
    Seen.EMBEDDED: "another document is put into it, which is not read",
    Seen.OPEN_FIELD: "a field in it never ends: its code is read as text",
    Seen.LABELS: "the labels of its lists hold words, which are not read",
    Seen.PICTURES: "what its pictures and drawings show is not read",
}


@dataclass(slots=True)
class _Paragraph:
    pieces: list[str] = field(default_factory=list)
    style: str = ""
    level: int | None = None
    ended: bool = True


@dataclass(slots=True)
class _Alternate:
    """A choice of one of two texts: what was said before and in the first of them."""

    blocks: int
    pieces: int
    paragraph: _Paragraph | None
    spare: list[str] = field(default_factory=list)


class Paragraphs:
    """Gathers the blocks of a part, with what was seen in it. `fields` off reads their code too."""

    def __init__(self, styles: Styles, of: str, *, fields: bool = True) -> None:
        self.styles, self.of, self.fields = styles, of, fields
        self.blocks: list[Block] = []
        self.seen: set[Seen] = set()
        self._path: list[str] = []
        self._open: list[_Paragraph] = []
        self._codes: list[bool] = []
        self._in_code = 0
        self._code: list[str] = []
        self._alternates: list[_Alternate] = []
        self._rows: list[bool] = []
        self._joined = ""
        self._vanished = False
        self._gone = 0
        self._count = 0

    @property
    def open_fields(self) -> bool:
        """Say whether a field began and did not end."""
        return bool(self._codes)

    def notes(self) -> tuple[Note, ...]:
        """Return what was seen, in words."""
        return tuple(Note(seen, SAYS[seen]) for seen in sorted(self.seen))

    def finish(self) -> None:
        """Give out what a deleted paragraph mark left waiting for a next paragraph."""
        if self._joined.strip():
            self._put(_Paragraph([self._joined]))

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element."""
        tag = local(name)
        self._path.append(tag)
        self._note(tag, attributes)
        if tag in _GONE:
            self._deleted()
        elif tag == "p" and _is_word(name):
            self._open.append(_Paragraph([self._joined] if self._joined else []))
            self._joined = ""
        elif tag == "tr":
            self._rows.append(False)
        elif tag == "r":
            self._vanished = False
        elif tag == "AlternateContent":
            here = self._open[-1] if self._open else None
            pieces = len(here.pieces) if here else 0
            self._alternates.append(_Alternate(len(self.blocks), pieces, here))
        elif tag == "Fallback" and self._alternates:
            self._open.append(_Paragraph())
        else:
            self._detail(tag, attributes)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        tag = self._path.pop()
        if tag in _GONE:
            self._gone -= 1
        elif tag == "p" and _is_word(name) and self._open:
            self._close(self._open.pop())
        elif tag == "tr" and self._rows and self._rows.pop():
            self._gone -= 1
        elif tag == "Fallback" and self._alternates and self._open:
            self._spare("".join(self._open.pop().pieces))
        elif tag == "AlternateContent" and self._alternates:
            self._choose(self._alternates.pop())
        elif tag == "instrText":
            self._fetches("".join(self._code))
            self._code.clear()

    def text(self, said: str) -> None:
        """Take text."""
        tag = self._path[-1] if self._path else ""
        if tag == "instrText":
            self._code.append(said)
            if self.fields or not self._codes:
                return
        elif tag != "t":
            return
        self._say(said)

    def _say(self, said: str) -> None:
        if self._gone or (self.fields and self._in_code) or not self._open:
            return
        if self._vanished:
            self.seen.add(Seen.HIDDEN)
        self._open[-1].pieces.append(said)

    def _note(self, tag: str, attributes: Attributes) -> None:
        if tag in _CHANGED or tag.endswith("PrChange"):
            self.seen.add(Seen.TRACKED)
        elif tag in _EMBEDDED:
            self.seen.add(Seen.EMBEDDED)
        elif tag in _PICTURES:
            self.seen.add(Seen.PICTURES)
        elif tag == "dataBinding":
            self.seen.add(Seen.BOUND)
        elif tag in {"vanish", "webHidden"} and value_of(attributes) not in _OFF:
            self._vanished = "r" in self._path[-3:]
            if not self._vanished and "pPr" not in self._path:
                self.seen.add(Seen.HIDDEN)

    def _deleted(self) -> None:
        """Take a deletion: of a run, of a row, or of the mark at the end of a paragraph."""
        self._gone += 1
        within = self._path[-3:-1]
        if within == ["pPr", "rPr"] and self._open:
            self._open[-1].ended = False
        elif within[-1:] == ["trPr"] and self._rows and not self._rows[-1]:
            self._rows[-1] = True
            self._gone += 1

    def _detail(self, tag: str, attributes: Attributes) -> None:
        if tag in _SPACES and self._path[-2:-1] == ["r"]:
            self._say(" ")
        elif tag == "noBreakHyphen":
            self._say("-")
        elif tag == "sym":
            self._say(sign(attributes))
        elif tag == "fldChar":
            self._field(attribute(attributes, "fldCharType") or "")
        elif tag == "fldSimple":
            self._fetches(attribute(attributes, "instr") or "")
        elif (
            self._open
            and "pPr" in self._path
            and not any(one.endswith("Change") for one in self._path)
        ):
            self._property(self._open[-1], tag, value_of(attributes))

    def _property(self, paragraph: _Paragraph, tag: str, value: str) -> None:
        if tag == "pStyle":
            paragraph.style = value
        elif tag == "ilvl" and value.isdecimal():
            paragraph.level = int(value[:2]) + 1
        elif tag == "numId":
            paragraph.level = 0 if value == "0" else paragraph.level or 1

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self._codes.append(True)
            self._in_code += 1
        elif self._codes and kind == "separate":
            self._in_code -= self._codes[-1]
            self._codes[-1] = False
        elif self._codes and kind == "end":
            self._in_code -= self._codes.pop()

    def _fetches(self, code: str) -> None:
        if code.split(maxsplit=1)[:1] and code.split(maxsplit=1)[0].casefold() in _FETCHING:
            self.seen.add(Seen.OUTSIDE)

    def _close(self, paragraph: _Paragraph) -> None:
        if paragraph.ended:
            self._put(paragraph)
        else:
            self._joined = "".join(paragraph.pieces)

    def _put(self, paragraph: _Paragraph) -> None:
        self._count += 1
        text = "".join(paragraph.pieces)
        if not text.strip():
            return
        if "Fallback" in self._path and self._alternates:
            self._spare(text)
            return
        level, heading = self.styles.of(paragraph.style)
        level = level if paragraph.level is None else paragraph.level
        place = f"paragraph {self._count} of {self.of}"
        self.blocks.append(Block(text, text, place, 0, level, heading))

    def _spare(self, text: str) -> None:
        if text.strip():
            self._alternates[-1].spare.append(text)

    def _choose(self, alternate: _Alternate) -> None:
        """Keep what only older programs show, where it is not what the others show as well."""
        shown = [block.text for block in self.blocks[alternate.blocks :]]
        if alternate.paragraph is not None:
            shown.append("".join(alternate.paragraph.pieces[alternate.pieces :]))
        said = " ".join(" ".join(shown).split())
        too_much = len(said) * len(alternate.spare) > _COMPARED
        for text in alternate.spare:
            if too_much or " ".join(text.split()) not in said:
                self.seen.add(Seen.ALTERNATE)
                self.blocks.append(Block(text, text, f"an older text of {self.of}"))


def _is_word(name: str) -> bool:
    return "wordprocessingml" in namespace(name)
