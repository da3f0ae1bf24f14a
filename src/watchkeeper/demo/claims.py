"""What the demonstration claims: each claim is worked out from what happened, and told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence, whether it held, and what was seen."""

    text: str
    held: bool
    seen: str = ""


class Teller(Protocol):
    """Tells a person how the demonstration goes on."""

    def act(self, title: str) -> None:
        """A part begins."""
        ...

    def claim(self, claim: Claim) -> None:
        """Something was checked."""
        ...

    def actions(self, count: int) -> None:
        """The agent has done so many actions."""
        ...


@dataclass(slots=True)
class Claims:
    """All that was claimed so far."""

    teller: Teller
    made: list[Claim] = field(default_factory=list)

    @property
    def all_held(self) -> bool:
        """Whether there are claims, and every one held."""
        return bool(self.made) and all(claim.held for claim in self.made)

    def check(self, text: str, held: bool, seen: object = "") -> bool:  # noqa: FBT001 - the claim
        """Note a claim and tell it; returns whether it held."""
        claim = Claim(text, held, str(seen))
        self.made.append(claim)
        self.teller.claim(claim)
        return held

    def same(self, text: str, found: object, wanted: object) -> bool:
        """Claim that what was found is what should be."""
        held = found == wanted
        return self.check(text, held, _short(found) if held else f"{found!r}, not {wanted!r}")


def _short(found: object) -> str:
    if isinstance(found, (list, tuple, set, frozenset)):
        return ", ".join(sorted(map(str, found))) if len(found) <= 4 else f"{len(found)} in all"
    return "" if isinstance(found, (bool, dict)) else str(found)
