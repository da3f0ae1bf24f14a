"""What others may see of the shard that is written to: its published log, witnesses, one copy."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from watchkeeper.adapters.posix.custody import Watch, Watcher
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.publication import Publication, catch_up
from watchkeeper.adapters.posix.shards.frames import Frames
from watchkeeper.adapters.posix.snapshots import Keeper
from watchkeeper.adapters.witnessing import Witnessing, load_policy
from watchkeeper.errors import LogUnavailable, WatchkeeperError, cut
from watchkeeper.ledger.note import VerifierKey
from watchkeeper.ports import Clock, WitnessState
from watchkeeper.records.custody import Doubt, KeyTerm
from watchkeeper.records.plan.tools import Level

_log = logging.getLogger("watchkeeper.log")


class Published:
    """Publishes one shard, has it witnessed, and keeps its newest checkpoint elsewhere.

    `failure` is why the published log is behind, or None. `deliver` runs completions, `hurry` asks
    for a new checkpoint now.
    """

    def __init__(  # noqa: PLR0913 - what is published, and whom to tell
        self,
        files: Files,
        layout: Layout,
        key: VerifierKey,
        publication: Publication,
        frames: Frames,
        *,
        deliver: Callable[[Callable[[], None]], None],
        hurry: Callable[[], None],
    ) -> None:
        self.failure: WatchkeeperError | None = None
        self._files, self._layout, self._key = files, layout, key
        self._publication, self._frames = publication, frames
        self._publishing = threading.Lock()
        self._watcher: Watcher | None = None
        self._witnessing = Witnessing(layout.log, layout.witness_states, deliver, hurry)
        self._witnessing.published(publication.checkpoint, publication.published)

    @property
    def size(self) -> int:
        """How many records the newest published checkpoint covers."""
        return self._publication.published

    def publish(self, size: int) -> int:
        """Publish the first `size` records, which are durable; return how many are published.

        Raises:
            LogUnavailable: the published log can not be written; the truth is not touched.
        """
        with self._publishing:
            publication = self._publication
            try:
                if size > publication.published:
                    publication.flush()
                    catch_up(publication, self._frames.some(publication.size, size))
                    publication.commit()
                    self._keep_elsewhere()
            except (OSError, LogUnavailable) as error:
                why = error.strerror if isinstance(error, OSError) else error.message
                failure = LogUnavailable(f"the log can not be published: {why}")
                self.failure = failure
                raise failure from None
            self.failure = None
            raw, size = publication.checkpoint, publication.published
        self._witnessing.published(raw, size)
        return size

    def publish_keys(self, terms: list[KeyTerm]) -> None:
        """Publish which record key counts where."""
        with self._publishing:
            self._publication.publish_keys(terms)

    def keep_snapshot(self, keeper: Keeper, size: int, state: bytes) -> bool:
        """Write a snapshot of the first `size` records, if these are what is published.

        Raises:
            LedgerError: the last record can not be read.
            OSError: the disk fails.
        """
        with self._publishing:
            if not self._publication.size == self._publication.published == size:
                return False
            keeper.write(self._publication, state)
        return True

    def begin_witnessing(self, clock: Clock) -> None:
        """Submit every checkpoint from now on to the witnesses of the home's policy.

        Raises:
            PolicyInvalid: it does not parse, or is for another log.
            LogUnavailable: it can not be published.
        """
        found = load_policy(self._layout.witness_policy, self._key)
        if found is not None:
            try:
                self._publication.publish_policy(found[0])
            except OSError as error:
                raise LogUnavailable(f"can not publish the policy: {error.strerror}") from None
        policy = None if found is None else found[1]
        self._witnessing.begin(policy, lambda: clock.wall() // 1_000_000, self._cosign)

    def policy_names_logs(self) -> bool:
        """Tell whether the home's witness policy is for logs that it names by their keys.

        Raises:
            PolicyInvalid: it does not parse.
        """
        found = load_policy(self._layout.witness_policy, self._key)
        return found is not None and bool(found[1].logs)

    def when_covered(
        self, index: int, level: Level, callback: Callable[[WatchkeeperError | None], None]
    ) -> Callable[[], None]:
        """Call back once a checkpoint of `level` covers a record; returns how to take that back."""
        return self._witnessing.coverage.when(index, level, callback)

    def uncoverable(self, level: Level) -> str | None:
        """Return why no record can reach `level` as things stand, or None if one may."""
        return self._witnessing.uncoverable if level is Level.WITNESSED else None

    def witnesses(self) -> tuple[WitnessState, ...]:
        """Return how things stand with each witness that is asked."""
        return self._witnessing.states()

    def begin_watching(self, watch: Watch) -> None:
        """Hold the home against what was seen elsewhere, and keep its checkpoints there too.

        Raises:
            NoteInvalid, HomeInvalid, LogUnavailable: as `Watcher.look` says.
        """
        try:
            watcher = Watcher(self._files, self._layout, self._key, watch)
            watcher.look()
        except OSError as error:
            where = cut(self._layout.root)
            raise LogUnavailable(f"can not mark the home {where}: {error.strerror}") from None
        self._watcher = watcher
        self._keep_elsewhere()

    def doubts(self) -> tuple[Doubt, ...]:
        """Return what speaks against this home: it may be a restored or a copied one."""
        return () if self._watcher is None else self._watcher.doubts

    def settle_doubts(self) -> None:
        """A person took the home up again, and the record of it is durable: go on from here."""
        if self._watcher is not None:
            try:
                self._watcher.settle()
            except OSError as error:
                # The record stands: the next start settles what is left.
                _log.warning("the home was adopted, its marks not all: %s", error.strerror)

    def succeeded_by(self, following: Layout) -> None:
        """Note elsewhere that the next shard was begun."""
        if self._watcher is not None:
            self._watcher.succeeded((following.log / "checkpoint").read_bytes())

    def close(self) -> None:
        """Give the witnesses a moment for the last checkpoint, then end."""
        self._witnessing.close()

    def _keep_elsewhere(self) -> None:
        if self._watcher is not None:
            self._watcher.keep((self._layout.log / "checkpoint").read_bytes())

    def _cosign(self, raw: bytes, *, quorum: bool) -> None:
        with self._publishing:
            self._publication.cosign(raw, quorum=quorum)
