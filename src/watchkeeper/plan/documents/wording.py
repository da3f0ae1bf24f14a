"""Words that bind: must, shall, may only, never; and letters that only look like theirs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

WORDS = ("must", "shall", "may only", "never")
_SHORT = {"must": r"must(?:n't)?", "shall": r"(?:shall|shan't)"}
# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties: first and last of each range.
_IGNORABLE = (
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
_APART = frozenset("\t\n\v\f\r\x85")
"""Controls that set words apart; all others are not drawn."""
_NOT_DRAWN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
"""The controls of ASCII that are not drawn; all else in it is drawn as it is, or sets apart."""
_QUOTES = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4\u2039\u203a", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    "\u2026": "...",
}
# Letters of other scripts, and small capitals, that are drawn like Latin ones.
_ALIKE = {
    "a": "\u0430\u03b1\u0251\u1d00\u0410\u0391",
    "b": "\u0432\u0412\u0392\u0299",
    "c": "\u0441\u0421\u03f2\u03f9\u1d04",
    "d": "\u0501\u1d05",
    "e": "\u0435\u03b5\u1d07\u0415\u0395\u212e",
    "g": "\u0261\u0581\u0262",
    "h": "\u04bb\u043d\u041d\u0397\u0570\u029c",
    "i": "\u0456\u03b9\u0131\u0406\u0399\u026a",
    "j": "\u0458\u0408\u1d0a",
    "k": "\u043a\u03ba\u041a\u039a\u1d0b",
    "l": "\u04cf\u01c0\u04c0\u029f\u0142",
    "m": "\u043c\u041c\u039c\u1d0d\u03fb",
    "n": "\u043f\u03b7\u0578\u057c\u0274\u039d",
    "o": "\u043e\u03bf\u0585\u1d0f\u041e\u039f\u00f8",
    "p": "\u0440\u03c1\u0420\u03a1\u1d18",
    "q": "\u051b\u0566",
    "r": "\u0433\u0280\u1d26",
    "s": "\u0455\u0405\ua731\u01bd",
    "t": "\u0442\u03c4\u0422\u03a4\u1d1b\u0167",
    "u": "\u057d\u03c5\u1d1c\u028b\u00b5\u03bc",
    "v": "\u03bd\u0475\u1d20",
    "w": "\u051d\u0561\u1d21\u03c9",
    "x": "\u0445\u03c7\u0425\u03a7",
    "y": "\u0443\u03b3\u028f\u0423\u03a5\u04af",
    "z": "\u1d22\u0396",
}
_LATIN = {ord(other): latin for latin, others in _ALIKE.items() for other in others}


@dataclass(frozen=True, slots=True)
class Wording:
    """The binding words of a text, and whether some are spelt with letters that only look alike."""

    words: tuple[str, ...]
    disguised: bool = False


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words that bind in one document: the four of English, and what `words:` adds."""

    patterns: tuple[tuple[str, re.Pattern[str]], ...]

    def find(self, text: str) -> Wording:
        """Return the binding words of `text`, whole words, whatever their case."""
        plain = visible(text).casefold()
        found = [word for word, pattern in self.patterns if pattern.search(plain)]
        folded = fold(text)
        more = [w for w, pattern in self.patterns if w not in found and pattern.search(folded)]
        return Wording((*found, *more), bool(more))


def lexicon(added: Iterable[str] = ()) -> Lexicon:
    """Return the words that bind, with those that a document adds in its own language."""
    words = dict.fromkeys((*WORDS, *(" ".join(word.casefold().split()) for word in added)))
    return Lexicon(tuple((word, _pattern(word)) for word in words if word))


def visible(text: str) -> str:
    """Return `text` as it is seen: NFC, without what is not drawn, plain quotes and dashes."""
    if text.isascii() and not _NOT_DRAWN.search(text):
        return " ".join(text.split())
    drawn = "".join(c for c in text if not _is_invisible(c))
    plain = "".join(_QUOTES.get(c, c) for c in unicodedata.normalize("NFC", drawn))
    return " ".join(plain.split())


def fold(text: str) -> str:
    """Return `text` as it looks: letters of other scripts and styles become the Latin ones."""
    apart = unicodedata.normalize("NFKD", visible(text).translate(_LATIN))
    bare = apart if apart.isascii() else "".join(filter(_is_base, apart))
    return " ".join(bare.translate(_LATIN).casefold().translate(_LATIN).split())


def _is_base(character: str) -> bool:
    return not unicodedata.combining(character)


def _is_invisible(character: str) -> bool:
    if character.isascii() and character.isprintable():
        return False
    kind = unicodedata.category(character)
    if kind in {"Cf", "Cc"}:
        return character not in _APART
    return any(first <= ord(character) <= last for first, last in _IGNORABLE)


def _pattern(word: str) -> re.Pattern[str]:
    # A word of the document's own is looked for as it is written and as it looks.
    spelt = {visible(word).casefold(), fold(word)}
    known = _SHORT.get(word)
    choices = known or "|".join(r"\s+".join(map(re.escape, one.split())) for one in sorted(spelt))
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)")
