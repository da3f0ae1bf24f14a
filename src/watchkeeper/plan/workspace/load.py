"""Read a workspace folder: every file checked by itself, every error kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from watchkeeper.errors import LedgerError, PlanUnreadable, RecordInvalid, cut
from watchkeeper.ledger.canonical import MAX_RECORD_DEPTH, parse_json
from watchkeeper.plan.workspace.checked import Checked, check
from watchkeeper.plan.workspace.finding import Finding, Severity, in_order, stops_release
from watchkeeper.plan.workspace.folder import (
    BASIS,
    MAX_DEFINITIONS,
    UNFINISHED,
    Folder,
    open_folder,
)
from watchkeeper.plan.workspace.kinds import BASED, BY_KIND, RECORDS, Place
from watchkeeper.plan.workspace.models.authority import AuthorityFile
from watchkeeper.plan.workspace.models.budgets import BudgetsFile
from watchkeeper.plan.workspace.models.control import ApplicabilityFile, ControlFile
from watchkeeper.plan.workspace.models.organisation import AimsFile
from watchkeeper.plan.workspace.models.system import SystemFile
from watchkeeper.plan.workspace.models.tool import ToolFile
from watchkeeper.plan.workspace.records import Basis, FileDigest, Records, digest_of
from watchkeeper.plan.workspace.yaml_tree import YamlRefused, parse_yaml

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace whose files hold one by one. Whether they hold together, `lint` says.

    Mappings go from id to file; `definitions` from server id to the tools as the server listed
    them, by name; `cedar` are `(system, file, text)`.
    """

    root: Path
    aims: Checked[AimsFile]
    systems: Mapping[str, Checked[SystemFile]]
    servers: Mapping[str, Checked[ToolFile]]
    authority: Mapping[str, Checked[AuthorityFile]]
    controls: Mapping[str, Checked[ControlFile]]
    applicability: Checked[ApplicabilityFile] | None
    definitions: Mapping[str, Mapping[str, Any]]
    cedar: tuple[tuple[str, str, str], ...]
    budgets: Checked[BudgetsFile] | None = None
    management: Records = field(default_factory=Records)


def load_workspace(path: Path) -> tuple[Workspace | None, tuple[Finding, ...]]:
    """Read every file of the workspace at `path`, and check each by itself.

    Returns the workspace, or None where a file does not hold, and everything that is wrong.
    """
    try:
        folder = open_folder(path)
    except PlanUnreadable as error:
        return None, (
            Finding(Severity.UNREADABLE, str(path), 0, error.message, error.advice, "no-workspace"),
        )
    loader = _Loader(folder)
    workspace = loader.load()
    return workspace, in_order(loader.findings)


class _Loader:
    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.findings: list[Finding] = []

    def load(self) -> Workspace | None:
        aims = self.one(AimsFile, "aims.yaml")
        soa = self.one_if_there(ApplicabilityFile, "soa.yaml")
        budgets = self.one_if_there(BudgetsFile, "budgets.yaml")
        systems = self.many(SystemFile, "systems", "id")
        servers = self.many(ToolFile, "tools", "id")
        authority = self.many(AuthorityFile, "authority", "agent")
        controls = self.many(ControlFile, "controls", "id")
        management = self.records()
        definitions = {name: self.definitions(name) for name in servers}
        cedar = self.cedar()
        self.strays()
        self.unfinished()
        if aims is None or stops_release(self.findings):
            return None
        return Workspace(
            root=self.folder.root,
            aims=aims,
            systems=systems,
            servers=servers,
            authority=authority,
            controls=controls,
            applicability=soa,
            definitions=definitions,
            cedar=cedar,
            budgets=budgets,
            management=management,
        )

    def records(self) -> Records:
        files = {place.kind: self.placed(place) for place in (*RECORDS, BY_KIND["drill"])}
        bases = {
            (kind, _stem(name, BASIS)): Basis(name, says)
            for kind in BASED
            for name in self.folder.files_beside(BY_KIND[kind].folder or "", BASIS)
            if (says := self.json_object(name, _ASSESS)) is not None
        }
        documents = files["documents"].get("")
        return Records(files, bases, self.digests(documents) if documents else {})

    def placed(self, place: Place) -> dict[str, Checked[Any]]:
        if place.folder is not None:
            return self.many(place.model, place.folder, place.key)
        found = self.one_if_there(place.model, place.where)
        return {} if found is None else {"": found}

    def digests(self, documents: Checked[Any]) -> dict[str, FileDigest]:
        found = {}
        for i, row in enumerate(documents.says.documents):
            if row.file is None or not self.folder.has(row.file):
                continue
            try:
                found[row.id] = digest_of(row.file, self.folder.read_bytes(row.file))
            except PlanUnreadable as error:
                line = documents.line("documents", i, "file")
                self.unreadable(documents.file, error, line)
        return found

    def one(self, kind: type[M], name: str) -> Checked[M] | None:
        try:
            tree = parse_yaml(self.folder.read(name))
        except YamlRefused as error:
            self.unreadable(name, error, error.line)
            return None
        except PlanUnreadable as error:
            self.unreadable(name, error)
            return None
        checked, findings = check(kind, name, tree)
        self.findings.extend(findings)
        return checked

    def one_if_there(self, kind: type[M], name: str) -> Checked[M] | None:
        return self.one(kind, name) if self.folder.has(name) else None

    def many(self, kind: type[M], folder: str, key: str) -> dict[str, Checked[M]]:
        found: dict[str, Checked[M]] = {}
        for name in self.folder.yaml_files(folder):
            checked = self.one(kind, name)
            if checked is not None:
                self.admit(found, checked, str(getattr(checked.says, key)), key)
        return found

    def admit(self, found: dict[str, Checked[M]], file: Checked[M], id_: str, key: str) -> None:
        stem = file.file.rpartition("/")[2].removesuffix(".yaml")
        if id_ in found:
            other = found[id_].file
            message = f"the {key} {cut(id_)} is already that of `{other}`"
            self.safety(file.file, file.line(key), message, "give one of them another", "id-twice")
            return
        if stem != id_:
            self.safety(
                file.file,
                file.line(key),
                f"the file is called {cut(stem)} but its {key} is {cut(id_)}",
                f"rename the file to `{id_}.yaml`, or change the {key}",
                "name-differs",
            )
        found[id_] = file

    def json_object(self, name: str, again: str) -> Mapping[str, Any] | None:
        try:
            value = parse_json(
                self.folder.read(name, MAX_DEFINITIONS),
                max_bytes=MAX_DEFINITIONS,
                max_depth=MAX_RECORD_DEPTH,
            )
        except PlanUnreadable as error:
            self.unreadable(name, error)
            return None
        except (RecordInvalid, LedgerError) as error:
            self.unreadable(name, PlanUnreadable(error.message, again))
            return None
        if not isinstance(value, dict):
            self.unreadable(name, PlanUnreadable("not a JSON object", again))
            return None
        return value

    def definitions(self, server: str) -> Mapping[str, Any]:
        name = f"tools/{server}.definitions.json"
        if not self.folder.has(name):
            return {}
        value = self.json_object(name, _AGAIN)
        if value is None:
            return {}
        tools = value.get("tools")
        if not isinstance(tools, list):
            self.unreadable(name, PlanUnreadable("not a list of tools under `tools`", _AGAIN))
            return {}
        return {
            tool["name"]: tool
            for tool in tools
            if isinstance(tool, dict) and isinstance(tool.get("name"), str)
        }

    def cedar(self) -> tuple[tuple[str, str, str], ...]:
        found = []
        for system, name in self.folder.policy_files():
            try:
                found.append((system, name, self.folder.read(name)))
            except PlanUnreadable as error:
                self.unreadable(name, error)
        return tuple(found)

    def strays(self) -> None:
        for stray in self.folder.strays():
            severity = Severity.MANAGEMENT if stray.harmless else Severity.SAFETY
            advice = "move it elsewhere, or give it the name of a file that is read"
            message = f"is not read: {stray.why}"
            self.findings.append(Finding(severity, stray.name, 0, message, advice, "not-read"))

    def unfinished(self) -> None:
        if self.folder.has(UNFINISHED):
            message = "several files were to be written together, and it was broken off"
            advice = "say that command again, which goes on with it, or take it away"
            self.safety(UNFINISHED.rpartition("/")[0], 0, message, advice, "broken-off")

    def safety(self, file: str, line: int, message: str, advice: str, code: str) -> None:
        self.findings.append(Finding(Severity.SAFETY, file, line, message, advice, code))

    def unreadable(self, file: str, error: PlanUnreadable, line: int = 0) -> None:
        self.findings.append(
            Finding(Severity.UNREADABLE, file, line, error.message, error.advice, "unreadable")
        )


_AGAIN = "write it again with `watchkeeper plan import-tools`"
_ASSESS = "write it again with `watchkeeper plan assess`"


def _stem(name: str, ending: str) -> str:
    return Path(name).name.removesuffix(ending)
