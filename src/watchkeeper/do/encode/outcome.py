"""What encoding gives: the parts of a Cedar context, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Encoded:
    """The parts of the Cedar context that come from the arguments, as plain JSON values.

    To be evaluated with the schema handle always: decimals, times and addresses are texts, and
    enum values `{"type", "id"}`, which only the schema tells from strings and records. `nulls` and
    `opaque` are sorted paths. `numbers` are the exact numbers by dotted path, outside lists.
    """

    args: dict[str, Any]
    size: dict[str, int]
    derived: dict[str, Any]
    nulls: list[str]
    opaque: list[str]
    numbers: Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Unencodable:
    """The arguments can not be shown to policy exactly, so the action is refused."""

    path: str
    why: str


class Refusal(Exception):
    """Carries an `Unencodable` up to the encoder's door."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.value = Unencodable(path, why)


def number_at(encoded: Encoded, path: str) -> Decimal | None:
    """Return the exact number at a dotted path below the arguments, or of `derived.<name>`.

    None where the value is absent, null, no number, or stands in a list. A scaled argument gives
    its own value, not the scaled one.
    """
    number = encoded.numbers.get(path)
    return None if number is None else Decimal(number)
