"""A spreadsheet opened: bounds and refusals before anything is parsed.

A merged range of the whole sheet, a DOCTYPE or a member that unpacks without end is refused here:
the library that reads spreadsheets would take them at their word.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING
from xml.parsers import expat

from watchkeeper.errors import ImportRefused, cut

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MOST_BYTES = 16 * 1024 * 1024
MOST_UNPACKED = 32 * 1024 * 1024
MOST_MEMBERS = 2_000
MOST_RATIO = 200
UNSUSPICIOUS = 4 * 1024 * 1024
"""A member of this size may be packed ever so well: a sheet of equal rows is."""
MOST_CELLS = 400_000
MOST_MERGED = 100_000
_RANGES = frozenset({"mergeCell", "hyperlink"})
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")


_BROKEN = (
    *(ValueError, TypeError, AttributeError, ArithmeticError),
    *(SyntaxError, OSError, RecursionError, AssertionError, NotImplementedError, EOFError),
    *(zipfile.BadZipFile, zlib.error, LookupError),
)
"""What the library raises on bytes that are no workbook; it promises nothing narrower."""


def open_sheets(raw: bytes) -> list[Worksheet]:
    """Return the sheets of a workbook, with its formulas as they are written.

    Raises:
        ImportRefused: no spreadsheet, with macros, larger than we read, or it does not parse.
        ModuleNotFoundError: openpyxl is not there.
    """
    check_container(raw)
    from openpyxl import utils

    exceptions = utils.exceptions
    own = (exceptions.CellCoordinatesException, exceptions.InvalidFileException)
    with warnings.catch_warnings():
        # It warns of what it leaves out when it writes; we only read.
        warnings.simplefilter("ignore")
        try:
            pages = _pages(raw)
        except (*_BROKEN, *own, exceptions.SheetTitleException, exceptions.IllegalCharacterError):
            raise ImportRefused("no workbook: it does not parse", "save it again") from None
    return pages


def _pages(raw: bytes) -> list[Worksheet]:
    """Read the sheets; the strings that cells share as they are spelt, as all others are.

    The library's own reader takes `x005F_` out of those alone: a text that is escaped would be
    read as what it only looks like.
    """
    from openpyxl.cell.text import Text
    from openpyxl.reader.excel import SHARED_STRINGS, ExcelReader
    from openpyxl.xml.constants import SHEET_MAIN_NS
    from openpyxl.xml.functions import iterparse

    class Reader(ExcelReader):  # type: ignore[misc] # it has no types of its own
        def read_strings(self) -> None:
            part = self.package.find(SHARED_STRINGS)
            if part is None:
                return
            with self.archive.open(part.PartName[1:]) as file:
                for _, node in iterparse(file):
                    if node.tag == f"{{{SHEET_MAIN_NS}}}si":
                        self.shared_strings.append(Text.from_tree(node).content)
                        node.clear()

    reader = Reader(io.BytesIO(raw), keep_links=False)
    reader.read()
    return list(reader.wb.worksheets)


def check_container(raw: bytes) -> None:
    """Look at the bytes of a spreadsheet before they are parsed.

    Raises:
        ImportRefused: no spreadsheet, with macros, or larger than we read.
    """
    if len(raw) > MOST_BYTES:
        raise ImportRefused(f"larger than {MOST_BYTES // 1024 // 1024} MiB", "split it")
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise ImportRefused(
            "an old or encrypted workbook", "save it as an .xlsx without a password"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _check_members(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError):
        raise ImportRefused("no .xlsx: it does not unpack", "save it again as an .xlsx") from None
    except RuntimeError:
        raise ImportRefused("an encrypted member", "save it without a password") from None


def _check_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = [member.filename for member in members]
    if len(members) > MOST_MEMBERS or len(set(names)) != len(names):
        raise ImportRefused("too many members, or two of one name", "save it again as an .xlsx")
    if any("vbaproject" in name.casefold() for name in names):
        raise ImportRefused("a workbook with macros", "save it as an .xlsx without macros")
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise ImportRefused("a bomb: it unpacks to more than 32 MiB", "split it")
    left, seen = MOST_UNPACKED, _Seen()
    for member in members:
        with archive.open(member) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0 or len(content) > max(MOST_RATIO * member.compress_size, UNSUSPICIOUS):
            raise ImportRefused(f"a bomb: {cut(member.filename)} unpacks without end", "split it")
        seen.look_at(member.filename, content)


class _Seen:
    """Counts what the sheets ask for, whatever their members are called."""

    def __init__(self) -> None:
        self.cells = 0
        self.merged = 0

    def look_at(self, name: str, content: bytes) -> None:
        """Read a member as XML, if it is that; what is not, no reader takes for XML.

        One in a spelling that can not be read here may be read elsewhere: it is refused, whatever
        it is called.
        """
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype(name)
        parser.StartElementHandler = self._element
        try:
            parser.Parse(content, True)
        except expat.ExpatError:
            if name.endswith((".xml", ".rels")):
                message = f"{cut(name)} is not XML"
                raise ImportRefused(message, "save it again as an .xlsx") from None
        except (LookupError, ValueError):
            message = f"{cut(name)} is in an encoding that is not read"
            raise ImportRefused(message, "save it again as an .xlsx") from None

    def _doctype(self, name: str) -> Callable[..., None]:
        def refuse(*_: object) -> None:
            raise ImportRefused(f"a DOCTYPE in {cut(name)}", "save it again as an .xlsx")

        return refuse

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        plain = name.rpartition(":")[2]
        if plain == "c":
            self.cells += 1
        elif plain in _RANGES:
            # The library makes a cell of each: of a merged range, and of one that is a link.
            self.merged += _area(attributes.get("ref", ""))
        if self.cells > MOST_CELLS:
            raise ImportRefused(f"more than {MOST_CELLS} cells", "leave out sheets and empty rows")
        if self.merged > MOST_MERGED:
            raise ImportRefused("merged or linked ranges without end", "undo them (unmerge cells)")


def _area(ref: str) -> int:
    """Return how many cells a range has; one that can not be read counts as too many."""
    found = _RANGE.fullmatch(ref.upper())
    if found is None:
        return MOST_MERGED + 1
    columns = [_number(name) for name in (found[1], found[3] or found[1])]
    rows = [int(number) for number in (found[2], found[4] or found[2])]
    return (abs(columns[1] - columns[0]) + 1) * (abs(rows[1] - rows[0]) + 1)


def _number(column: str) -> int:
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - 64
    return number
