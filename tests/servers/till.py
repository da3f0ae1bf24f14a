"""A till that pays, as a tool server over stdio; what it did stands in a witness file.

    python tests/servers/till.py FOLDER

`FOLDER/witness` gets one JSON line for each call of a writing tool that was executed. The file
`FOLDER/mood` holds JSON that is read again for each call:

    {"account": {...}}         what `look` answers (default: open, limit 100000)
    {"look": "hang"|"error"|"plain"|"rubbish"}   how `look` fails
    {"pay": "hold"}            `pay` writes `FOLDER/holding` and waits until the mood changes
    {"pay": "lost"}            `pay` executes and never answers
    {"send": "flood"}          `send` tells 5,000 things of 4 KiB each before it answers
    {"look": "ask"}            `look` asks back first, with its state in clear, and then writes
    {"describe": "..."}        another description of `pay`
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any, Final

Json = dict[str, Any]
_VERSION: Final = "io.modelcontextprotocol/protocolVersion"
TEXT: Final[Json] = {"type": "string"}
PAY: Final[Json] = {
    "to": TEXT,
    "amount": {"type": "number"},
    "count": {"type": "integer"},
    "key": TEXT,
    "note": TEXT,
    "more": {"type": "object", "properties": {"deep": {}}},
}


def _tool(name: str, properties: Json, required: list[str], described: str = "Does it.") -> Json:
    schema = {"type": "object", "properties": properties, "required": required}
    return {"name": name, "description": described, "inputSchema": schema}


def definitions(described: str = "Pays.") -> list[Json]:
    """Return the tools as they are listed."""
    return [
        _tool("pay", PAY, ["to", "amount"], described),
        _tool("send", {"to": TEXT, "text": TEXT}, ["to", "text"]),
        _tool("drop", {"what": TEXT}, ["what"]),
        _tool("erase", {"what": TEXT}, ["what"]),
        _tool("give", {"amount": {"type": "number"}}, ["amount"]),
        _tool("look", {"to": TEXT}, ["to"]),
        _tool("paid", {"key": TEXT}, ["key"]),
        _tool("unnamed", {}, []),
    ]


def _mood(folder: Path) -> Json:
    try:
        found: Json = json.loads((folder / "mood").read_text())
    except (OSError, ValueError):
        return {}
    return found


def _executed(folder: Path) -> list[Json]:
    try:
        return [json.loads(line) for line in (folder / "witness").read_text().splitlines()]
    except OSError:
        return []


def _look(folder: Path, _arguments: Json) -> Json:
    mood = _mood(folder)
    kind = mood.get("look")
    if kind == "hang":
        while _mood(folder).get("look") == "hang":
            time.sleep(0.01)
    if kind == "error":
        return {"content": [{"type": "text", "text": "no"}], "isError": True}
    if kind == "plain":
        return {"content": [{"type": "text", "text": "no structure"}]}
    account = {"limit": 100_000.0, "open": True, **mood.get("account", {})}
    return {"content": [], "structuredContent": account}


def _paid(folder: Path, arguments: Json) -> Json:
    done = any(line["arguments"].get("key") == arguments["key"] for line in _executed(folder))
    return {"content": [], "structuredContent": {"found": done}}


def _write(folder: Path, name: str, arguments: Json) -> Json | None:
    kind = _mood(folder).get(name)
    if kind == "hold":
        (folder / "holding").write_text("1")
        while _mood(folder).get(name) == "hold":
            time.sleep(0.01)
    with (folder / "witness").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"name": name, "arguments": arguments}) + "\n")
    if kind == "flood":
        said = {"level": "info", "data": "x" * 4096}
        told = {"jsonrpc": "2.0", "method": "notifications/message", "params": said}
        for _ in range(5_000):
            print(json.dumps(told))
    if kind == "lost":
        return None
    return {"content": [{"type": "text", "text": f"done {name}"}]}


def _ask(arguments: Json) -> Json:
    """Ask back, and leave with the host, unprotected, what was asked for."""
    asked = {"mode": "form", "message": "Sure?", "requestedSchema": {"type": "object"}}
    return {
        "resultType": "input_required",
        "inputRequests": {"sure": {"method": "elicitation/create", "params": asked}},
        "requestState": f"to={arguments['to']}",
    }


def _call(folder: Path, params: Json) -> Json | None:
    name, arguments = params["name"], params.get("arguments") or {}
    if _mood(folder).get(name) == "ask":
        if "inputResponses" not in params:
            return _ask(arguments)
        return _write(folder, name, {**arguments, "state": params.get("requestState")})
    if name == "look":
        return _look(folder, arguments)
    if name == "paid":
        return _paid(folder, arguments)
    return _write(folder, name, arguments)


def answer(folder: Path, method: str, params: Json) -> Json | None:
    """Answer one request; None for what is never answered."""
    modern = _VERSION in (params.get("_meta") or {})
    if method == "initialize":
        return {
            "protocolVersion": "2025-11-25",
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "till", "version": "1"},
        }
    if method == "tools/list":
        tools = definitions(_mood(folder).get("describe", "Pays."))
        return {"tools": tools, **({"ttlMs": 0, "cacheScope": "public"} if modern else {})}
    if method == "ping":
        return {}
    if method == "tools/call":
        return _call(folder, params)
    raise LookupError(method)


def main() -> None:
    """Answer until the other side goes."""
    folder = Path(sys.argv[1])
    for line in sys.stdin:
        message = json.loads(line)
        if "method" not in message or "id" not in message:
            continue
        said: Json = {"jsonrpc": "2.0", "id": message["id"]}
        try:
            result = answer(folder, message["method"], message.get("params") or {})
        except LookupError:
            said["error"] = {"code": -32601, "message": "no such method"}
        else:
            if result is None:
                continue
            if _VERSION in ((message.get("params") or {}).get("_meta") or {}):
                result.setdefault("resultType", "complete")
            said["result"] = result
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
