"""The stdio door: an agent's host starts it as a tool server; it is a client of the gateway.

Each line of standard input is a message that is posted to the gateway, and each message that comes
back is a line of standard output (MCP, transports: stdio and streamable HTTP, in both eras). It has
an agent's token and nothing else: it opens no home, decides nothing and keeps nothing. What the
gateway refuses is refused here.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import httpx2
import orjson

from watchkeeper.enforcement.messages.rpc import INTERNAL_ERROR, MAX_BODY_BYTES, REFUSED
from watchkeeper.enforcement.upstream.channel import BrokenOff
from watchkeeper.enforcement.upstream.sse import event_id, events, retry_of
from watchkeeper.errors import SettingsInvalid, cut

_VERSION = "io.modelcontextprotocol/protocolVersion"
_SESSION = "mcp-session-id"
_LINGER_SECONDS = 2.0
_TRIES = 5
_AGAIN_SECONDS = 1.0
_MOST_AGAIN_SECONDS = 30.0
_GONE = "the gateway went away; it is not known whether the action was carried out"
_UNANSWERED = "the gateway ended its answer too early; it is not known what became of the action"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a gateway is, for which tool server, and the token of the agent."""

    url: str
    server: str
    token: str

    @property
    def endpoint(self) -> str:
        """The URL to post to."""
        return f"{self.url.rstrip('/')}/mcp/{self.server}"


def run(place: Place) -> None:
    """Relay until standard input ends.

    Raises:
        SettingsInvalid: no gateway runs there, or it does not let this agent to this server.
    """
    with contextlib.suppress(BrokenPipeError):
        asyncio.run(_run(place))


async def _run(place: Place) -> None:
    headers = {"authorization": f"Bearer {place.token}"}
    timeout = httpx2.Timeout(10.0, read=None, pool=None)
    limits = httpx2.Limits(max_connections=None)
    # No proxy of the environment: the token goes to the gateway that is named, and nowhere else.
    async with httpx2.AsyncClient(
        headers=headers, timeout=timeout, limits=limits, trust_env=False
    ) as client:
        await _check(client, place)
        await Relay(client, place.endpoint, _print).run(await _standard_input())


async def _check(client: httpx2.AsyncClient, place: Place) -> None:
    """Refuse to begin where nothing could come of it: the agent's host should see that at once."""
    try:
        async with asyncio.timeout(10.0):
            status = (await client.get(place.endpoint)).status_code
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError):
        raise SettingsInvalid(
            f"no gateway runs at {cut(place.url)}", "start `watchkeeper serve`, or give `--url`"
        ) from None
    if status == httpx2.codes.UNAUTHORIZED:
        raise SettingsInvalid(
            "the gateway does not know the token", "make one with `watchkeeper do token`"
        )
    if status == httpx2.codes.FORBIDDEN:
        raise SettingsInvalid(f"this agent has no tool server {cut(place.server)} there")


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=MAX_BODY_BYTES + 1)
    try:
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
    except ValueError:
        raise SettingsInvalid("standard input is no pipe", "let an agent's host start it") from None
    return reader


def _print(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


class Relay:
    """Posts lines to one endpoint of a gateway, and hands over what comes back."""

    def __init__(
        self, client: httpx2.AsyncClient, endpoint: str, show: Callable[[bytes], None]
    ) -> None:
        self._client, self._endpoint, self._show = client, endpoint, show
        self._session: dict[str, str] = {}
        self._showing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Task[None] | None = None

    async def run(self, lines: asyncio.StreamReader) -> None:
        """Relay until the lines end; then end the session."""
        try:
            while line := await _line(lines):
                if line.strip():
                    await self._take(line.strip())
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=_LINGER_SECONDS)
        finally:
            await self._end()

    async def _take(self, line: bytes) -> None:
        """Post one line: requests side by side, all else in the order in which it came."""
        message = _parsed(line)
        if "id" in message and "method" in message and message["method"] != "initialize":
            self._later(self._post(line, message))
        else:
            await self._post(line, message)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _post(self, line: bytes, message: dict[str, Any]) -> None:
        asked = message.get("id") if "method" in message else None
        headers = {
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            **_said(message, self._session),
        }
        heard = _Heard()
        try:
            async with self._client.stream(
                "POST", self._endpoint, content=line, headers=headers
            ) as response:
                answer = await self._answered(response, asked, heard)
                session = response.headers.get(_SESSION)
        except (httpx2.HTTPError, BrokenOff):
            if heard.event is None or asked is None:
                await self._fail(asked, INTERNAL_ERROR, _GONE)
                return
            answer, session = None, None
        if answer is None and heard.event is not None and asked is not None:
            await self._go_on(asked, heard)
        elif answer is None and heard.streamed:
            await self._fail(asked, INTERNAL_ERROR, _UNANSWERED)
        elif message.get("method") == "initialize" and answer is not None:
            self._opened(session, answer)

    async def _answered(
        self, response: httpx2.Response, asked: Any, heard: _Heard
    ) -> dict[str, Any] | None:
        """Hand over what a response brings; returns the answer to what was asked, if it came."""
        kind = response.headers.get("content-type", "")
        if kind.startswith("text/event-stream"):
            return await self._streamed(response, asked, heard)
        body = await response.aread()
        found = _parsed(body)
        if found.get("jsonrpc") == "2.0":
            return await self._hand_over(body)
        if response.is_error or asked is not None:
            why = found.get("title") or found.get("error") or f"HTTP {response.status_code}"
            data = {"watchkeeper": found["watchkeeper"]} if "watchkeeper" in found else None
            await self._fail(asked, REFUSED if data else INTERNAL_ERROR, f"gateway: {why}", data)
        return None

    async def _streamed(
        self, response: httpx2.Response, asked: Any, heard: _Heard
    ) -> dict[str, Any] | None:
        heard.streamed, answer = True, None
        async for arrived in events(response.aiter_bytes()):
            heard.note(arrived.lines)
            found = await self._hand_over(arrived.data)
            if "method" not in found and asked is not None and found.get("id") == asked:
                answer = found
        return answer

    async def _go_on(self, asked: Any, heard: _Heard) -> None:
        """Go on where a stream ended without its answer (2025-11-25, resumability).

        The gateway lets a session go on from its own events alone, and records the effect before
        it tells of it, whichever stream that is on.
        """
        tries = 0
        while tries < _TRIES:
            tries, event = tries + 1, heard.event
            await asyncio.sleep(heard.again)
            with contextlib.suppress(httpx2.HTTPError, BrokenOff):
                answer, status = await self._resumed(asked, heard)
                if answer is not None:
                    return
                if status != httpx2.codes.OK:
                    break
            if heard.event != event:
                tries = 0  # something came: it is worth going on
        await self._fail(asked, INTERNAL_ERROR, _GONE)

    async def _resumed(self, asked: Any, heard: _Heard) -> tuple[dict[str, Any] | None, int]:
        event = (heard.event or b"").decode("latin-1")
        headers = {"accept": "text/event-stream", "last-event-id": event, **self._session}
        async with self._client.stream("GET", self._endpoint, headers=headers) as response:
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                return None, httpx2.codes.BAD_REQUEST
            return await self._streamed(response, asked, heard), response.status_code

    async def _hand_over(self, data: bytes) -> dict[str, Any]:
        """Show one message as one line; between tokens of JSON a line break is only a blank."""
        if data.strip():
            line = data.replace(b"\r", b" ").replace(b"\n", b" ")
            async with self._showing:
                # Who does not read any more has gone, and standard input ends, too.
                with contextlib.suppress(BrokenPipeError):
                    await asyncio.to_thread(self._show, line)
        return _parsed(data)

    async def _fail(self, asked: Any, code: int, why: str, data: Any = None) -> None:
        """Answer a request that the gateway did not answer; what is none gets no answer."""
        if asked is None:
            return
        error = {"code": code, "message": why, **({"data": data} if data else {})}
        await self._hand_over(orjson.dumps({"jsonrpc": "2.0", "id": asked, "error": error}))

    def _opened(self, session: str | None, answer: dict[str, Any]) -> None:
        """Go on in the session that the gateway opened (2025-11-25), and listen in it."""
        result = answer.get("result")
        version = result.get("protocolVersion") if isinstance(result, dict) else None
        self._session = {_SESSION: session} if session else {}
        if isinstance(version, str):
            self._session["mcp-protocol-version"] = version
        if self._listening is not None:
            self._listening.cancel()
        self._listening = asyncio.create_task(self._listen()) if session else None

    async def _listen(self) -> None:
        """Hear what the server tells by itself; where the stream ends, go on from there."""
        heard, tries = _Heard(), 0
        while tries < _TRIES:
            event = heard.event
            with contextlib.suppress(httpx2.HTTPError, BrokenOff):
                headers = {"accept": "text/event-stream", **self._session}
                if event is not None:
                    headers["last-event-id"] = event.decode("latin-1")
                async with self._client.stream("GET", self._endpoint, headers=headers) as response:
                    if not response.headers.get("content-type", "").startswith("text/event-stream"):
                        return
                    await self._streamed(response, None, heard)
            tries = 0 if heard.event != event else tries + 1
            await asyncio.sleep(heard.again)

    async def _end(self) -> None:
        tasks = [*self._tasks, *([self._listening] if self._listening else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if _SESSION in self._session:
            with contextlib.suppress(httpx2.HTTPError, TimeoutError):
                async with asyncio.timeout(_LINGER_SECONDS):
                    await self._client.delete(self._endpoint, headers=self._session)


@dataclass(slots=True)
class _Heard:
    """What was heard on streams: their last event, and when to come back, in seconds."""

    event: bytes | None = None
    again: float = _AGAIN_SECONDS
    streamed: bool = False

    def note(self, lines: tuple[bytes, ...]) -> None:
        for line in lines:
            self.event = event_id(line) or self.event
            again = retry_of(line)
            self.again = self.again if again is None else min(again, _MOST_AGAIN_SECONDS)


async def _line(lines: asyncio.StreamReader) -> bytes:
    """Read one line; of one that is too long only so much that the gateway refuses it."""
    try:
        return await lines.readuntil(b"\n")
    except asyncio.IncompleteReadError as error:
        return error.partial
    except asyncio.LimitOverrunError:
        start = await lines.readexactly(MAX_BODY_BYTES + 1)
        while True:
            try:
                await lines.readuntil(b"\n")
            except asyncio.LimitOverrunError as error:
                await lines.readexactly(error.consumed)
            except asyncio.IncompleteReadError:
                return start
            else:
                return start


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _said(message: dict[str, Any], session: dict[str, str]) -> dict[str, str]:
    """Return the headers of the protocol for a message (MCP 2026-07-28, transports)."""
    params = message.get("params")
    meta = params.get("_meta") if isinstance(params, dict) else None
    version = meta.get(_VERSION) if isinstance(meta, dict) else None
    if not isinstance(version, str):
        return session
    said = {"mcp-protocol-version": version, "mcp-method": message.get("method")}
    for name in ("name", "uri", "taskId"):
        if isinstance(params, dict) and name in params:
            said["mcp-name"] = params[name]
            break
    return {name: _header(text) for name, text in said.items() if isinstance(text, str)}


def _header(text: str) -> str:
    """Spell a value as a header can hold it (MCP 2026-07-28, transports)."""
    plain = text.isascii() and text.isprintable() and text == text.strip()
    if plain and not text.startswith("=?"):
        return text
    return f"=?base64?{base64.b64encode(text.encode(errors='replace')).decode()}?="
