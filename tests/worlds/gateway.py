"""A real gateway process over a real home, a tool server of its own, people with keys.

    with open_till(folder) as world:
        reply = world.call("pay", to="x", amount=10.5)

Everything goes over the wire: agents by HTTP with a bearer token, people by the local socket. What
was decided is read from the home's log beside the gateway that writes it.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.worlds.homes import Person
from tests.worlds.till_workspace import PEOPLE, till_files, write_and_compile
from watchkeeper import wiring
from watchkeeper.ledger.canonical import hidden_digest, parse_json
from watchkeeper.ledger.envelope import seal_command
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.loop.commands import Commands
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.records.action import Boundary, DecisionRecord, EffectRecord, Outcome, Point
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Command, Signature
from watchkeeper.records.statement import Entry

_START_SECONDS = 60
_RUN = "import sys; from watchkeeper.cli.app import main; sys.argv[0] = 'watchkeeper'; main()"
_numbers = itertools.count(1)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What an agent got: the HTTP answer, and the JSON-RPC message in it."""

    status: int
    headers: Mapping[str, str]
    body: Any
    sent: bytes = b""

    @property
    def result(self) -> Json:
        found: Json = self.body["result"]
        return found

    @property
    def refusal(self) -> Json:
        """What a program reads of a refusal, wherever it stands in the answer."""
        body = self.body
        if "watchkeeper" in body:
            found: Json = body["watchkeeper"]
        elif "error" in body:
            found = body["error"]["data"]["watchkeeper"]
        else:
            assert body["result"]["isError"] is True, body
            found = body["result"]["structuredContent"]["watchkeeper"]
        return found

    @property
    def reason(self) -> str:
        return str(self.refusal["reason"])

    @property
    def handle(self) -> str:
        return str(self.refusal["handle"])

    @property
    def done(self) -> bool:
        return "result" in self.body and not self.body["result"].get("isError")


@dataclass
class World:
    """A home, its people and agents, the folder of its tool server, and the gateway's process."""

    path: Path
    people: dict[str, Person]
    tokens: dict[str, str] = field(default_factory=dict)
    url: str = ""
    console: str = ""
    process: subprocess.Popen[bytes] | None = None
    hold: float = 0.0
    shard: int = 0
    console_port: int = 0
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=60))

    @property
    def home(self) -> Path:
        return self.path / "home"

    @property
    def till(self) -> Path:
        return self.path / "till"

    @property
    def keys(self) -> dict[str, str]:
        return {name: person.public for name, person in self.people.items()}

    def mood(self, **mood: Any) -> None:
        """Tell the till how to behave from now on; whole or not at all."""
        (self.till / "holding").unlink(missing_ok=True)  # of an earlier mood
        new = self.till / "mood.new"
        new.write_text(json.dumps(mood))
        new.replace(self.till / "mood")

    def executed(self, server: str = "*") -> list[Json]:
        """What the tool servers did, in order; or what one of several did."""
        pattern = "witness*" if server == "*" else f"witness-{server}"
        lines = (path.read_text().splitlines() for path in sorted(self.till.glob(pattern)))
        return [json.loads(line) for part in lines for line in part]

    # agents

    def headers(self, agent: str = "payer") -> dict[str, str]:
        return {
            "authorization": f"Bearer {self.tokens[agent]}",
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
        }

    def post(
        self,
        body: bytes | Json | list[Any],
        *,
        agent: str = "payer",
        headers: Mapping[str, str] | None = None,
        path: str = "/mcp/till",
    ) -> Reply:
        """Post one body as it is."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {**self.headers(agent), **(headers or {})}
        response = self.client.post(self.url + path, content=raw, headers=given)
        return reply_of(response, raw)

    def call(
        self, tool: str, *, agent: str = "payer", meta: Json | None = None, **args: Any
    ) -> Reply:
        """Call a tool; its arguments are keyword arguments."""
        return self.post(call_body(tool, args, meta), agent=agent)

    def call_raw(self, tool: str, arguments: bytes, *, agent: str = "payer") -> Reply:
        """Call a tool with arguments that are exactly these bytes."""
        return self.post(raw_call(tool, arguments), agent=agent)

    # people

    def line(self, message: bytes) -> Any:
        """Send one line to the local socket and return what comes back."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(60)
            line.connect(str(self.home / "gateway.sock"))
            line.sendall(message + b"\n")
            with line.makefile("rb") as answers:
                return json.loads(answers.readline())

    def signed(
        self,
        person: str,
        verb: str,
        body: Mapping[str, Any],
        *,
        signed_by: str | None = None,
        at: Instant | None = None,
        origin: str | None = None,
    ) -> Signature:
        """Return a person's signed command, or what pretends to be one."""
        origin = origin or f"example.org/till/{self.shard}"
        said = Command(
            origin, person, verb, secrets.token_hex(16), at or wiring.clock().wall(), body
        )
        return seal_command(said, self.people[signed_by or person].signer)

    def send(self, signature: Signature, beside: Mapping[str, Any] | None = None) -> Any:
        """Give a signed command to the gateway; returns its whole answer."""
        message = {"signature": to_json(signature), "beside": dict(beside or {})}
        return self.line(json.dumps(message).encode())

    def ask(self, person: str, verb: str, body: Mapping[str, Any], beside: Any = None) -> Any:
        """Have a command carried out; what stands against it fails the test."""
        answer = self.send(self.signed(person, verb, body), beside)
        assert "result" in answer, answer
        return answer["result"]

    def roll(self) -> None:
        """Have the log go on in its next shard."""
        self.shard = int(self.ask("ana", "roll", {})["shard"])

    def shown(self, handle: str) -> tuple[Json, Json]:
        """Return what a reviewer sees of a waiting action, and a verdict that fits it."""
        listed = self.ask("ben", "pending", {})
        item = next(item for item in listed if item["handle"] == handle)
        shown = item["shown"]
        names = ("request", "tool", "pin", "agent", "plan")
        body = {
            **{name: shown[name] for name in names},
            "handle": handle,
            "shown": item["shownDigest"],
            "expires": item["expires"],
            "role": "lead",
            "reason": None,
            "millis": 10,
        }
        return shown, body

    def approve(self, handle: str, person: str = "ben") -> Any:
        return self.ask(person, "approve", self.shown(handle)[1])

    def refuse(self, handle: str, person: str = "ben") -> Any:
        salt, why = secrets.token_bytes(16), "not like this"
        body = {**self.shown(handle)[1], "reason": hidden_digest(salt, why)}
        return self.ask(person, "refuse", body, {"reason": why, "salt": salt.hex()})

    def stop(self, scope: str = "all", person: str = "ana", why: str = "") -> Any:
        return self._scoped("stop", scope, person, why)

    def resume(self, scope: str = "all", person: str = "ana", why: str = "over") -> Any:
        return self._scoped("resume", scope, person, why)

    def release(self, files: Mapping[str, str], person: str = "ana") -> Any:
        """Release a changed workspace through the running gateway."""
        bundle = write_and_compile(self.path / "aims", files)
        raw = bundle_bytes(bundle)
        plan = self.line(b'{"hello": true}')["result"]["plan"]
        value = parse_json(raw, max_bytes=len(raw) + 1, max_depth=256)
        body = {"plan": bundle_digest(raw), "previous": plan}
        return self.ask(person, "release", body, {"bundle": value})

    def _scoped(self, verb: str, scope: str, person: str, why: str) -> Any:
        kind, _, name = scope.partition(":")
        salt = secrets.token_bytes(16)
        reason = hidden_digest(salt, why) if why else None
        body = {"scopeKind": kind, "scopeName": name, "reason": reason}
        beside = {"reason": why, "salt": salt.hex()} if why else {}
        return self.ask(person, verb, body, beside)

    def entries(self) -> list[Entry]:
        return list(wiring.read_entries(self.home))

    def decisions(self, action_id: str | None = None) -> list[DecisionRecord]:
        found = (e.record.predicate for e in self.entries() if e.record.kind is Kind.DECISION)
        return [d for d in found if action_id is None or d.action_id == action_id]

    def effects(self, action_id: str | None = None) -> list[EffectRecord]:
        found = (e.record.predicate for e in self.entries() if e.record.kind is Kind.EFFECT)
        return [e for e in found if action_id is None or e.action_id == action_id]

    def health(self) -> tuple[int, Json]:
        response = self.client.get(self.url + "/healthz")
        return response.status_code, response.json()

    # the process

    def start(self) -> None:
        """Start the gateway and wait until agents may connect."""
        command = [sys.executable, "-c", _RUN, "serve", str(self.home), "--port", "0"]
        command += ["--hold", str(self.hold), "--json"]
        if self.console_port:
            command += ["--console", str(self.console_port)]
        with (self.path / "gateway.err").open("ab") as errors:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, (self.path / "gateway.err").read_text()
        said = json.loads(line)
        self.url, self.console = said["url"], said["console"]

    def kill(self) -> None:
        """End the gateway without warning, as a power cut would."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
        self._closed()

    def end(self) -> int:
        """End the gateway as a person would; returns its exit code."""
        if self.process is None:
            return 0
        self.mood()
        self.process.terminate()
        try:
            code = self.process.wait(30)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self._closed()
        return code

    def _closed(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
        self._sweep()

    def _sweep(self) -> None:
        """End the tool servers that hang on after their gateway was killed: those of this world."""
        mark = os.fsencode(self.till)
        for found in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if mark in found.read_bytes():
                    os.kill(int(found.parent.name), signal.SIGKILL)


def reply_of(response: httpx2.Response, raw: bytes = b"") -> Reply:
    """Read an answer: JSON, or the last message of a stream of events."""
    text = response.text
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        data = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
        text = data[-1]
    body = json.loads(text) if text else None
    return Reply(response.status_code, response.headers, body, raw)


def call_body(tool: str, arguments: Any, meta: Json | None = None, **more: Any) -> Json:
    """Return a `tools/call` request with an id of its own."""
    params: Json = {"name": tool, "arguments": arguments, **more}
    if meta is not None:
        params["_meta"] = meta
    return {"jsonrpc": "2.0", "id": next(_numbers), "method": "tools/call", "params": params}


def raw_call(tool: str, arguments: bytes) -> bytes:
    """Return a `tools/call` request whose arguments are exactly these bytes."""
    head = f'{{"jsonrpc":"2.0","id":{next(_numbers)},"method":"tools/call","params":'
    return head.encode() + b'{"name":"%s","arguments":%s}}' % (tool.encode(), arguments)


def make_world(
    folder: Path, files: Any = till_files, *, hold: float = 0.0, **changes: Any
) -> World:
    """Make a home with a plan in force and a token for each agent; nothing runs yet.

    `files(till_folder, keys, **changes)` gives the workspace.
    """
    folder.mkdir(parents=True, exist_ok=True)
    world = World(folder, {name: Person(name) for name in PEOPLE}, hold=hold)
    world.till.mkdir(exist_ok=True)
    world.mood()
    bundle = write_and_compile(folder / "aims", files(world.till, world.keys, **changes))
    first = {"ana": (world.people["ana"].public,)}
    log = wiring.create_log(
        world.home, name="example.org/till", stage=bundle.stage, first_release=first
    )
    try:
        home = Home(log, wiring.clock(), wiring.ids())
        commands = Commands(Kernel(home, Point("terminal", Boundary.IN_PROCESS)))
        raw = bundle_bytes(bundle)
        value = parse_json(raw, max_bytes=len(raw) + 1, max_depth=256)
        body = {"plan": bundle_digest(raw), "previous": None}
        commands.run(world.signed("ana", "release", body), {"bundle": value})
        for agent in bundle.agents:
            token = "wk_" + secrets.token_urlsafe(32)
            world.tokens[agent.id] = token
            digest = hashlib.sha256(token.encode()).hexdigest()
            said = {"agent": agent.id, "name": f"{agent.id}-1", "digest": digest}
            commands.run(world.signed("ana", "token", said), {})
    finally:
        log.close()
    return world


@contextlib.contextmanager
def open_till(folder: Path, files: Any = till_files, **changes: Any) -> Iterator[World]:
    """Make a world, start its gateway, and end both."""
    world = make_world(folder, files, **changes)
    try:
        world.start()
        yield world
    finally:
        world.end()
        world.client.close()


def refused(world: World, ask: Callable[[], Reply], reason: str) -> DecisionRecord:
    """Ask: nothing is done, the agent is told why, and the refusal is in the log, just once."""
    before = world.executed()
    reply = ask()
    assert reply.reason == reason, reply.body
    assert world.executed() == before
    return recorded(world, reply, reason)


def recorded(world: World, reply: Reply, reason: str) -> DecisionRecord:
    """The refusal that an agent got is in the log as a block, and had no effect."""
    found = world.decisions(reply.refusal["decision"])
    decided = found[-1]
    assert decided.decision.outcome is Outcome.BLOCK
    assert decided.decision.reasons[0].value == reason
    assert [d for d in found if d.decision.outcome is Outcome.ALLOW] == []
    assert world.effects(decided.action_id) == []
    return decided
