"""Reading what a start by snapshot did not read: slowly, in the background, from the beginning.

It keeps the promise that damage anywhere is found, with file and offset, and mends the published
log where a file of it is missing or another one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator

from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.publication import Publication
from watchkeeper.adapters.posix.segments import check_index, check_rest, scan
from watchkeeper.errors import LedgerError, LogInconsistent, WatchkeeperError, cut
from watchkeeper.ledger.beside import check_frame
from watchkeeper.ledger.frame import Frame
from watchkeeper.ledger.tiles import WIDTH

REST = 9
"""How many times longer it rests than it reads."""
_log = logging.getLogger("watchkeeper.log")


class Scrub:
    """Reads the first `count` records again; `root` is what they must lead to.

    `on_damage` is told what is wrong, once, in the scrub's own thread.
    """

    def __init__(  # noqa: PLR0913 - what is read, and whom to tell
        self,
        files: Files,
        layout: Layout,
        publication: Publication,
        *,
        count: int,
        root: bytes,
        on_damage: Callable[[WatchkeeperError], None],
        rest: float = REST,
    ) -> None:
        self.done = threading.Event()
        self._files, self._layout, self._publication = files, layout, publication
        self._count, self._root, self._on_damage, self._rest = count, root, on_damage, rest
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchkeeper-scrub", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, finished or not."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            if self._read():
                _log.info("all %d records before the snapshot were read: they hold", self._count)
        except LedgerError as error:
            _log.error("damage: %s", error.message)
            self._on_damage(error)
        except OSError as error:
            _log.warning("records before the snapshot can not be read now: %s", error)
        finally:
            self.done.set()

    def _read(self) -> bool:
        publication, began = self._publication, time.monotonic()
        for frame in self._frames():
            check_frame(frame)
            publication.add(frame)
            if publication.size % WIDTH == 0:
                publication.flush()
                if self._stopped.wait(self._rest * (time.monotonic() - began)):
                    return False
                began = time.monotonic()
        publication.flush()
        if publication.size != self._count or publication.tree.root() != self._root:
            raise LogInconsistent(
                f"the first {self._count} records of {cut(self._layout.segments)} are not those "
                "that were signed"
            )
        return True

    def _frames(self) -> Iterator[Frame]:
        expected = 0
        for number in self._layout.segment_numbers():
            path, end = self._layout.segment(number), 0
            for frame in scan(self._files, path):
                if expected == self._count:
                    return
                check_index(frame, expected, path)
                expected, end = frame.index + 1, frame.end
                yield frame
            if expected < self._count:
                check_rest(self._files, path, end, newest=False)
