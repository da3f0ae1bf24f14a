"""How a person speaks to a home from a terminal: a signed command, through the gateway if it runs.

Where no gateway runs, the same command is carried out on the home itself.
"""

from __future__ import annotations

import getpass
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from watchkeeper import settings, wiring
from watchkeeper.enforcement.door.lines import SOCKET
from watchkeeper.errors import (
    CommandInvalid,
    HomeInvalid,
    SettingsInvalid,
    UpstreamFailed,
    WatchkeeperError,
    cut,
)
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.ledger.envelope import seal_command
from watchkeeper.loop.commands import Commands
from watchkeeper.loop.erasure.erase import Erasing
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.settle import Settling
from watchkeeper.ports import Signer
from watchkeeper.records.action import Boundary, Point
from watchkeeper.records.codec import to_json
from watchkeeper.records.people import Command, Signature

_TIMEOUT = 120.0
_LONG_TIMEOUT = 3600.0
_LONG = frozenset({"erasable", "erase", "roll"})
_TERMINAL = Point("terminal", Boundary.IN_PROCESS)


@dataclass(frozen=True, slots=True)
class Told:
    """What a home says of itself before it is asked anything."""

    origin: str
    plan: str | None


class Refusal(WatchkeeperError):
    """What the gateway answered instead of carrying a command out."""

    code = "refused"


def find_home(named: Path | None) -> Path:
    """Return the home to speak to: the one named, `WATCHKEEPER_HOME`, or `home` here.

    Raises:
        HomeInvalid: there is none.
    """
    path = named or settings.default_home() or Path("home")
    if not wiring.is_home(path):
        raise HomeInvalid(
            f"no home in {cut(path)}", "name its folder; `watchkeeper plan release` makes one"
        )
    return path


def signer_of(person: str) -> Signer:
    """Open a person's own key, asking for its passphrase where it is not in the environment.

    Raises:
        KeyUnsafe: there is no such key, or the passphrase is wrong.
    """
    return wiring.person_signer(key_path(person), passphrase_for(person))


def key_path(person: str) -> Path:
    """Return where a person's key is kept."""
    return settings.people_folder() / f"{person}.key"


def passphrase_for(person: str, *, new: bool = False) -> str:
    """Return the passphrase of a person's key; a new one is asked for twice.

    Raises:
        SettingsInvalid: there is no terminal to ask on, or the two differ.
    """
    given = settings.passphrase()
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise SettingsInvalid(
            "there is no terminal to ask for a passphrase on", "set WATCHKEEPER_PASSPHRASE"
        )
    first = getpass.getpass(f"passphrase of {person}: ")
    if new and getpass.getpass("once more: ") != first:
        raise SettingsInvalid("the two passphrases differ")
    return first


def reason_of(why: str) -> tuple[str | None, dict[str, Any]]:
    """Return the digest of a reason, and apart its text and salt: it may say anything of anybody.

    Only the digest is signed and stands in the log.
    """
    return hidden("reason", why)


def hidden(name: str, text: str | None) -> tuple[str | None, dict[str, Any]]:
    """Return the salted digest of a text, and apart what comes beside a command that holds it."""
    if not text:
        return None, {}
    salt = wiring.ids().random_bytes(16)
    return hidden_digest(salt, text), {name: text, "salt": salt.hex()}


class Line:
    """One person's way to one home: the gateway's socket, or the home itself."""

    def __init__(self, home: Path, person: str) -> None:
        self.path, self.person = home, person
        self._signer = signer_of(person)
        self._own: Kernel | None = None

    def hello(self) -> Told:
        """Return what commands are bound to."""
        answer = self._through_socket({"hello": True})
        if answer is None:
            home = self._kernel().home
            return Told(home.log.origin, home.state.plan)
        return Told(answer["origin"], answer["plan"])

    def ask(
        self, verb: str, body: Mapping[str, Any], beside: Mapping[str, Any] | None = None
    ) -> Any:
        """Sign a command, have it carried out, and return what came of it.

        Raises:
            WatchkeeperError: what stood against it.
        """
        clock, ids = wiring.clock(), wiring.ids()
        command = Command(
            origin=self.hello().origin,
            person=self.person,
            verb=verb,
            nonce=ids.random_bytes(16).hex(),
            at=clock.wall(),
            body=body,
        )
        signature = seal_command(command, self._signer)
        sent = {"signature": to_json(signature), "beside": dict(beside or {})}
        timeout = _LONG_TIMEOUT if verb in _LONG else _TIMEOUT
        answer = self._through_socket(sent, timeout)
        return self._carry_out(signature, beside or {}) if answer is None else answer

    def close(self) -> None:
        """Let go of the home, if it was opened."""
        if self._own is not None:
            self._own.home.log.close()
            self._own = None

    def _through_socket(self, message: Mapping[str, Any], timeout: float = _TIMEOUT) -> Any | None:
        """Send one message to the gateway that runs; None if none does."""
        if self._own is not None:
            return None
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(timeout)
            try:
                line.connect(str(self.path / SOCKET))
            except (FileNotFoundError, ConnectionRefusedError):
                return None
            except OSError as error:
                raise UpstreamFailed(f"the gateway's socket: {error.strerror or error}") from None
            line.sendall(orjson.dumps(message) + b"\n")
            with line.makefile("rb") as answers:
                answer = orjson.loads(answers.readline() or b"{}")
        if "error" in answer:
            raise Refusal(answer["error"]["message"], answer["error"]["advice"])
        if "result" not in answer:
            raise UpstreamFailed("the gateway went away before it answered")
        return answer["result"]

    def _carry_out(self, signature: Signature, beside: Mapping[str, Any]) -> Any:
        answer = Commands(self._kernel()).run(signature, beside)
        if isinstance(answer, Erasing):
            return answer.run()
        if isinstance(answer, Settling):
            raise CommandInvalid(
                "settling by a read needs the tool server, and no gateway runs",
                "start `watchkeeper serve`, or give `--as succeeded` or `--as failed`",
            )
        return answer

    def _kernel(self) -> Kernel:
        if self._own is None:
            log = wiring.open_log(self.path)
            try:
                self._own = Kernel(Home(log, wiring.clock(), wiring.ids()), _TERMINAL)
            except BaseException:
                log.close()
                raise
        return self._own
