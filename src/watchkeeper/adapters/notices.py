"""Notices by apprise: mail, chat, webhooks; each sent in a thread of its own that may be left."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from watchkeeper.errors import WatchkeeperError
from watchkeeper.ports.people import Notice
from watchkeeper.records.oversight import Silence

_log = logging.getLogger("watchkeeper.notices")
_TALKATIVE = ("apprise", "urllib3", "requests")
"""They write addresses into the log, and an address is a secret."""
_NAME = "Watchkeeper"


class AppriseNotifier:
    """Sends notices; `resolve` reads an address from where it is kept, each time anew.

    Nothing of an address is logged, and nothing of what a service answers.
    """

    def __init__(self, resolve: Callable[[str], str]) -> None:
        self._resolve = resolve
        self._sending: set[str] = set()
        self._turn = threading.Lock()

    def tell(self, address: str, notice: Notice, done: Callable[[Silence | None], None]) -> None:
        """Begin to send a notice; `done` is told once, from any thread, why it did not go out."""
        with self._turn:
            busy = address in self._sending
            self._sending.add(address)
        if busy:
            done(Silence.TOO_SLOW)
        elif not self._started(address, notice, done):
            done(Silence.NOT_TAKEN)

    def _started(
        self, address: str, notice: Notice, done: Callable[[Silence | None], None]
    ) -> bool:

        def send() -> None:
            try:
                why = self._send(address, notice)
            except Exception as error:  # noqa: BLE001 - a plug-in for one of a hundred services
                # Not its message, not its traceback: the address may stand in either.
                _log.warning("a notice did not go out: %s", type(error).__name__)
                why = Silence.NOT_TAKEN
            self._over(address)
            done(why)

        try:
            # Not waited for at the end of the process: a service may let us hang.
            threading.Thread(target=send, name="notice", daemon=True).start()
        except RuntimeError:  # no more threads
            self._over(address)
            return False
        return True

    def _over(self, address: str) -> None:
        with self._turn:
            self._sending.discard(address)

    def _send(self, address: str, notice: Notice) -> Silence | None:
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        try:
            import apprise
        except ImportError:
            _log.warning("nobody is told: `apprise` is not installed")
            return Silence.NO_SENDER
        try:
            url = self._resolve(address)
        except WatchkeeperError as error:
            _log.warning("nobody is told: %s", error.message)
            return Silence.NO_ADDRESS
        # Not in the library's own pool: few threads for all, and the process waits for them.
        asset = apprise.AppriseAsset(
            app_id=_NAME,
            app_desc=_NAME,
            app_url="",
            image_url_mask="",
            image_url_logo="",
            async_mode=False,
            service_timeout=0,
        )
        service = apprise.Apprise(asset=asset)
        if not url or not service.add(url):
            return Silence.NO_ADDRESS
        said = service.notify(
            title=notice.title, body=notice.body, body_format=apprise.NotifyFormat.TEXT
        )
        return None if said else Silence.NOT_TAKEN
