"""People at a console, an agent at a till, and somebody who tries to get round both."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.worlds.console import ConsoleWorld, Visitor, open_console
from tests.worlds.gateway import Reply, World
from tests.worlds.people import Passholder

API = "/api/v1"
_numbers = itertools.count(1)
Json = dict[str, Any]


@dataclass
class Waiting:
    """An action that waits: its handle, and the very call that asks for it again."""

    handle: str
    tool: str
    arguments: Json


@dataclass
class Person:
    """Somebody who is signed in, with the passkey they hold."""

    visitor: Visitor
    holder: Passholder

    def opens(self, waiting: Waiting) -> Json:
        found = self.visitor.get(f"{API}/escalations/{waiting.handle}")
        assert found.status_code == 200, found.text
        seen: Json = found.json()
        return seen

    def asked(self, verb: str, body: Json) -> httpx2.Response:
        return self.visitor.post(f"{API}/challenges", {"verb": verb, "body": body})

    def signs(self, verb: str, body: Json, beside: Json | None = None) -> Json:
        """What a browser would post to have it carried out; not posted yet."""
        asked = self.asked(verb, body)
        assert asked.status_code == 200, asked.text
        given = asked.json()
        return {
            "payload": given["payload"],
            "assertion": self.holder.web_answer(given["challenge"]),
            "beside": beside or {},
        }

    def approval(self, waiting: Waiting, seen: Json | None = None) -> Json:
        """An approval of what was opened, signed and not posted yet."""
        seen = seen or self.opens(waiting)
        body = {
            "handle": waiting.handle,
            "role": "lead",
            "reason": None,
            "view": seen["viewDigest"],
        }
        return self.signs("approve", body, {"view": seen["view"], "receipt": seen["receipt"]})

    def posts(self, said: Json) -> httpx2.Response:
        return self.visitor.post(f"{API}/commands", said)

    def approves(self, waiting: Waiting) -> httpx2.Response:
        return self.posts(self.approval(waiting))


@dataclass
class Ways:
    """A console world with people in it, and what the till really did."""

    console: ConsoleWorld
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.console.world

    def person(self, name: str) -> Person:
        """Somebody who is signed in: the same session each time."""
        if name not in self.people:
            self.people[name] = Person(*self.console.come_in(name))
        return self.people[name]

    def another_browser(self, name: str) -> Person:
        """The same person with the same passkey, in a session of its own."""
        visitor = self.console.visitor()
        holder = self.person(name).holder
        assert visitor.sign_in(holder).status_code == 200
        return Person(visitor, holder)

    def asks(self, tool: str = "pay", **arguments: Any) -> Waiting:
        """The agent asks for something that a person has to approve."""
        n = next(_numbers)
        given = {"to": f"x{n}", "amount": 300.25, **arguments} if tool == "pay" else arguments
        return Waiting(self.again(Waiting("", tool, given)).handle, tool, given)

    def again(self, waiting: Waiting, **changes: Any) -> Reply:
        """The agent makes the call once more."""
        return self.world.call(waiting.tool, **{**waiting.arguments, **changes})

    def opened_action(self, waiting: Waiting) -> str:
        """The action that waits under a handle."""
        return str(self.person("ben").opens(waiting)["actionId"])

    @contextlib.contextmanager
    def nothing_done(self) -> Iterator[None]:
        """Whatever happens within, the till does nothing of it."""
        before = self.world.executed()
        yield
        assert self.world.executed() == before

    @contextlib.contextmanager
    def done_once(self) -> Iterator[None]:
        """Whatever happens within, the till does it exactly once."""
        before = len(self.world.executed())
        yield
        assert len(self.world.executed()) == before + 1


@contextlib.contextmanager
def open_ways(folder: Path, **changes: Any) -> Iterator[Ways]:
    """Start a gateway with a console before a till."""
    limits = "pending_per_agent: 500, refusals_per_minute: 5000"
    # Who is signed in stays so for all tests, however long others take in between.
    sessions = "session: 24h, idle: 23h"
    with open_console(folder, **{"limits": limits, "console": sessions, **changes}) as console:
        yield Ways(console)
