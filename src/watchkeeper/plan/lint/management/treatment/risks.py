"""Risks, their treatment and what is left of them; assessments of every system in scope."""

from __future__ import annotations

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.management.risks import MethodsFile, RiskFile
from watchkeeper.plan.workspace.report import Report, Spot


def check_risks(workspace: Workspace, _names: Names, report: Report) -> None:
    """Check each risk against the criteria, and that something is done about it."""
    file = workspace.management.one("methods")
    methods: MethodsFile | None = file.says if file else None
    for risk in workspace.management.of("risk").values():
        spot = report.at(risk)
        _treated(risk, spot)
        _rated(risk, methods, spot)
        if not risk.says.signals:
            message = f"nothing at run time would show that `{risk.says.id}` happens"
            spot.gap("no-signal", message, "add `signals:`")
    for control in workspace.controls.values():
        for i, name in enumerate(control.says.risks):
            if workspace.management.of("risk") and name not in workspace.management.of("risk"):
                report.at(control, "risks", i).gap(
                    "risk-not-recorded",
                    f"there is no risk `{name}` in the register",
                    f"add `risks/{name}.yaml`, or name another",
                )


def check_opportunities(workspace: Workspace, _names: Names, report: Report) -> None:
    """Check that opportunities are named and acted on, or that it is said why there are none."""
    file = workspace.management.one("methods")
    if file is None:
        return
    spot, says = report.at(file), file.says
    if not says.opportunities and not says.no_opportunities:
        message = "nothing is said of opportunities"
        spot.gap(
            "no-opportunities",
            message,
            "add `opportunities:`, or say why none: `no_opportunities:`",
        )
    if says.opportunities and says.no_opportunities:
        message = "there are opportunities, and it is said that there are none"
        spot.inside("no_opportunities").gap("contrary", message, "take one of the two out")
    for i, one in enumerate(says.opportunities):
        if not one.actions or any(a.owner is None or a.by is None for a in one.actions):
            spot.inside("opportunities", i).gap(
                "opportunity-unplanned",
                "nobody is to do anything about it by a day",
                "add `actions:`, each with `what`, `owner` and `by`",
            )


def check_assessed(workspace: Workspace, _names: Names, report: Report) -> None:
    """Name every system in scope that nobody assessed."""
    for kind, word in (("assessment", "risk assessment"), ("impact", "impact assessment")):
        done = workspace.management.of(kind)
        for id_, system in workspace.systems.items():
            if system.says.in_scope and id_ not in done:
                report.at(system, "id").gap(
                    "no-assessment",
                    f"there is no {word} of `{id_}`",
                    f"write `{kind}s/{id_}.yaml`; `watchkeeper plan new {kind} {id_}` begins it",
                )


def _treated(risk: Checked[RiskFile], spot: Spot) -> None:
    says = risk.says
    if says.treatment is None:
        spot.gap("no-treatment", f"nothing is done about `{says.id}`", "add `treatment:`")
    elif says.treatment.option == "modify" and not says.treatment.controls:
        message = f"`{says.id}` is to be modified, and no control does it"
        spot.inside("treatment").gap("untreated", message, "name `controls:`")


def _rated(risk: Checked[RiskFile], methods: MethodsFile | None, spot: Spot) -> None:
    says = risk.says
    if says.likelihood is None or says.consequence is None:
        spot.gap(
            "not-rated",
            f"`{says.id}` has no likelihood or no consequence",
            "rate it by the scales of `methods.yaml`",
        )
        return
    if methods is None or methods.risk is None:
        return
    for name in ("likelihood", "consequence"):
        known = {step.value for step in getattr(methods.risk, name)}
        if known and getattr(says, name) not in known:
            message = f"{getattr(says, name)} is no step of the scale of {name}"
            spot.inside(name).gap("off-scale", message, f"one of {sorted(known)}")
    limit = methods.risk.accept_up_to
    left = says.residual
    rest = (left.likelihood, left.consequence) if left else (says.likelihood, says.consequence)
    if limit is not None and rest[0] * rest[1] > limit and not (left and left.accepted_by):
        spot.inside("residual").gap(
            "residual-not-accepted",
            f"what is left of `{says.id}` is {rest[0] * rest[1]}, above {limit}: nobody took it",
            "treat it further, or name who accepts it: `accepted_by:`, `accepted:`",
        )
