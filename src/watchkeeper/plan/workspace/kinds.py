"""The kinds of files of a workspace, as one table that whatever reads or lists them goes by."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.plan.workspace.models.authority import AuthorityFile
from watchkeeper.plan.workspace.models.budgets import BudgetsFile
from watchkeeper.plan.workspace.models.control import ApplicabilityFile, ControlFile
from watchkeeper.plan.workspace.models.drill import DrillFile
from watchkeeper.plan.workspace.models.management.certificates import (
    CertificateFile,
    SupplierFile,
)
from watchkeeper.plan.workspace.models.management.documents import DocumentsFile, SentencesFile
from watchkeeper.plan.workspace.models.management.evaluation import (
    AuditFile,
    ProgrammeFile,
    ReviewFile,
)
from watchkeeper.plan.workspace.models.management.findings import FindingFile
from watchkeeper.plan.workspace.models.management.impacts import ImpactFile
from watchkeeper.plan.workspace.models.management.objectives import (
    MeasurementFile,
    ObjectivesFile,
)
from watchkeeper.plan.workspace.models.management.people import CompetenceFile
from watchkeeper.plan.workspace.models.management.risks import (
    AssessmentFile,
    MethodsFile,
    RiskFile,
)
from watchkeeper.plan.workspace.models.management.scope import ScopeFile
from watchkeeper.plan.workspace.models.organisation import AimsFile
from watchkeeper.plan.workspace.models.scalars import Part
from watchkeeper.plan.workspace.models.system import SystemFile
from watchkeeper.plan.workspace.models.tool import ToolFile


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of file: its model, where it lies, the key that names it, and what it is for.

    `where` is a file's name, or `folder/*.yaml`; `clauses` are those of ISO/IEC 42001:2023 that it
    answers; `page` is the page of `docs/` that has its keys. `runs` says that the kind takes part
    in what is enforced; all others are records of the management system.
    """

    kind: str
    model: type[Part]
    where: str
    key: str = ""
    clauses: tuple[str, ...] = ()
    page: str = "workspace.md"
    runs: bool = False

    @property
    def folder(self) -> str | None:
        """The folder that its files lie in; None where there is one file only."""
        folder, slash, _ = self.where.rpartition("/")
        return folder if slash else None


PLACES = (
    Place("aims", AimsFile, "aims.yaml", clauses=("4.1", "4.2", "5.3", "7.4"), runs=True),
    Place("system", SystemFile, "systems/*.yaml", "id", ("4.3",), runs=True),
    Place("tool", ToolFile, "tools/*.yaml", "id", runs=True),
    Place("authority", AuthorityFile, "authority/*.yaml", "agent", runs=True),
    Place("budgets", BudgetsFile, "budgets.yaml", runs=True),
    Place(
        "control",
        ControlFile,
        "controls/*.yaml",
        "id",
        (),
        "workspace/applicability.md",
        runs=True,
    ),
    Place("soa", ApplicabilityFile, "soa.yaml", "", ("6.1.3",), "workspace/applicability.md", True),
    Place("drill", DrillFile, "drills/*.yaml", "id", (), "workspace/drills.md", True),
    Place("scope", ScopeFile, "scope.yaml", "", ("4.3",), "workspace/scope.md"),
    Place(
        "methods",
        MethodsFile,
        "methods.yaml",
        "",
        ("6.1.1", "6.1.2", "6.1.3", "6.1.4"),
        "workspace/risks.md",
    ),
    Place("risk", RiskFile, "risks/*.yaml", "id", ("6.1.2", "6.1.3", "8.3"), "workspace/risks.md"),
    Place(
        "assessment", AssessmentFile, "assessments/*.yaml", "system", ("8.2",), "workspace/risks.md"
    ),
    Place("impact", ImpactFile, "impacts/*.yaml", "system", ("8.4",), "workspace/risks.md"),
    Place("objectives", ObjectivesFile, "objectives.yaml", "", ("6.2",), "workspace/objectives.md"),
    Place(
        "measurement",
        MeasurementFile,
        "measurements/*.yaml",
        "id",
        ("9.1",),
        "workspace/objectives.md",
    ),
    Place(
        "competence", CompetenceFile, "competence.yaml", "", ("7.2", "7.3"), "workspace/people.md"
    ),
    Place("documents", DocumentsFile, "documents.yaml", "", ("7.5",), "workspace/documents.md"),
    Place(
        "sentences",
        SentencesFile,
        "sentences/*.yaml",
        "document",
        ("5.2",),
        "workspace/documents.md",
    ),
    Place("audits", ProgrammeFile, "audits.yaml", "", ("9.2.2",), "workspace/evaluation.md"),
    Place("audit", AuditFile, "audits/*.yaml", "id", ("9.2.2",), "workspace/evaluation.md"),
    Place("review", ReviewFile, "reviews/*.yaml", "id", ("9.3.3",), "workspace/evaluation.md"),
    Place(
        "finding", FindingFile, "findings/*.yaml", "id", ("10.1", "10.2"), "workspace/evaluation.md"
    ),
    Place(
        "certificate", CertificateFile, "certificates/*.yaml", "id", (), "workspace/certificates.md"
    ),
    Place("supplier", SupplierFile, "suppliers/*.yaml", "id", (), "workspace/certificates.md"),
)
BY_KIND = {place.kind: place for place in PLACES}
RECORDS = tuple(place for place in PLACES if not place.runs)
"""The records of the management system; a workspace without any of them has none."""
BASED = ("assessment", "impact")
"""Kinds whose files have a `.basis.json` beside them: what of the plan was looked at."""
