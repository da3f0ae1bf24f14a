"""From what a file says to the text of a cell, and from the text of a cell to what it means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from unicodedata import category

from watchkeeper.errors import cut
from watchkeeper.ledger.canonical import canonical, sha256_hex
from watchkeeper.plan.exchange.xlsx.tables import Column, Kind, Table
from watchkeeper.plan.workspace.models.scalars import check_id

_SPELT = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LOOKS_SPELT = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_UNSEEN = frozenset((*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080)))
"""What turns the order of letters about, and tags: nobody sees that they are there."""
IN_THE_FILE = "(more than fits a cell: see the file)"
"""Stands for a value that only its file can hold; it is never read back."""
LONGEST = 32_767
"""How many characters a cell takes, as UTF-16 counts them (Excel's own limit)."""
_LINE_END = re.compile("\r\n|[\r\x85\u2028\u2029]")
_SPLIT = re.compile(r"[,;\n]")
_ANNEX = re.compile(r"A\.[0-9]+(\.[0-9]+){1,2}")


def texts_of(table: Table, value: Mapping[str, Any]) -> dict[str, str]:
    """Return the cells of a row, by the key of their column."""
    return {one.key: text_at(value, one.place) for one in table.read}


def text_at(value: Any, place: tuple[str, ...]) -> str:
    """Return what stands at a place of a file as the text of a cell; nothing is empty text.

    Of a list each item once: so it is read back, and an id that stands there twice says no more.
    """
    for part in place:
        value = value.get(part) if isinstance(value, Mapping) else None
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        plain = all(isinstance(one, str) and not _SPLIT.search(one) for one in value)
        return ", ".join(dict.fromkeys(value)) if plain else IN_THE_FILE
    return plain_text(str(value)) if isinstance(value, str | int) else IN_THE_FILE


def plain_text(text: str) -> str:
    """Return text with plain line ends and without white space at its ends.

    YAML takes more characters for line ends than people do (YAML 1.1, 5.4): they become one.
    """
    return _LINE_END.sub("\n", text).replace("\ufeff", "").strip()


def spelt(text: str) -> str:
    """Return text as a cell spells it: what looks like an escaped character is escaped itself.

    Programs read `_x0041_` as the letter A (ECMA-376 part 1, 22.9.2.19). Two of them may share the
    low line between them, as in `_x0041_x0042_`.
    """
    return _LOOKS_SPELT.sub("_x005F_", text)


def unspelt(text: str) -> str:
    """Return what a cell's text means, its escaped characters put in."""
    return _SPELT.sub(lambda found: chr(int(found[1], 16)), text)


def odd_in(text: str) -> str | None:
    """Return the first character that is no text, or that nobody sees; None where all is plain."""
    return next((char for char in text if _is_odd(char)), None)


def _is_odd(char: str) -> bool:
    if char in "\n\t" or "\x20" <= char <= "\x7e":
        return False
    return category(char) in {"Cc", "Cs"} or ord(char) in _UNSEEN or char in "\ufffe\uffff"


def row_digest(texts: Mapping[str, str]) -> str:
    """Return the digest by which a row is recognised as unchanged."""
    return sha256_hex(canonical(dict(texts)))


def understood(column: Column, text: str, people: Mapping[str, str]) -> str:
    """Return what a cell means, spelt as the files spell it; `people` are names by id.

    Raises:
        ValueError: it means nothing here; the message says what it could be.
    """
    if not text:
        if column.needed:
            raise ValueError("is empty, and has to say something")
        return ""
    reader = {
        Kind.ID: check_id,
        Kind.CONTROL: _control,
        Kind.LIST: _list,
        Kind.DAY: _day,
        Kind.NUMBER: _number,
    }.get(column.kind)
    if reader is not None:
        return reader(text)
    if column.kind is Kind.PERSON:
        return _person(text, people)
    return _choice(column, text) if column.kind is Kind.CHOICE else text


def _control(text: str) -> str:
    return text if _ANNEX.fullmatch(text) else check_id(text)


def _list(text: str) -> str:
    return ", ".join(dict.fromkeys(part.strip() for part in _SPLIT.split(text) if part.strip()))


def _day(text: str) -> str:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("is no day like `2027-06-30`")
    return date.fromisoformat(text).isoformat()


def _number(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError("is no whole number")
    return str(int(text))


def _person(text: str, people: Mapping[str, str]) -> str:
    if text in people:
        return text
    found = [id_ for id_, name in people.items() if name == text]
    if len(found) != 1:
        raise ValueError("is nobody of `people:`, by id or by exact name")
    return found[0]


def _choice(column: Column, text: str) -> str:
    said = " ".join(text.casefold().split())
    for word, also in column.words.items():
        if said in {word, word.replace("-", " "), *also}:
            return word
    raise ValueError(f"is none of {', '.join(cut(word) for word in column.words)}")
