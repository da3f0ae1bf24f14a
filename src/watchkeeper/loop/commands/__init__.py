"""What people tell a home to do: each command is signed, single use, and checked against roles.

The same code serves the gateway's local socket and a terminal that opens the home itself. What a
verb does stands in the modules beside, each with a table `VERBS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.do.state.seen import COMMAND_LIFETIME
from watchkeeper.errors import CommandInvalid, LogUnavailable, NotAuthorised, cut
from watchkeeper.ledger.assertion import counter_of
from watchkeeper.ledger.envelope import open_command, person_named
from watchkeeper.loop.commands import (
    absences,
    channels,
    delegations,
    drills,
    effects,
    lists,
    mandates,
    people,
    plan_verdicts,
    questions,
    reviews,
    standing,
    stops,
    tokens,
    upkeep,
)
from watchkeeper.loop.commands.asked import OPERATE, RELEASE, Asked, Desk, Verb
from watchkeeper.loop.enrolment import check_counter
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.settle import Settling, settle
from watchkeeper.ports import Ticket
from watchkeeper.records.people import Signature

__all__ = ["OPERATE", "RELEASE", "VERBS", "Begun", "Commands"]

VERBS: Mapping[str, Verb] = {
    **reviews.VERBS,
    **lists.VERBS,
    **questions.VERBS,
    **standing.VERBS,
    **absences.VERBS,
    **stops.VERBS,
    **tokens.VERBS,
    **effects.VERBS,
    **upkeep.VERBS,
    **people.VERBS,
    **plan_verdicts.VERBS,
    **drills.VERBS,
    **mandates.VERBS,
    **channels.VERBS,
    **delegations.VERBS,
}
"""Everything that people can say to a home."""

_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Begun:
    """What to tell the person, once the ticket (None: nothing was recorded) is durable."""

    answer: Any
    ticket: Ticket | None = None


class Commands:
    """Checks and carries out people's commands on one home."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._home: Home = kernel.home

    def run(self, signature: Signature, beside: Mapping[str, Any]) -> Any:
        """Carry out a signed command and return what to tell the person, as JSON.

        What it records is durable when this returns. A `Settling` is returned where an action is
        to be settled by reading the system of record, which needs the tool server; an `Erasing`
        where payloads are to be erased, which takes time: it is for the caller to run.

        Raises:
            CommandInvalid: stale, replayed, malformed, forged, or nothing that can be done now.
            NotAuthorised: the person does not hold the role.
            HomeDoubtful: the home was restored or copied, and this would write to it.
            LogUnavailable: it could not be recorded.
        """
        begun = self.begin(signature, beside)
        if begun.ticket is not None:
            begun.ticket.wait(_WAIT_SECONDS)
        return begun.answer

    def begin(self, signature: Signature, beside: Mapping[str, Any]) -> Begun:
        """Do the same, but leave it to the caller to wait for the disk.

        For a caller that must not wait: verdicts, stops, tokens. What takes the home itself (a
        release, another shard, keys) is durable when this returns.

        Raises:
            WatchkeeperError: as `run`.
        """
        asked = self._check(signature, beside)
        verb = VERBS[asked.command.verb]
        self._check_allowed(asked, verb)
        desk = Desk(self._kernel)
        answer = verb.act(desk, asked)
        return Begun(answer, desk.ticket)

    def settle(self, settling: Settling, content: Any) -> dict[str, Any]:
        """Record the effect of an unknown action from what its system of record said."""
        return settle(self._home, settling, content)

    def _check_allowed(self, asked: Asked, verb: Verb) -> None:
        application = self._home.state.authority.application(asked.command.person)
        if application is not None and verb.sign not in application.may:
            raise NotAuthorised(f"an application can not say {cut(asked.command.verb)}")
        role = verb.role_under(self._home.state.authority)
        if role is not None and not self._home.state.authority.holds(asked.command.person, role):
            raise NotAuthorised(
                f"{cut(asked.command.person)} does not hold the role {cut(role)}",
                "ask somebody who does, or change the roles in the plan and release it",
            )
        if not verb.of_doubtful:
            self._home.check_undoubted()
        if verb.needs_room and self._home.has_plan and self._home.short_of_room():
            raise LogUnavailable(
                "the disk is nearly full: only verdicts, stops and settled effects are recorded"
            )

    def _check(self, signature: Signature, beside: Mapping[str, Any]) -> Asked:
        person = person_named(signature)
        keys = self._home.state.authority.verification_keys(person)
        if not keys:
            raise NotAuthorised(f"{cut(person)} has no key in the plan in force")
        command = open_command(signature, keys)
        if command.origin != self._home.log.origin:
            raise CommandInvalid(f"the command is for another log: {cut(command.origin)}")
        if command.verb not in VERBS:
            raise CommandInvalid(f"there is no such command: {cut(command.verb)}")
        use = f"{signature.keyid}:{command.nonce}"
        if use in self._home.state.seen:
            raise CommandInvalid("this very command was given before")
        now = self._home.clock.wall()
        if abs(now - command.at) > COMMAND_LIFETIME * 1_000_000:
            raise CommandInvalid("the command is too old, or made by a clock that is off")
        self._check_counter(signature)
        self._home.state.seen.add(use, now)
        return Asked(command, signature, beside)

    def _check_counter(self, signature: Signature) -> None:
        """Refuse a passkey that counts backwards: there may be two of it (WebAuthn 3, 6.1.1)."""
        if signature.assertion is not None:
            check_counter(self._home.state, signature.keyid, counter_of(signature.assertion))
