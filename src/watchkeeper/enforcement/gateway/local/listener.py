"""The local socket: how people's commands and guards reach the gateway that runs.

The socket is 0600; every command on it is signed all the same, and a guard has its agent's token.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import os
from pathlib import Path
from typing import Any

import orjson

from watchkeeper.enforcement.door.lines import MAX_LINE, render_line
from watchkeeper.enforcement.gateway.gateway import Gateway
from watchkeeper.enforcement.gateway.local.guards import Guards
from watchkeeper.enforcement.gateway.local.reading import (
    LINE_SECONDS,
    LineReader,
    LineTooLongError,
)
from watchkeeper.errors import CommandInvalid, RecordInvalid, SettingsInvalid, WatchkeeperError, cut
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.records.codec import from_json
from watchkeeper.records.people import Signature

MOST_OPEN = 64
"""Connections at the same time; guards are let have fewer, so that people always get in."""
MAX_LARGE = 64 << 20
"""Bytes of a line that brings a plan."""
_LARGE_VERBS = frozenset({"release"})
_LARGE_AT_ONCE = 2
_MAX_PATH = 103
_log = logging.getLogger("watchkeeper.local")


def check_path(path: Path) -> None:
    """Refuse a path that no socket can have, before anything runs that people could not stop.

    Raises:
        SettingsInvalid: it is too long (`sun_path` of POSIX `sockaddr_un`, 108 bytes on Linux).
    """
    if len(os.fsencode(path)) > _MAX_PATH:
        raise SettingsInvalid(
            f"the path of the home is too long for its socket: {cut(path)}",
            f"put the home where its path is at most {_MAX_PATH - len(path.name) - 1} bytes long, "
            "or name it by a shorter, relative path",
        )


class LocalSocket:
    """Serves one home's people and guards."""

    def __init__(self, gateway: Gateway, path: Path) -> None:
        self._gateway, self._path = gateway, path
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)
        self._guards = Guards(gateway.kernel)

    async def open(self) -> None:
        """Listen. The home's lock tells that nobody else does, so a left-over socket is ours."""
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, path=str(self._path))
        finally:
            os.umask(before)

    async def close(self) -> None:
        """Stop listening; calls of guards that are under way may end first."""
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)
        await self._guards.drain()
        for writer in tuple(self._open):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= MOST_OPEN:
            full = CommandInvalid("too many connections to the gateway at the same time")
            writer.write(render_line(_error(full)))
            writer.close()
            return
        self._open.add(writer)
        try:
            with contextlib.suppress(ConnectionError, TimeoutError):
                await self._speak(LineReader(reader), writer)
        finally:
            self._open.discard(writer)
            writer.close()

    async def _speak(self, lines: LineReader, writer: asyncio.StreamWriter) -> None:
        """Answer a command, or stay with a guard."""
        try:
            line = await lines.line(MAX_LINE, LINE_SECONDS)
        except LineTooLongError:
            await self._answer_large(lines, writer)
            return
        asked = _parse(line or b"")
        if isinstance(asked, dict) and "guard" in asked:
            self._gateway.unauthenticated += await self._guards.serve(asked["guard"], lines, writer)
            return
        await _tell(writer, await self._answer(asked))

    async def _answer_large(self, lines: LineReader, writer: asyncio.StreamWriter) -> None:
        """Take a plan; few at a time, since anybody who may connect could send as much."""
        async with self._large:
            try:
                line = await lines.line(MAX_LARGE, LINE_SECONDS) or b""
            except LineTooLongError:
                await _tell(writer, _error(CommandInvalid("not a command: too long")))
                return
            asked = _parse(line)
            if isinstance(asked, dict) and _verb(asked) not in _LARGE_VERBS:
                asked = CommandInvalid("not a command: too long")
            await _tell(writer, await self._answer(asked))

    async def _answer(self, asked: dict[str, Any] | WatchkeeperError) -> dict[str, Any]:
        if isinstance(asked, WatchkeeperError):
            return _error(asked)
        try:
            return {"result": await self._carry_out(asked)}
        except WatchkeeperError as error:
            return _error(error)
        except Exception:  # noqa: BLE001 - a person gets an answer whatever happened; it is logged
            _log.exception("a command failed")
            return {"error": {"code": "error", "message": "the command failed", "advice": ""}}

    async def _carry_out(self, asked: dict[str, Any]) -> Any:
        if "hello" in asked:
            home = self._gateway.kernel.home
            return {"origin": home.log.origin, "plan": home.state.plan}
        try:
            signature = from_json(Signature, asked.get("signature"))
        except RecordInvalid as error:
            raise CommandInvalid(f"not a command: {error.message}") from None
        beside = asked.get("beside")
        return await self._gateway.command(signature, beside if isinstance(beside, dict) else {})


def _parse(line: bytes) -> dict[str, Any] | WatchkeeperError:
    try:
        asked = parse_json(line, max_bytes=MAX_LARGE, max_depth=256)
    except RecordInvalid as error:
        return CommandInvalid(f"not a command: {error.message}")
    return asked if isinstance(asked, dict) else CommandInvalid("not a command: not an object")


def _verb(asked: dict[str, Any]) -> str:
    """Return the verb that a command claims; nothing is believed of it but its size."""
    try:
        said = orjson.loads(base64.b64decode(asked["signature"]["payload"]))
        return str(said["verb"])
    except (ValueError, LookupError, TypeError):
        return ""


def _error(error: WatchkeeperError) -> dict[str, Any]:
    return {"error": {"code": error.code, "message": error.message, "advice": error.advice}}


async def _tell(writer: asyncio.StreamWriter, answer: dict[str, Any]) -> None:
    writer.write(render_line(answer))
    await writer.drain()
