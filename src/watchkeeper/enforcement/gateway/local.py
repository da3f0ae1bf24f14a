"""The local socket: how people's commands reach the gateway that runs.

One JSON line asks, one answers. The socket is 0600; every command on it is signed all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from pathlib import Path
from typing import Any

import orjson

from watchkeeper.enforcement.gateway.gateway import Gateway
from watchkeeper.errors import CommandInvalid, RecordInvalid, SettingsInvalid, WatchkeeperError, cut
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.records.codec import from_json
from watchkeeper.records.people import Signature

MAX_LINE = 64 << 20
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
    """Serves one home's commands."""

    def __init__(self, gateway: Gateway, path: Path) -> None:
        self._gateway, self._path = gateway, path
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen. The home's lock tells that nobody else does, so a left-over socket is ours."""
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(
                self._serve, path=str(self._path), limit=MAX_LINE
            )
        finally:
            os.umask(before)

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.LimitOverrunError, ValueError):
            line = await reader.readline()
            writer.write(orjson.dumps(await self._answer(line)) + b"\n")
            await writer.drain()
        writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            return {"result": await self._carry_out(line)}
        except WatchkeeperError as error:
            return {"error": {"code": error.code, "message": error.message, "advice": error.advice}}
        except Exception:  # noqa: BLE001 - a person gets an answer whatever happened; it is logged
            _log.exception("a command failed")
            return {"error": {"code": "error", "message": "the command failed", "advice": ""}}

    async def _carry_out(self, line: bytes) -> Any:
        asked = _parse(line)
        if "hello" in asked:
            home = self._gateway.kernel.home
            return {"origin": home.log.origin, "plan": home.state.plan}
        try:
            signature = from_json(Signature, asked.get("signature"))
        except RecordInvalid as error:
            raise CommandInvalid(f"not a command: {error.message}") from None
        beside = asked.get("beside")
        return await self._gateway.command(signature, beside if isinstance(beside, dict) else {})


def _parse(line: bytes) -> dict[str, Any]:
    try:
        asked = parse_json(line, max_bytes=MAX_LINE, max_depth=256)
    except RecordInvalid as error:
        raise CommandInvalid(f"not a command: {error.message}") from None
    if not isinstance(asked, dict):
        raise CommandInvalid("not a command: not an object")
    return asked
