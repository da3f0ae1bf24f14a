"""Every rule about the records of the management system.

A rule that depends on today is dated: what it finds never stands in a plan, so that two people who
compile the same files on different days get the same plan.
"""

from __future__ import annotations

from collections.abc import Callable

from watchkeeper.plan.lint.management.dates import (
    check_future,
    check_never,
    check_overdue,
    check_rows,
)
from watchkeeper.plan.lint.management.heads import (
    check_documents,
    check_heads,
    check_templates,
)
from watchkeeper.plan.lint.management.people import check_competence, check_left
from watchkeeper.plan.lint.management.proof.certificates import check_certificates
from watchkeeper.plan.lint.management.proof.evaluation import (
    check_audits,
    check_findings,
    check_reviews,
)
from watchkeeper.plan.lint.management.proof.evidence import check_evidence
from watchkeeper.plan.lint.management.references import check_circles, check_references
from watchkeeper.plan.lint.management.treatment.assessments import check_assessments
from watchkeeper.plan.lint.management.treatment.risks import (
    check_assessed,
    check_opportunities,
    check_risks,
)
from watchkeeper.plan.lint.management.treatment.rows import (
    check_clauses,
    check_expected,
    check_readiness,
    check_sequenced,
)
from watchkeeper.plan.lint.management.treatment.sentences import check_sentences
from watchkeeper.plan.lint.measures import check_measured, check_measures, check_signals
from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.report import Report
from watchkeeper.records.instant import Instant

Rule = Callable[[Workspace, Names, Report], None]
DatedRule = Callable[[Workspace, Names, Instant, Report], None]

ALWAYS: tuple[Rule, ...] = (
    check_references,
    check_evidence,
    check_left,
    check_expected,
    check_readiness,
    check_templates,
)
"""Rules of keys that may stand in any workspace."""
RULES: tuple[Rule, ...] = (
    check_heads,
    check_circles,
    check_documents,
    check_risks,
    check_opportunities,
    check_assessed,
    check_assessments,
    check_competence,
    check_audits,
    check_reviews,
    check_findings,
    check_sequenced,
    check_clauses,
    check_measures,
    check_signals,
    check_certificates,
    check_sentences,
)
"""Rules of a workspace that has records of the management system."""
DATED_RULES: tuple[DatedRule, ...] = (
    check_overdue,
    check_never,
    check_future,
    check_rows,
    check_measured,
)


def check_management(workspace: Workspace, names: Names, report: Report) -> None:
    """Check the records of the management system against one another and the rest of the plan."""
    for rule in ALWAYS:
        rule(workspace, names, report)
    if workspace.management.any():
        for rule in RULES:
            rule(workspace, names, report)


def check_dates(workspace: Workspace, names: Names, at: Instant, report: Report) -> None:
    """Name what is overdue at a moment."""
    for rule in DATED_RULES:
        rule(workspace, names, at, report)
