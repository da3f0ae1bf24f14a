"""A command that was checked, and what a verb is given to carry it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from watchkeeper.do.state.authority import Authority
from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.ports import Ticket
from watchkeeper.records.people import Command, Signature
from watchkeeper.records.statement import Payload, Record

RELEASE = "release"
OPERATE = "operate"
MOST_TEXT = 4096
"""How many bytes a reason or a question may have."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that was checked, the signature over it, and what came beside it."""

    command: Command
    signature: Signature
    beside: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a text of the command's body.

        Raises:
            CommandInvalid: it is missing or no text.
        """
        found = self.command.body.get(name)
        if not isinstance(found, str):
            raise CommandInvalid(f"the command has no {cut(name)}")
        return found


@dataclass(slots=True)
class Desk:
    """Where one command is carried out: the home, and the kernel that decides for it.

    `ticket` is that of the last record which the command made; those before it are durable no
    later.
    """

    kernel: Kernel
    ticket: Ticket | None = None

    @property
    def home(self) -> Home:
        """The home."""
        return self.kernel.home

    def append(self, record: Record, payload: Payload | None = None) -> None:
        """Queue a record of what the command says, and take it into account at once.

        Raises:
            LogUnavailable: nothing was queued.
        """
        self.ticket = self.home.append(record, payload)


@dataclass(frozen=True, slots=True)
class Verb:
    """What a command's verb does, and who may say it.

    `role` is the role that is needed, or how it follows from the plan in force; None where the
    verb itself looks. With `needs_room` it may not be written below the plan's reserve of disk
    (decision semantics, 9). With `of_doubtful` it may be asked of a home that was restored or
    copied: to read, and to take it up again. `sign` is what the plan must let an application sign
    that says it; None where only people may.
    """

    act: Callable[[Desk, Asked], Any]
    role: str | Callable[[Authority], str] | None = None
    needs_room: bool = False
    of_doubtful: bool = False
    sign: str | None = None

    def role_under(self, authority: Authority) -> str | None:
        """Return the role that a person needs for it, None if any person of the plan may."""
        return self.role(authority) if callable(self.role) else self.role


def reason_of(asked: Asked) -> tuple[str | None, Payload | None]:
    """Return the digest of the person's reason and, apart, its text."""
    return text_of(asked, "reason")


def text_of(asked: Asked, name: str) -> tuple[str | None, Payload | None]:
    """Return the digest of a text that a person signed and, apart, the text with its salt.

    Raises:
        CommandInvalid: the text beside is another one, or longer than 4 KiB.
    """
    named, text, salt = asked.command.body.get(name), asked.beside.get(name), b""
    if named is None and not text:
        return None, None
    with suppress(ValueError):
        salt = bytes.fromhex(str(asked.beside.get("salt", "")))
    if not isinstance(text, str) or len(salt) != 16 or hidden_digest(salt, text) != named:
        raise CommandInvalid(f"the {name} is not the one that was signed")
    if len(text.encode()) > MOST_TEXT:
        raise CommandInvalid(
            f"the {name} is longer than {MOST_TEXT} bytes", "say it in fewer words"
        )
    return named, Payload({name: text, "salts": {name: salt.hex()}})


def why_of(asked: Asked) -> tuple[str, Payload | None]:
    """Return the digest of the reason, empty where none was given, and apart its text."""
    digest, payload = reason_of(asked)
    return digest or "", payload
