"""A document under control as blocks, by the kind of its file."""

from __future__ import annotations

import functools
from collections.abc import Callable

from watchkeeper.errors import PlanUnreadable, cut
from watchkeeper.plan.documents.blocks import Reading
from watchkeeper.plan.documents.plain import read_plain

MAX_TEXT = 1024 * 1024


def read_document(name: str, raw: bytes) -> Reading | None:
    """Return what a document says; None for a kind of file whose sentences we do not read.

    Raises:
        PlanUnreadable: it is not what its name says, or can not be believed.
    """
    ending = name.rpartition(".")[2].casefold()
    return _read(ending, raw) if ending in _READERS else None


@functools.lru_cache(maxsize=16)
def _read(ending: str, raw: bytes) -> Reading:
    # Lint, the plan and what is shown of it ask for the same bytes one after the other.
    return _READERS[ending](raw)


def _markdown(raw: bytes) -> Reading:
    # Its library is loaded where there is a document for it: most commands read none.
    from watchkeeper.plan.documents.markdown import read_markdown

    return read_markdown(_text(raw))


def _docx(raw: bytes) -> Reading:
    from watchkeeper.plan.documents.docx.read import read_docx

    return read_docx(raw)


def _text(raw: bytes) -> str:
    if len(raw) > MAX_TEXT:
        raise PlanUnreadable(f"larger than {MAX_TEXT // 1024} KiB", "split it")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise PlanUnreadable(f"not UTF-8 in line {line}", "save the file as UTF-8") from None
    if "\0" in text:
        raise PlanUnreadable(f"not text: {cut(text[:20])}", "save the file as UTF-8")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


_READERS: dict[str, Callable[[bytes], Reading]] = {
    "md": _markdown,
    "markdown": _markdown,
    "txt": lambda raw: read_plain(_text(raw)),
    "docx": _docx,
    "docm": _docx,
}
