"""Step 21 for a bundle: nothing that its selection names was left out."""

from __future__ import annotations

from watchkeeper.records.instant import render_instant
from watchkeeper.verify.bundle.file import BundleFile
from watchkeeper.verify.bundle.manifest import Run
from watchkeeper.verify.entries import Decided, Fact
from watchkeeper.verify.report import Report

COMPLETE = 21


class Completeness:
    """Takes up the facts of a bundle in order and holds them against what its manifest claims.

    Times never decrease in a log (step 6), so records on both sides of a time bound it.
    """

    def __init__(self, bundle: BundleFile, report: Report) -> None:
        self._bundle, self._report = bundle, report
        manifest = bundle.manifest
        self._selection = manifest.selection
        self._chosen = None if manifest.chosen is None else frozenset(manifest.chosen)
        self._neighbours = frozenset(manifest.neighbours)
        self._before, self._after = -1, manifest.size
        self._left_out: list[int] = []

    def take(self, fact: Fact) -> None:
        """Take up the next record."""
        inside = self._inside(fact)
        if fact.index in self._neighbours and inside and self._selection.timed:
            self._report.fail(COMPLETE, "named as a neighbour, but within the time", fact.index)
        chosen = self._chosen is None or fact.index in self._chosen
        if inside and not chosen and self._sought(fact):
            self._left_out.append(fact.index)

    def finish(self) -> None:
        """Say whether what was asked for is all there."""
        self._check_claims()
        wanted = self._wanted()
        if wanted is None:
            what = "records were picked out: that others of the kind were left out can not be seen"
            self._report.skip(COMPLETE, what)
            return
        first, end = wanted
        if first < end and not any(a <= first and end <= b for a, b in self._bundle.runs):
            what = f"not every record from {first} to {end - 1} is there"
            self._report.fail(COMPLETE, what)
        for index in self._left_out if self._selection.complete else ():
            self._report.fail(COMPLETE, "left out of what was chosen", index)
        self._report.say(COMPLETE, self._sentence(wanted))

    def _inside(self, fact: Fact) -> bool:
        since, until = self._selection.since, self._selection.until
        if since is not None and fact.at < since:
            self._before = max(self._before, fact.index)
            return False
        if until is not None and fact.at >= until:
            self._after = min(self._after, fact.index)
            return False
        return True

    def _sought(self, fact: Fact) -> bool:
        system = self._selection.system
        if system is None or self._selection.control or self._selection.decision:
            return False
        return isinstance(fact.said, Decided) and fact.said.system == system

    def _wanted(self) -> Run | None:
        """Return the run that must be there without a gap, or None if nothing says so."""
        selection, size = self._selection, self._bundle.manifest.size
        if selection.sought and not selection.complete:
            return None
        if selection.timed:
            return self._before + 1, self._after
        if selection.index:
            return selection.index[0], min(size, selection.index[1])
        if selection.sought and self._chosen:
            return min(self._chosen), max(self._chosen) + 1
        return 0, size

    def _check_claims(self) -> None:
        for index in (*(self._chosen or ()), *self._neighbours):
            if not self._bundle.holds(index):
                self._report.fail(COMPLETE, "named in the manifest, but not there", index)
        for index in self._neighbours & (self._chosen or frozenset()):
            self._report.fail(COMPLETE, "both chosen and a neighbour", index)

    def _sentence(self, wanted: Run) -> str:
        first, end = wanted
        said = f"every record from {first} to {end - 1}" if first < end else "no record"
        selection, size = self._selection, self._bundle.manifest.size
        if wanted == (0, size):
            return f"{said}: all that the checkpoint covers"
        if selection.timed:
            since = render_instant(selection.since) if selection.since else "the beginning"
            until = render_instant(selection.until) if selection.until else "the checkpoint"
            return f"{said}: all there is from {since} until {until}"
        return said
