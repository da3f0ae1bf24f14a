"""Whether assessments of systems are fresh, and whether anything keeps them from growing stale."""

from __future__ import annotations

from collections.abc import Iterator

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.aims import management_words
from watchkeeper.plan.basis.slice import looked_from_json
from watchkeeper.plan.compile.management.assessments import TOPICS
from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.views.clauses.answers import NOT_MADE
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.management.risks import Assessment
from watchkeeper.plan.workspace.report import Report
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.management.state import Management

MOST_YEARS = 3
"""How long an assessment may be good before somebody is asked whether that is meant."""


def check_assessments(workspace: Workspace, names: Names, report: Report) -> None:
    """Name assessments of no system, triggers that are off for no reason, and days far away."""
    del names
    _check_bases(workspace, report)
    for file in _files(workspace):
        says = file.says
        report.at(file, "system").needs("system", says.system, workspace.systems)
        if not says.made:
            advice = f"`watchkeeper plan assess {says.system} --by PERSON` writes it"
            report.at(file).gap("not-assessed", NOT_MADE, advice)
        if says.triggers.off and says.triggers.why is None:
            message = f"{', '.join(says.triggers.off)} is switched off, and it is not said why"
            report.at(file, "triggers").gap(
                "off-without-why", message, "say `why:`, or take it out"
            )
        if says.triggers.drift is not None:
            report.at(file, "triggers", "drift").needs(
                "objective", says.triggers.drift, _objectives(workspace)
            )
        if _far_away(says):
            message = (
                f"it is good until {says.review_by}, {MOST_YEARS} years after it was made or more"
            )
            advice = "name an earlier day: nobody would look at it for so long"
            report.at(file, "review_by").gap("review-far-away", message, advice)


def check_stale(workspace: Workspace, management: Management, at: Instant, report: Report) -> None:
    """Name the systems whose assessments are stale at a moment, and why."""
    for system, file in sorted(workspace.systems.items()):
        counting = management.at(system, at).counting
        stale = {topic.value: counting[topic] for topic in TOPICS if topic in counting}
        for sentence in management_words(system, stale):
            advice = f"assess it, then `watchkeeper plan assess {system}` notes what was looked at"
            report.at(file).gap("stale-assessment", sentence, advice)


def _check_bases(workspace: Workspace, report: Report) -> None:
    for (kind, system), basis in sorted(workspace.management.bases.items()):
        file = workspace.management.of(kind).get(system)
        again = f"write it again with `watchkeeper plan assess {system}`"
        if file is None:
            message = (
                f"`{basis.file}` says what was looked at, and there is no assessment beside it"
            )
            report.at(workspace.aims).gap(
                "basis-alone", message, "write the assessment, or drop it"
            )
            continue
        try:
            looked_from_json(basis.says, system)
        except RecordInvalid as error:
            message = f"`{basis.file}` does not say what was looked at: {error.message}"
            report.at(file).gap("not-a-basis", message, again)


def _files(workspace: Workspace) -> Iterator[Checked[Assessment]]:
    for kind in TOPICS.values():
        for _, file in sorted(workspace.management.of(kind).items()):
            yield file


def _objectives(workspace: Workspace) -> list[str]:
    file = workspace.management.one("objectives")
    return [one.id for one in file.says.objectives] if file else []


def _far_away(says: Assessment) -> bool:
    made = says.assessed or says.approved
    if made is None or says.review_by is None:
        return False
    return says.review_by >= f"{int(made[:4]) + MOST_YEARS:04}{made[4:]}"
