"""Tool files: how a server is reached, and what its tools say of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.tool import ToolEntry, ToolFile
from watchkeeper.plan.workspace.report import Report, Spot

_SECRET_WORDS = ("authorization", "token", "secret", "password", "api-key", "apikey", "cookie")
_HIDE = "read it with `env:NAME` or `file:PATH`"


def check_servers(workspace: Workspace, names: Names, report: Report) -> None:
    """Check how every server is reached, and what its file says against what it listed."""
    for server, file in workspace.servers.items():
        _reach(file, report)
        _secrets(file, report)
        if server not in names.systems_of_server:
            message = f"no system uses the server `{server}`"
            report.at(file, "id").gap("unused", message, "name it under `servers:` of a system")
        for name, entry in file.says.tools.items():
            definition = workspace.definitions[server].get(name, {})
            spot = report.at(file, "tools", name)
            _hints(name, entry, definition, spot)
            _promises(name, entry, spot)


def _reach(file: Checked[ToolFile], report: Report) -> None:
    says = file.says
    if bool(says.command) + (says.url is not None) + (says.module is not None) != 1:
        message = "a server is reached by `command`, by `url` or by `module`, one of the three"
        report.at(file).safety("unreachable-server", message, "keep one")
    wrong = (
        [key for key in ("env", "cwd", "user") if getattr(says, key)] if not says.command else []
    )
    wrong += ["headers"] if says.url is None and says.headers else []
    for key in wrong:
        report.at(file, key).safety(
            "unreachable-server",
            f"`{key}` means nothing for a server that is reached like this",
            "take it away: `env`, `cwd` and `user` go with `command`, `headers` with `url`",
        )
    if says.url is not None and not _has_host(says.url):
        report.at(file, "url").safety("unreachable-server", "the URL has no host", "mend it")


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _secrets(file: Checked[ToolFile], report: Report) -> None:
    says = file.says
    if says.url is not None and "@" in says.url.split("://", 1)[-1].split("/")[0]:
        message = "a credential stands in the URL, and would stand in the plan"
        report.at(file, "url").safety("secret-in-plan", message, _HIDE)
    for section in ("headers", "env"):
        for name, source in getattr(says, section).items():
            looks = any(word in name.lower().replace("_", "-") for word in _SECRET_WORDS)
            if looks and source.startswith("text:"):
                message = f"the value of `{name}` stands in the plan, and looks like a credential"
                report.at(file, section, name).safety("secret-in-plan", message, _HIDE)


def _hints(name: str, entry: ToolEntry, definition: Mapping[str, Any], spot: Spot) -> None:
    """Compare with what the server hints; its hints are never believed, only compared."""
    hints = definition.get("annotations")
    said = hints if isinstance(hints, dict) else {}
    if not entry.writes and (said.get("readOnlyHint") is False or said.get("destructiveHint")):
        message = f"`{name}` is taken for a read, but its server says that it writes"
        spot.inside("writes").gap("said-to-write", message, "look again")


def _promises(name: str, entry: ToolEntry, spot: Spot) -> None:
    """Name tools whose retries can not be recognised."""
    if entry.writes and entry.idempotency is None and entry.once_per is None:
        spot.gap(
            "retry-not-recognised",
            f"a retry of `{name}` can not be recognised, so it may happen twice",
            "name the argument that makes a call unique under `idempotency:`, or `once_per:`",
        )
