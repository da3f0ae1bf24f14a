"""What is known of one shard's payloads: which there are, which are erased, and on whose word.

Memory: twelve bytes and a few bits for each record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from watchkeeper.ledger.marks import Decided, Marks
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Erased


@dataclass(slots=True)
class Held:
    """The payloads of one shard, of which `size` records were followed.

    `looked` says that the payloads themselves were at hand. What is erased, and what the stubs in
    the place of payloads say, is kept by the shard whose records say so.
    """

    shard: int = 0
    size: int = 0
    looked: bool = False
    _decided: Decided = field(default_factory=Decided)
    _never: set[int] = field(default_factory=lambda: {0})
    _bearing: Marks = field(default_factory=Marks)
    _erased: defaultdict[int, Marks] = field(default_factory=lambda: defaultdict(Marks))
    _stubs: defaultdict[int, Marks] = field(default_factory=lambda: defaultdict(Marks))
    _present: Marks = field(default_factory=Marks)
    _unknown: Marks = field(default_factory=Marks)
    _counted: list[tuple[int, Instant, Ref]] = field(default_factory=list)

    def decision(self, index: int, plan: str, system: str, at: int) -> None:
        """Note a decision: it has a payload, and an age."""
        self._decided.add(index, plan, system, Instant(at))
        self._bearing.add(index)

    def belongs(self, index: int, of: tuple[str, str, Instant] | None) -> None:
        """Note a record about a decision, by plan, system and time of that; None if unknown."""
        if of is None:
            self._unknown.add(index)
        else:
            self._decided.add(index, *of)

    def effect(self, index: int) -> None:
        """Note an effect: it has a payload."""
        self._bearing.add(index)

    def release(self, index: int) -> None:
        """Note a plan: it can never be erased."""
        self._never.add(index)

    def erased(self, index: int, by: int) -> None:
        """Note that a record of shard `by` says that a payload is erased."""
        self._erased[by].add(index)

    def payload(self, index: int, stub: Erased | None) -> None:
        """Note what a home holds beside a record: a payload, or what is left of an erased one."""
        if stub is None:
            self._present.add(index)
        else:
            self._stubs[self.shard if stub.shard is None else stub.shard].add(index)

    def counted(self, index: int, until: Instant, stub: Erased) -> None:
        """Note that what a stub lacks would have counted until then."""
        by = Ref(self.shard if stub.shard is None else stub.shard, stub.by)
        self._counted.append((index, until, by))

    def too_soon(self, by: int, times: Mapping[int, Instant]) -> Iterator[int]:
        """Yield the payloads that an erasure of shard `by` took while their keys still counted.

        `times` are those of that shard's erasures, by index. What none of them took is `unsaid`.
        """
        for index, until, ref in self._counted:
            said = ref.shard == by and index in self._erased[by]
            if said and times.get(ref.index, Instant(0)) < until:
                yield index

    def decided(self, index: int) -> tuple[str, str, Instant] | None:
        """Return plan, system and time of the decision that a record is or is about, or None."""
        return self._decided.of(index)

    def is_about_unknown(self, index: int) -> bool:
        """Tell whether a record is about a decision that is not at hand."""
        return index in self._unknown

    def is_never_erased(self, index: int) -> bool:
        """Tell whether a record holds a plan, or the first words of the shard."""
        return index in self._never

    def gone(self) -> dict[int, int]:
        """Return how many payloads are erased, by the shard whose records are said to say so."""
        return {shard: sum(1 for _ in marks) for shard, marks in sorted(self._stubs.items())}

    def unsaid(self, by: int) -> Iterator[int]:
        """Yield the payloads that are gone on the word of shard `by`, which did not give it."""
        return (index for index in self._stubs[by] if index not in self._erased[by])

    def left(self, by: int) -> Iterator[int]:
        """Yield the payloads that are still there though a record of shard `by` erased them."""
        there = (index for index in self._erased[by] if index in self._present)
        return (index for index in there if index not in self._never)

    def unexplained(self) -> int:
        """Return how many records should have a payload, and have neither one nor a stub."""
        stubs = self._stubs.values()
        return sum(
            1
            for index in self._bearing
            if index not in self._present and not any(index in marks for marks in stubs)
        )
