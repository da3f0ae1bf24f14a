"""A workspace with every kind of record of the management system, and the means to change it."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from ruamel.yaml import YAML

from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.plan.register.approval import said_digest
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.register.form import parse_register
from watchkeeper.plan.workspace.checked import Checked, check
from watchkeeper.plan.workspace.kinds import BY_KIND
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.management.evaluation import ReviewInput
from watchkeeper.plan.workspace.yaml_tree import Tree
from watchkeeper.records.instant import Instant, parse_instant
from watchkeeper.standards.catalogue import annex_a

TODAY: Instant = parse_instant("2026-11-23T12:00:00.000000Z")
"""A day on which nothing of it is overdue."""
HEAD: dict[str, Any] = {
    "version": "1",
    "owner": "ana",
    "approved_by": "ben",
    "approved": "2026-10-01",
    "review_by": "2027-06-30",
}
POLICY = "Agents must not pay more than they may.\n"
_ASSESSED = {"system": "desk", "assessed": "2026-09-01", "by": "ben", "risks": ["overpaid"]}
RECORDS: dict[tuple[str, str], dict[str, Any]] = {
    ("scope", ""): {
        "units": [{"id": "payments", "name": "Payments", "in_scope": True, "why": "It pays."}],
        "sites": [
            {"id": "main", "name": "Main office", "in_scope": True, "why": "All work there."}
        ],
        "processes": [{"id": "paying", "name": "Paying", "in_scope": True, "why": "It pays."}],
        "interfaces": [
            {
                "id": "bank",
                "ours": "desk",
                "theirs": "The bank",
                "what": "payments",
                "system": "desk",
            }
        ],
    },
    ("methods", ""): {
        "risk": {
            "likelihood": [{"value": 1, "name": "rare"}, {"value": 3, "name": "often"}],
            "consequence": [{"value": 1, "name": "small"}, {"value": 3, "name": "large"}],
            "levels": [{"name": "low", "at_least": 1}, {"name": "high", "at_least": 6}],
            "accept_up_to": 3,
            "process": "We look at each system twice a year.",
        },
        "treatment": {"process": "We treat what is high."},
        "impact": {"process": "We ask who is affected."},
        "opportunities": [
            {
                "what": "People are paid sooner.",
                "actions": [{"what": "Pay at night.", "owner": "ana", "by": "2027-03-01"}],
            }
        ],
    },
    ("risk", "overpaid"): {
        "id": "overpaid",
        "title": "Too much is paid",
        "systems": ["desk"],
        "affects": ["organisation"],
        "likelihood": 3,
        "consequence": 3,
        "treatment": {
            "option": "modify",
            "controls": ["limits"],
            "results": [{"on": "2026-10-02", "result": "Limits are in force."}],
        },
        "residual": {"likelihood": 1, "consequence": 3},
        "signals": [{"control": "limits", "outcome": "block", "more_than": 5, "within": "1d"}],
        "assessed": "2026-09-01",
    },
    ("assessment", "desk"): {**_ASSESSED, "summary": "One risk, treated."},
    ("impact", "desk"): {
        **_ASSESSED,
        "description": "It pays people.",
        "affected": [{"group": "payees", "how": "They get money."}],
        "benefits": ["Paid sooner."],
        "harms": [{"id": "unpaid", "what": "Nobody is paid.", "measures": ["Ask a person."]}],
    },
    ("objectives", ""): {
        "objectives": [
            {
                "id": "in-time",
                "says": "95 % of escalations are decided within 30 minutes.",
                "owner": "ben",
                "systems": ["desk"],
                "controls": ["limits"],
                "risks": ["overpaid"],
                "measure": {
                    "of": "escalations",
                    "where": {"system": "desk"},
                    "share": {"decided_within": "30m"},
                },
                "target": {"at_least": "95 %"},
                "window": "30d",
                "least": 5,
            }
        ]
    },
    ("measurement", "2026-q3"): {
        "id": "2026-q3",
        "on": "2026-10-01",
        "by": "ana",
        "rows": [
            {
                "objective": "in-time",
                "value": "0.97",
                "of": 40,
                "met": True,
                "window": {"start": "2026-09-01", "end": "2026-10-01"},
                "origin": "attested",
            }
        ],
        "analysis": "It is met.",
        "evaluated_by": "ben",
    },
    ("competence", ""): {
        "needs": [{"id": "paying-well", "role": "lead", "what": "Knows the limits."}],
        "held": [
            {
                "need": "paying-well",
                "person": person,
                "evidence": "trained",
                "on": "2026-09-01",
                "expires": "2027-09-01",
            }
            for person in ("ana", "ben")
        ],
        "awareness": [
            {"person": person, "document": "ai-policy", "version": "1", "on": "2026-10-02"}
            for person in ("ana", "ben")
        ],
    },
    ("documents", ""): {
        "documents": [
            {
                **HEAD,
                "id": "ai-policy",
                "title": "AI policy",
                "file": "documents/ai-policy.md",
                "digest": sha256_hex(POLICY.encode()),
                "clauses": ["5.2"],
                "kind": "policy",
            },
            {
                **HEAD,
                "id": "running",
                "title": "How the desk is run",
                "digest": "1" * 64,
                "clauses": ["8.1"],
                "kind": "procedure",
            },
        ]
    },
    ("sentences", "ai-policy"): {
        "document": "ai-policy",
        "sentences": [{"anchor": "f7e0a4af", "says": POLICY.strip(), "control": "limits"}],
    },
    ("audits", ""): {
        "planned": [
            {"id": "2026", "by": "2026-10-31", "scope": "All of it", "auditors": ["ben"]},
            {"id": "2027", "by": "2027-10-31", "scope": "All of it", "auditors": ["ben"]},
        ]
    },
    ("audit", "2026"): {
        "id": "2026",
        "on": "2026-10-05",
        "auditors": ["ben"],
        "impartial": "Ben runs none of it.",
        "criteria": "ISO/IEC 42001",
        "scope": {"clauses": ["4.1"], "controls": ["limits"], "systems": ["desk"]},
        "findings": ["late-note"],
        "conclusion": "It works.",
        "reported_to": ["ana"],
        "reported": "2026-10-06",
    },
    ("review", "2026-2"): {
        "id": "2026-2",
        "on": "2026-10-20",
        "chaired_by": "ana",
        "present": ["ben"],
        "inputs": dict.fromkeys(get_args(ReviewInput), "Looked at."),
        "decisions": ["Go on."],
        "next_by": "2027-04-30",
    },
    ("finding", "late-note"): {
        "id": "late-note",
        "kind": "nonconformity",
        "severity": "minor",
        "source": "audit",
        "raised": "2026-10-05",
        "by": "ben",
        "systems": ["desk"],
        "clause": "9.1",
        "what": "A measurement was late.",
        "correction": "It was made.",
        "cause": "Nobody was told.",
        "actions": [
            {"what": "Tell somebody.", "owner": "ana", "by": "2027-01-15"},
        ],
        "effect": {"by": "2027-03-31"},
    },
    ("certificate", "ours"): {
        "id": "ours",
        "number": "AIMS-1",
        "holder": {"legal_name": "Example"},
        "scope_statement": "Paying people.",
        "issued": "2026-01-10",
        "expires": "2029-01-09",
        "status": "active",
        "cb": {"name": "Example Certification"},
    },
    ("supplier", "modelhouse"): {
        "id": "modelhouse",
        "name": "Model House",
        "systems": ["desk"],
        "answers": [{"question": "What is in scope?", "asked": "2026-09-01"}],
    },
    ("drill", "too-much"): {
        "id": "too-much",
        "title": "Too much at once",
        "control": "limits",
        "agent": "payer",
        "tool": "bank/pay",
        "arguments": {"to": "a", "amount": "5000.00"},
        "expect": {"outcome": "block"},
    },
}
_HEADLESS = {"sentences"}


class ManagedWorkspace:
    """The small workspace with a record of every kind, each with a full head.

    Who approved a record approved it as it stands, where it does not say otherwise; with `signs`
    put to False it is not said what was approved.
    """

    def __init__(self) -> None:
        self.signs = True
        self.files: dict[str, str | bytes | None] = {"documents/ai-policy.md": POLICY}
        self.records = {
            at: copy.deepcopy(says if at[0] in _HEADLESS else {**HEAD, **says})
            for at, says in RECORDS.items()
        }
        self.records["aims", ""] = {**_parsed("aims.yaml"), **_AIMS}
        self.records["soa", ""] = {**HEAD, "rows": _rows()}
        self.records["control", "limits"] = _parsed("controls/limits.yaml")
        self.records["system", "desk"] = _parsed("systems/desk.yaml")

    def change(self, kind: str, id_: str = "", /, **keys: Any) -> ManagedWorkspace:
        """Set keys of a record, made where it is new; a key that is set to None is left out."""
        says = self.records.setdefault((kind, id_), {})
        says.update(keys)
        for key in [key for key, value in says.items() if value is None]:
            del says[key]
        return self

    def remove(self, kind: str, id_: str | None = None) -> ManagedWorkspace:
        """Take out a record, or all of a kind."""
        for at in [at for at in self.records if at[0] == kind and id_ in {None, at[1]}]:
            del self.records[at]
        return self

    def _said(self) -> dict[tuple[str, str], dict[str, Any]]:
        return {at: _signed(says) if self.signs else says for at, says in self.records.items()}

    def register(self) -> Register:
        """Return what it says, without writing a file: as `register_of` has it of the files."""
        value: dict[str, Any] = {"format": 1, "files": {}, "documents": {}, "bases": {}}
        for (kind, id_), says in self._said().items():
            if kind == "aims":
                value["aims"] = says
            else:
                value["files"].setdefault(kind, {})[id_] = says
        for row in self.records.get(("documents", ""), {}).get("documents", []):
            raw = self.files.get(row.get("file", ""))
            if isinstance(raw, str):
                value["documents"][row["id"]] = sha256_hex(raw.encode())
        return parse_register(canonical_arguments(value))

    def workspace(self, loaded: Workspace) -> Workspace:
        """Return a workspace that was loaded with what stands here instead, without a disk."""
        found: dict[str, dict[str, Checked[Any]]] = {}
        for (kind, id_), says in self._said().items():
            file, errors = check(BY_KIND[kind].model, file_of(kind, id_), Tree(says))
            assert file is not None, errors
            found.setdefault(kind, {})[id_] = file
        aims, soa = found.pop("aims")[""], found.pop("soa", {}).get("")
        return replace(
            loaded,
            aims=aims,
            applicability=soa,
            systems=found.pop("system"),
            controls=found.pop("control"),
            management=replace(loaded.management, files=found),
        )

    def write(self, folder: Path) -> Path:
        """Write it all into a folder."""
        files = {file_of(*at): _yaml(says) for at, says in self._said().items()}
        return write_workspace(folder, {**files, **self.files})


def _signed(says: dict[str, Any]) -> dict[str, Any]:
    if "approved_by" not in says or "approved_digest" in says:
        return says
    return {**says, "approved_digest": said_digest(says)}


def file_of(kind: str, id_: str) -> str:
    """Return the name of a record's file."""
    return BY_KIND[kind].where.replace("*", id_)


_AIMS: dict[str, Any] = {
    **HEAD,
    "context": {"roles": ["deployer"], "internal": ["We are few."], "external": ["The law."]},
    "interested_parties": [
        {"name": "payees", "expects": ["their money"], "takes_on": ["their money"]}
    ],
    "ai_policy": {
        "title": "AI policy",
        "document": "ai-policy",
        "approved_by": "ben",
        "approved": "2026-10-01",
        "review_by": "2027-06-30",
    },
    "communication": [{"what": "incidents", "when": "at once", "to": "payees"}],
    "resources": ["Two people."],
}


def _rows() -> list[dict[str, Any]]:
    row = {"applicable": "in", "why": "It pays.", "status": "implemented", "owner": "ana"}
    return [{"control": control, **row} for control in (*annex_a(), "limits")]


def _parsed(name: str) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(FILES[name])
    return found


def _yaml(says: dict[str, Any]) -> str:
    """Render as JSON, which is YAML: one key a line, so that findings have lines of their own."""
    return json.dumps(says, indent=1) + "\n"
