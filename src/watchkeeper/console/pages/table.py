"""The one table of pages: routes, JSON and its description are all made from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from watchkeeper.console.views.agents import Agents, AgentSeen, agent, agents
from watchkeeper.console.views.aims.clauses import Clauses, clauses
from watchkeeper.console.views.aims.control import ControlSeen, control
from watchkeeper.console.views.aims.objectives import Aims, objectives
from watchkeeper.console.views.aims.risks import SHOWS, Risks, risks
from watchkeeper.console.views.aims.soa import SHOWS as ROWS_SHOWN
from watchkeeper.console.views.aims.soa import Soa, soa
from watchkeeper.console.views.aims.systems import Systems, systems
from watchkeeper.console.views.answers import Answers, answers
from watchkeeper.console.views.decision import DecisionSeen, decision
from watchkeeper.console.views.oversight import OversightSeen, oversight
from watchkeeper.console.views.record import RecordAt, record
from watchkeeper.console.views.review.escalation import Escalation, escalation
from watchkeeper.console.views.review.inbox import Inbox, inbox
from watchkeeper.console.views.review.together import Together, together
from watchkeeper.console.views.rows import OUTCOMES, Live, live
from watchkeeper.console.views.standing import Standing, standing
from watchkeeper.console.views.stops import Stops, stops
from watchkeeper.console.views.unknown import Unknowns, unknown
from watchkeeper.console.visit import Missing, Visit

API = "/api/v1"
See = Callable[[Visit], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Query:
    """A question that a page takes in its address; `among` are the only values, if any."""

    name: str
    about: str
    among: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page at `path`, its JSON at `api` below `/api/v1`; `see` gives a `view`, or `Missing`.

    `icon` is set for what stands in the navigation, under `title`, or `label`. Pages of one `group`
    are reached from each other; one of them stands in the navigation for all.
    """

    path: str
    api: str
    name: str
    title: str
    about: str
    see: See
    view: type
    queries: tuple[Query, ...] = ()
    icon: str = ""
    group: str = ""
    label: str = ""

    @property
    def template(self) -> str:
        """The template that renders its view."""
        return f"{self.name}.html.jinja"


PAGES: tuple[Page, ...] = (
    Page(
        path="/",
        api="/escalations",
        name="inbox",
        title="Inbox",
        about="What waits for people, the oldest first.",
        see=inbox,
        view=Inbox,
        queries=(
            Query("show", "what waits for you, or for anybody", ("mine", "all")),
            Query("like", "only the actions of this group: its `key`"),
            Query("cursor", "only what comes after: the `cursor` of the answer before"),
        ),
        icon="inbox",
    ),
    Page(
        path="/e/{handle}",
        api="/escalations/{handle}",
        name="escalation",
        title="An action that waits",
        about="One escalated action, with all that a person needs to decide it.",
        see=escalation,
        view=Escalation,
    ),
    Page(
        path="/together",
        api="/lists",
        name="together",
        title="Decide together",
        about="Like actions as one list, with all that a person needs to decide it as a whole.",
        see=together,
        view=Together,
        queries=(Query("like", "the `key` of the group"),),
    ),
    Page(
        path="/live",
        api="/decisions",
        name="live",
        title="Live",
        about="What happened last; `GET /api/v1/live` streams what comes.",
        see=live,
        view=Live,
        queries=(
            Query("outcome", "only decisions of this outcome", OUTCOMES),
            Query("agent", "only what this agent did"),
            Query("tool", "only what was done with this tool, as `server/tool`"),
            Query("action", "only what was recorded of this action"),
        ),
        icon="live",
    ),
    Page(
        path="/d/{action}",
        api="/decisions/{action}",
        name="decision",
        title="A decision",
        about="One action: its records, why it was so decided, who answers for it, and the proof.",
        see=decision,
        view=DecisionSeen,
        queries=(Query("at", "the place of a record of it, `shard/index`, where it is long ago"),),
    ),
    Page(
        path="/r/{shard}/{index}",
        api="/records/{shard}/{index}",
        name="record",
        title="A record",
        about="One record of the log, by its place: what it says, and the action that it is about.",
        see=record,
        view=RecordAt,
    ),
    Page(
        path="/agents",
        api="/agents",
        name="agents",
        title="Agents",
        about="Every agent of the plan: its authority, and how much of it is used.",
        see=agents,
        view=Agents,
        icon="agents",
    ),
    Page(
        path="/agents/{agent}",
        api="/agents/{agent}",
        name="agent",
        title="An agent",
        about="One agent of the plan.",
        see=agent,
        view=AgentSeen,
    ),
    Page(
        path="/stops",
        api="/stops",
        name="stops",
        title="Stops",
        about="What is stopped, since when and by whom.",
        see=stops,
        view=Stops,
        icon="stops",
    ),
    Page(
        path="/standing",
        api="/standing",
        name="standing",
        title="Approved ahead",
        about="What reviewers approved ahead, and who stands in for whom.",
        see=standing,
        view=Standing,
        queries=(Query("of", "the handle of an action that you approved: the next ones like it"),),
    ),
    Page(
        path="/unknown",
        api="/unknown",
        name="unknown",
        title="Unknown",
        about="Actions that were allowed and of which nobody knows what came.",
        see=unknown,
        view=Unknowns,
        icon="unknown",
    ),
    Page(
        path="/oversight",
        api="/oversight",
        name="oversight",
        title="Oversight",
        about="How people decide: how fast, how often yes, what is missed.",
        see=oversight,
        view=OversightSeen,
        icon="oversight",
    ),
    Page(
        path="/clauses",
        api="/clauses",
        name="clauses",
        title="Clauses",
        about="ISO/IEC 42001 clause by clause: what is written down, and what the log shows.",
        see=clauses,
        view=Clauses,
        icon="plan",
        group="aims",
        label="Plan",
    ),
    Page(
        path="/systems",
        api="/systems",
        name="systems",
        title="Scope",
        about="What the management system covers, every AI system, and what no inventory has.",
        see=systems,
        view=Systems,
        group="aims",
    ),
    Page(
        path="/risks",
        api="/risks",
        name="risks",
        title="Risks",
        about="The risk register as a matrix, with the list beside it.",
        see=risks,
        view=Risks,
        queries=(
            Query("show", "before treatment, or what is left after it", SHOWS),
            Query("at", "the page of the list that has the risk of this id"),
            Query("cursor", "the page of the list that begins at this row"),
        ),
        group="aims",
    ),
    Page(
        path="/objectives",
        api="/objectives",
        name="objectives",
        title="Objectives",
        about="What is aimed at, and what the log says that it comes to now.",
        see=objectives,
        view=Aims,
        group="aims",
    ),
    Page(
        path="/soa",
        api="/applicability",
        name="soa",
        title="Statement of applicability",
        about="Every control: applicable or not, why, its status, and what evidence there is.",
        see=soa,
        view=Soa,
        queries=(
            Query("cursor", "only what comes after: the `cursor` of the answer before"),
            Query("show", "all rows, or those that are overdue", ROWS_SHOWN),
        ),
        group="aims",
        label="Applicability",
    ),
    Page(
        path="/controls/{control}",
        api="/controls/{control}",
        name="control",
        title="A control",
        about="One control with everything that hangs on it, and what it did last.",
        see=control,
        view=ControlSeen,
        group="aims",
    ),
    Page(
        path="/answers",
        api="/answers",
        name="answers",
        title="Answers",
        about="Which systems are in scope, which controls are enforced, what proves it.",
        see=answers,
        view=Answers,
        icon="answers",
    ),
)

__all__ = ["API", "PAGES", "Missing", "Page", "Query"]
