"""Step 21 for a bundle: it is what its selection names, and nothing that it names was left out."""

from __future__ import annotations

from watchkeeper.errors import WatchkeeperError
from watchkeeper.records.instant import Instant, render_instant
from watchkeeper.verify.bundle.file import Batch, BundleFile
from watchkeeper.verify.bundle.manifest import Run, Selection
from watchkeeper.verify.glance import Glance, glance
from watchkeeper.verify.report import Report

COMPLETE = 21


class Completeness:
    """Takes up the records of a bundle in order and holds them against what its manifest claims.

    Times never decrease in a log (step 6), so records on both sides of a time bound it.
    """

    def __init__(self, bundle: BundleFile, report: Report) -> None:
        self._bundle, self._report = bundle, report
        manifest = bundle.manifest
        self._selection = manifest.selection
        self._chosen = None if manifest.chosen is None else frozenset(manifest.chosen)
        self._neighbours = frozenset(manifest.neighbours)
        self._before, self._after = -1, manifest.size
        self._picked = _Picked(self._selection)

    def take(self, batch: Batch) -> None:
        """Take up the next records; what does not parse is found by other steps."""
        if self._chosen is None:
            return
        for index, entry in enumerate(batch.entries, batch.first):
            try:
                self._take(glance(index, entry))
            except WatchkeeperError:
                continue

    def _take(self, seen: Glance) -> None:
        inside = self._inside(seen.index, seen.at)
        chosen = self._chosen is not None and seen.index in self._chosen
        fits = inside and self._picked.fits(seen, chosen=chosen)
        if chosen and not fits:
            self._report.fail(COMPLETE, "chosen, but not what the selection names", seen.index)
        if fits and not chosen and (self._selection.complete or not self._selection.sought):
            self._report.fail(COMPLETE, "left out of what was chosen", seen.index)
        if seen.index in self._neighbours and (inside or chosen):
            self._report.fail(COMPLETE, "a neighbour that bounds nothing", seen.index)

    def finish(self) -> None:
        """Say whether what was asked for is all there."""
        for index in (*(self._chosen or ()), *self._neighbours):
            if not self._bundle.holds(index):
                self._report.fail(COMPLETE, "named in the manifest, but not there", index)
        for problem in self._picked.problems():
            self._report.fail(COMPLETE, problem)
        wanted = self._wanted()
        if wanted is None:
            what = "records were picked out: that others of the kind were left out can not be seen"
            self._report.skip(COMPLETE, what)
            return
        first, end = wanted
        if first < end and not any(a <= first and end <= b for a, b in self._bundle.runs):
            self._report.fail(COMPLETE, f"not every record from {first} to {end - 1} is there")
        self._report.say(COMPLETE, self._sentence(wanted))

    def _inside(self, index: int, at: Instant) -> bool:
        """Tell whether a record is within the times and the indexes that were asked for."""
        selection = self._selection
        if selection.since is not None and at < selection.since:
            self._before = max(self._before, index)
            return False
        if selection.until is not None and at >= selection.until:
            self._after = min(self._after, index)
            return False
        return not selection.index or selection.index[0] <= index < selection.index[1]

    def _wanted(self) -> Run | None:
        """Return the run that must be there without a gap, or None if nothing says so."""
        selection, size = self._selection, self._bundle.manifest.size
        if selection.sought and not selection.complete:
            return None
        if selection.sought and not selection.timed and self._chosen:
            return min(self._chosen), max(self._chosen) + 1
        first, end = (0, size) if not selection.timed else (self._before + 1, self._after)
        if selection.index:
            first, end = max(first, selection.index[0]), min(end, selection.index[1])
        return first, end

    def _sentence(self, wanted: Run) -> str:
        first, end = wanted
        said = f"every record from {first} to {end - 1}" if first < end else "no record"
        selection, size = self._selection, self._bundle.manifest.size
        if wanted == (0, size):
            return f"{said}: all that the checkpoint covers"
        if selection.timed:
            since = render_instant(selection.since) if selection.since else "the beginning"
            until = render_instant(selection.until) if selection.until else "the checkpoint"
            said = f"{said}: all there is from {since} until {until}"
        return f"{said}, and none that fits was left out" if selection.sought else said


class _Picked:
    """Whether records are what a selection by system, control or decision names."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._actions: set[str] = set()
        self._places: set[str] = set()

    def fits(self, seen: Glance, *, chosen: bool) -> bool:
        """Tell whether a record fits; of a decision by its place that is known only at the end."""
        selection = self._selection
        if not selection.sought:
            return True
        if seen.action is None:
            return False
        if selection.decision is not None:
            fits = chosen or seen.action in self._actions or seen.action == selection.decision
        elif seen.kind == "decision":
            system, control = selection.system, selection.control
            fits = (system is None or seen.system == system) and (
                control is None or control in seen.controls
            )
            fits = fits or seen.action in self._actions
        else:
            fits = seen.action in self._actions
        if chosen and fits:
            self._actions.add(seen.action)
            self._places.add(str(seen.index))
        return fits

    def problems(self) -> list[str]:
        """Return what is wrong with what was chosen as a whole."""
        named = self._selection.decision
        if named is None:
            return []
        if len(self._actions) != 1:
            return ["records of several actions, or of none, were chosen"]
        if named not in self._actions and named.rpartition("/")[2] not in self._places:
            return ["what was chosen is another action"]
        return []
