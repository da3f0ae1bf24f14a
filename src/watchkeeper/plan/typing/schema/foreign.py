"""The first look at an input schema: is it JSON at all, and of a size that can be worked on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from watchkeeper.errors import PlanRefused, cut

MAX_DEPTH = 96
MAX_VALUES = 200_000
MAX_TEXT = 4_194_304
_ADVICE = "have the tool's server mend its input schema, or leave the tool out of the tool file"


def check_foreign(value: object, tool: str) -> None:
    """Accept any JSON value whose later handling can not exhaust stack or memory.

    Loops and non-JSON values are refused too: the value may come from a Python program.

    Raises:
        PlanRefused: naming the tool and what is wrong.
    """
    text = count = 0
    pending: list[tuple[Any, int]] = [(value, 1)]
    while pending:
        item, depth = pending.pop()
        count += 1
        text += _check_leaf(item, tool)
        if depth > MAX_DEPTH:
            raise refused(tool, f"input schema nested deeper than {MAX_DEPTH}")
        if count > MAX_VALUES or text > MAX_TEXT:
            raise refused(tool, f"input schema with more than {MAX_VALUES} values or 4 MiB of text")
        pending.extend((child, depth + 1) for child in _children(item))


def refused(tool: str, why: str, advice: str = _ADVICE) -> PlanRefused:
    """Return the load error of one tool."""
    return PlanRefused(f"tool {cut(tool)}: {why}", advice)


def _children(item: object) -> Iterator[object]:
    if isinstance(item, dict):
        yield from item
        yield from item.values()
    elif isinstance(item, list):
        yield from item


def _check_leaf(item: object, tool: str) -> int:
    if isinstance(item, str):
        return _check_text(item, tool)
    if isinstance(item, float) and not math.isfinite(item):
        raise refused(tool, f"input schema holds a number that JSON has not: {cut(item)}")
    if item is None or isinstance(item, bool | int | float | list):
        return 0
    if isinstance(item, dict):
        wrong = next((key for key in item if not isinstance(key, str)), None)
        if wrong is None:
            return 0
        raise refused(tool, f"input schema has a key that is no text: {cut(wrong)}")
    raise refused(tool, f"input schema holds a value that is no JSON: {cut(type(item).__name__)}")


def _check_text(item: str, tool: str) -> int:
    if not item.isascii():
        try:
            item.encode()
        except UnicodeEncodeError:
            raise refused(
                tool, f"input schema holds a lone surrogate: {cut(ascii(item))}"
            ) from None
    return len(item)
