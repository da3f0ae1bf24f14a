"""For applications that start tasks: make a key, open a task at the gateway, end it.

    tasks = Tasks("http://127.0.0.1:8930", "desk-app", open_key(Path("desk-app.key")))
    with tasks.open("refund-agent", ["desk/refund"], resources=["ORD-1"]) as task:
        run_agent(meta=task.meta)

The agent sends `task.meta` as `_meta` of its calls. What a task is bound to is the application's
to say, before the agent reads anything; see `docs/concepts/lent-authority.md`.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx2

from watchkeeper import wiring
from watchkeeper.errors import MandateRefused, UpstreamFailed
from watchkeeper.ledger.canonical import canonical_arguments, hidden_digest
from watchkeeper.ledger.envelope import seal_command
from watchkeeper.ports import Signer
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import render_instant
from watchkeeper.records.lent import Terms, ValueLimit
from watchkeeper.records.people import Command
from watchkeeper.records.plan.systems import APP

META = "watchkeeper/task"
_TIMEOUT = 30.0


def make_key(path: Path) -> str:
    """Make an application's key, readable by its owner alone; return the public half for the plan.

    Raises:
        KeyUnsafe: there is a file of that name already, or it can not be written.
    """
    return base64.b64encode(wiring.create_application_key(path)).decode()


def open_key(path: Path) -> Signer:
    """Open an application's key.

    Raises:
        KeyUnsafe: it is missing, or others may read it.
    """
    return wiring.application_signer(path)


@dataclass(frozen=True, slots=True)
class Task:
    """An open task; leaving it as a context ends it."""

    id: str
    until: str
    tasks: Tasks

    @property
    def meta(self) -> dict[str, str]:
        """What the agent's calls have to say in `_meta`."""
        return {META: self.id}

    def word(self) -> None:
        """Say that the person whom the task is for has spoken."""
        self.tasks.word(self.id)

    def end(self) -> None:
        """End the task: what waits for approval in it is given up."""
        self.tasks.end(self.id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()


class Tasks:
    """Opens and ends tasks at one gateway, as one application of its plan.

    Every method raises `MandateRefused` where the gateway refuses, `UpstreamFailed` where it does
    not answer.
    """

    def __init__(
        self, url: str, application: str, signer: Signer, client: httpx2.Client | None = None
    ) -> None:
        self._url, self._name = url.rstrip("/"), f"{APP}{application}"
        self._signer, self._client = signer, client

    def open(  # noqa: PLR0913 - each is another thing that a task is bound to
        self,
        agent: str,
        actions: Iterable[str],
        *,
        seconds: float = 3600,
        resources: Iterable[str] = (),
        values: Iterable[ValueLimit] = (),
        on_behalf_of: str | None = None,
    ) -> Task:
        """Open a task of at most `seconds` for an agent: for these actions, resources and values.

        `on_behalf_of` is the person for whom the agent acts: who is never asked to approve it.
        """
        content = to_json(Terms(tuple(resources), tuple(values), on_behalf_of))
        salt, id_ = secrets.token_bytes(16), f"task_{secrets.token_hex(16)}"
        body = {
            "id": id_,
            "agent": agent,
            "actions": list(actions),
            "until": render_instant(wiring.clock().wall().plus(seconds)),
            "content": hidden_digest(salt, content),
        }
        beside = {"content": content, "salt": salt.hex()}
        opened = self._ask("POST", "/tasks", "mandate", body, beside)
        return Task(str(opened["id"]), str(opened["until"]), self)

    def end(self, id_: str) -> None:
        """End a task."""
        body = {"id": id_, "reason": None}
        self._ask("DELETE", f"/tasks/{quote(id_, safe='')}", "end-mandate", body)

    def word(self, id_: str) -> None:
        """Say that the person whom a task is for has spoken."""
        self._ask("POST", f"/tasks/{quote(id_, safe='')}/word", "word", {"id": id_})

    def _ask(
        self,
        method: str,
        path: str,
        verb: str,
        body: Mapping[str, Any],
        beside: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        said = Command(
            origin=str(self._sent("GET", "/tasks")["origin"]),
            person=self._name,
            verb=verb,
            nonce=secrets.token_hex(16),
            at=wiring.clock().wall(),
            body=body,
        )
        signature = to_json(seal_command(said, self._signer))
        content = canonical_arguments({"signature": signature, "beside": dict(beside or {})})
        return self._sent(method, path, content)

    def _sent(self, method: str, path: str, content: bytes = b"") -> dict[str, Any]:
        headers = {"content-type": "application/json"} if content else {}
        try:
            with self._using() as client:
                answer = client.request(
                    method, self._url + path, content=content or None, headers=headers
                )
            found = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise UpstreamFailed(f"the gateway did not answer: {error}") from error
        if answer.status_code >= 400:
            raise MandateRefused(str(found.get("detail")), str(found.get("advice", "")))
        return dict(found)

    def _using(self) -> AbstractContextManager[httpx2.Client]:
        """Return the client that was given, or one for a single request."""
        return nullcontext(self._client) if self._client else httpx2.Client(timeout=_TIMEOUT)
