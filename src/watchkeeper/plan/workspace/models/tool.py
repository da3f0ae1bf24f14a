"""`tools/<id>.yaml`: a tool server, how it is reached, and its pinned tools.

The definitions themselves, as the server listed them, stand beside it in
`tools/<id>.definitions.json`, which `plan import-tools` writes.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from watchkeeper.plan.workspace.models.scalars import (
    Currency,
    Digest,
    Id,
    Part,
    Seconds,
    Source,
    Text,
)

FactKind = Literal["string", "bool", "long", "decimal", "datetime"]
Method = Literal[
    "resources/read",
    "resources/subscribe",
    "resources/unsubscribe",
    "prompts/get",
    "completion/complete",
    "tasks/get",
    "tasks/result",
    "tasks/list",
    "tasks/cancel",
    "tasks/update",
    "elicitation/create",
    "sampling/createMessage",
    "roots/list",
]


class Resource(Part):
    """What a call acts on: a type of thing, and the argument that names which."""

    type: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9_]{0,62}$")]
    argument: Text


class OncePerEntry(Part):
    """The same arguments within this time are the same action again."""

    arguments: Annotated[list[Text], Field(min_length=1)]
    within: Seconds


class FactField(Part):
    """One value of a fact: its dotted path in the read tool's structured content, its type."""

    path: Text
    type: FactKind


class Fact(Part):
    """A read tool asked at decision time; policies see `context.facts.<name>.<field>`."""

    tool: Text
    arguments: dict[str, Any] = Field(default_factory=dict)
    fields: Annotated[dict[str, FactField], Field(min_length=1)]
    timeout: Seconds = 5
    trusted: bool = False
    volatile: bool = False


class Settle(Part):
    """How an unknown effect is settled by reading the system of record."""

    tool: Text
    arguments: dict[str, Any] = Field(default_factory=dict)
    field: Text
    equals: Any


class MoneyEntry(Part):
    """What a call is worth: an amount in a currency, which is never guessed nor converted."""

    amount: Text = Field(description="the argument that holds it, or `derived.<name>`")
    currency: Text | None = Field(default=None, description="the argument that names the currency")
    always: Currency | None = Field(default=None, description="the currency, where no argument is")
    minor: Annotated[int, Field(ge=0, le=4)] | None = Field(
        default=None, description="decimal places of an integer amount: 2 for cents"
    )


class ToolEntry(Part):
    """One tool of the server."""

    pin: Digest
    writes: bool
    resource: Resource | None = None
    clear: list[Text] = Field(default_factory=list)
    subject: list[Text] = Field(default_factory=list)
    opaque: list[Text] = Field(default_factory=list)
    scale: dict[str, Annotated[int, Field(ge=1, le=12)]] = Field(default_factory=dict)
    derived: dict[str, dict[str, Any]] = Field(default_factory=dict)
    namespace: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,62}$")] | None = Field(
        default=None, description="stands for the tool's name in the names of its enum types"
    )
    idempotency: Text | None = None
    once_per: OncePerEntry | None = None
    error_means_no_effect: bool = False
    facts: dict[str, Fact] = Field(default_factory=dict)
    settle: Settle | None = None
    timeout: Seconds = 60
    level: Literal["durable", "published", "witnessed"] = "durable"
    sentence: str = Field(
        default="", description="what a reviewer reads, with `{argument}` filled in"
    )
    first: list[Text] = Field(
        default_factory=list, description="the arguments that a reviewer should see first"
    )
    cancel: bool = Field(
        default=False, description="whether a stop breaks off a call that writes and is under way"
    )
    untrusted: bool = Field(
        default=False, description="what it returns is content that nobody vouches for"
    )
    money: MoneyEntry | Literal["none"] | None = Field(
        default=None, description="what a call is worth; `none` where it moves no money"
    )


class PermitEntry(Part):
    """The server demands a permit with each call: whom it is for, and how long it is good."""

    audience: Id
    lifetime: Seconds = 60


class ToolFile(Part):
    """`tools/<id>.yaml`: exactly one of `command`, `url` and `module`."""

    id: Id
    title: str = ""
    command: list[Text] = Field(default_factory=list)
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")] | None = None
    module: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")] | None = None
    cwd: Text | None = None
    env: dict[str, Source] = Field(default_factory=dict)
    headers: dict[str, Source] = Field(default_factory=dict)
    user: Text | None = None
    methods: list[Method] = Field(default_factory=list)
    permit: PermitEntry | None = None
    tools: dict[str, ToolEntry] = Field(default_factory=dict)
