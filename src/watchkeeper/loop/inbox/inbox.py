"""What waits for people, kept ready in memory while the home is served."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from watchkeeper.do.state.parts import Away
from watchkeeper.do.state.pending import Pending, Waiting
from watchkeeper.loop.home import Home
from watchkeeper.loop.inbox.objections import Signer, objection, roles_for, stands_in
from watchkeeper.loop.inbox.past import Past
from watchkeeper.loop.inbox.receipts import receipt_of
from watchkeeper.loop.inbox.view import View, view_digest, view_of
from watchkeeper.records.action import DecisionRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Entry

KEPT = 2_000
"""How many summaries are kept ready; others are read when they are asked for."""
_ONE_VOICE = "who is away may not decide on it, so neither may who stands in for them"
_MOST_PEOPLE = 8


@dataclass(frozen=True, slots=True)
class Summary:
    """One escalation in short.

    `sentence` is its tool's sentence with the arguments filled in, or the plain one; `first` are
    the arguments that matter most, by name. `group` is the same for like actions. Both are empty
    where the request was erased.
    """

    handle: str
    action_id: str
    agent: str
    system: str
    action: str
    sentence: str
    first: tuple[tuple[str, Any], ...]
    reviews: tuple[str, ...]
    roles: tuple[str, ...]
    approvals: int
    at: Instant
    expires: Instant
    risks: tuple[str, ...]
    on_behalf_of: str | None
    group: str


@dataclass(frozen=True, slots=True)
class Mine:
    """Whether a person may decide it, in which roles; `why` says why not.

    `deputy` are the absences by which they may do so for somebody who is away.
    """

    may: bool
    roles: tuple[str, ...] = ()
    why: str = ""
    deputy: tuple[Away, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A summary, as it stands now, for one person."""

    summary: Summary
    state: str
    approved_by: tuple[str, ...]
    mine: Mine


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the inbox. `cursor` is what to ask with for the next part, None at its end."""

    items: tuple[Item, ...]
    total: int
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Like actions: of one agent, on one tool, for the same reviews."""

    key: str
    count: int
    sentence: str
    handles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """One escalation, as a person opens it.

    `shown` is exactly what was escalated, `shown_digest` what a verdict signs for it; None where
    the request was erased. `view` and `view_digest` are the same for all else. `receipt` comes
    back beside the verdict and says when this was opened.
    """

    item: Item
    shown: dict[str, Any] | None
    shown_digest: str
    view: View
    view_digest: str
    receipt: str


class Inbox:
    """The escalations that wait, for whoever may look at them.

    A person sees what waits for a role of theirs; a holder of `operate` sees everything.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._summaries: OrderedDict[str, Summary] = OrderedDict()
        self._heard = 0
        self._seen: OrderedDict[str, tuple[object, list[Item]]] = OrderedDict()
        # What waits already is read in the same pass: the first page need not.
        self.past = Past(home, self._take)
        home.listeners.append(self._take)

    def items(self, person: str, after: str | None = None, limit: int = 50) -> Page:
        """Return what waits, the oldest first; `after` is the cursor of the page before."""
        waiting, start = self._everything(person), 0
        if after is not None:
            handles = (item.summary.handle for item in waiting)
            start = next((n + 1 for n, handle in enumerate(handles) if handle == after), 0)
        part = tuple(waiting[start : start + limit])
        more = start + limit < len(waiting)
        return Page(part, len(waiting), part[-1].summary.handle if more and part else None)

    def groups(self, person: str) -> tuple[Group, ...]:
        """Return the groups of at least two like actions that a person may decide."""
        found: dict[str, list[Summary]] = {}
        for item in self._everything(person):
            if item.mine.may:
                found.setdefault(item.summary.group, []).append(item.summary)
        return tuple(
            Group(key, len(like), like[0].sentence, tuple(one.handle for one in like))
            for key, like in found.items()
            if len(like) > 1
        )

    def _everything(self, person: str) -> list[Item]:
        """Return all that a person may see: one page asks several times for the very same.

        It is the same as long as no record came and the second is the same.
        """
        now = self._home.now()
        key = (self._heard, self._home.state, now // 1_000_000)
        kept = self._seen.get(person)
        if kept is None or kept[0] != key:
            found = [self._item(p, person, now) for p in self._visible(person, now)]
            kept = self._seen[person] = (key, found)
            self._seen.move_to_end(person)
            while len(self._seen) > _MOST_PEOPLE:
                self._seen.popitem(last=False)
        return kept[1]

    def summary(self, handle: str) -> Summary | None:
        """Return one in short, None where there is no such escalation."""
        pending = self._home.state.pending.by_handle(handle)
        return None if pending is None else self._summary(pending)

    def open(self, handle: str, person: str) -> Opened | None:
        """Open one for a person; None where there is none, or the person may not see it."""
        pending = self._home.state.pending.by_handle(handle)
        now = self._home.now()
        if pending is None or not self._sees(person, pending, now):
            return None
        view = view_of(self._home, pending, person, self.past)
        digest = view_digest(view)
        return Opened(
            self._item(pending, person, now),
            self._home.shown(pending),
            pending.shown,
            view,
            digest,
            receipt_of(self._home.secret, handle, person, digest, now),
        )

    def _visible(self, person: str, now: Instant) -> list[Pending]:
        return [p for p in self._home.state.pending.waiting() if self._sees(person, p, now)]

    def _sees(self, person: str, pending: Pending, now: Instant) -> bool:
        state = self._home.state
        everything = state.authority.holds(person, "operate")
        return everything or bool(roles_for(state, person, pending, now))

    def _item(self, pending: Pending, person: str, now: Instant) -> Item:
        summary = self._summary(pending)
        approved = tuple(verdict.reviewer for verdict in pending.verdicts)
        mine = self._mine(pending, person, summary, now)
        return Item(summary, pending.state.value, approved, mine)

    def _mine(self, pending: Pending, person: str, summary: Summary, now: Instant) -> Mine:
        if pending.state is not Waiting.PENDING:
            return Mine(False, why=f"it is {pending.state.value}")
        state, behalf = self._home.state, summary.on_behalf_of
        if pending.expires <= now:
            return Mine(False, why="it has expired")
        if pending.plan != state.plan:
            return Mine(False, why="the plan was changed since: it has to be asked for again")
        unfit = self._home.competence.unfit(person, pending.roles, now)
        fit = set(pending.roles) - unfit
        own = tuple(sorted(r for r in fit if state.authority.holds(person, r)))
        why = objection(state, Signer(person, unfit=unfit), pending, behalf, now)
        own = own if why is None else ()
        stead = tuple(
            away
            for away in stands_in(state, person, pending, now)
            if away.role in fit
            and objection(state, Signer(person, away), pending, behalf, now) is None
        )
        roles = tuple(sorted({*own, *(away.role for away in stead)}))
        return Mine(bool(roles), roles, "" if roles else why or _ONE_VOICE, stead)

    def _summary(self, pending: Pending) -> Summary:
        found = self._summaries.get(pending.handle)
        if found is not None:
            return found
        shown = self._home.shown(pending)
        made = _summed_up(pending, shown or {})
        if shown is not None and pending.waits():
            self._keep(made)
        return made

    def _keep(self, summary: Summary) -> None:
        self._summaries[summary.handle] = summary
        while len(self._summaries) > KEPT:
            self._summaries.popitem(last=False)

    def _take(self, entry: Entry) -> None:
        """Keep the summary of what was just escalated: it is in memory now, later on the disk.

        An erasure leaves none: what still waits is not erased, and is read again.
        """
        self._heard += 1
        if entry.record.kind is Kind.ERASURE:
            self._summaries.clear()
        said = entry.record.predicate
        if not isinstance(said, DecisionRecord) or said.escalation is None:
            return
        pending = self._home.state.pending.by_handle(said.escalation.handle)
        shown = entry.payload.body.get("shown") if entry.payload else None
        if pending is not None and isinstance(shown, dict):
            self._keep(_summed_up(pending, shown))


def _summed_up(pending: Pending, shown: dict[str, Any]) -> Summary:
    arguments = shown.get("arguments", {})
    first = tuple((name, arguments[name]) for name in shown.get("first", ()) if name in arguments)
    risks = {risk for why in shown.get("why", ()) for risk in why.get("risks", ())}
    behalf = shown.get("onBehalfOf")
    return Summary(
        handle=pending.handle,
        action_id=pending.action_id,
        agent=pending.agent,
        system=pending.system,
        action=pending.action,
        sentence=shown.get("filled") or shown.get("sentence", ""),
        first=first,
        reviews=pending.reviews,
        roles=pending.roles,
        approvals=pending.approvals,
        at=pending.at,
        expires=pending.expires,
        risks=tuple(sorted(risks)),
        on_behalf_of=behalf if isinstance(behalf, str) else None,
        group=" ".join((pending.agent, pending.action, *pending.reviews, *(n for n, _ in first))),
    )
