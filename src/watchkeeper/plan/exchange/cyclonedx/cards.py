"""The model card of a model as a system uses it (CycloneDX 1.6, `modelCard`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watchkeeper.plan.workspace.models.management.impacts import AffectedGroup, ImpactFile
from watchkeeper.plan.workspace.models.system import SystemFile


def model_card(system: SystemFile, impact: ImpactFile | None = None) -> dict[str, Any]:
    """Return what we say of a model's use in a system: what it is for, and what it must not do.

    What may come of it is said by the system's impact assessment, where there is one. A card of
    the model's maker says more of the model; this one says what we use it for.
    """
    concerns = [{"name": f"Prohibited: {use}"} for use in system.prohibited]
    considerations: dict[str, Any] = {"useCases": list(system.intended_use)}
    if impact is not None:
        considerations["technicalLimitations"] = list(impact.unintended_uses)
        concerns += [_concern(harm.what, harm.measures) for harm in impact.harms]
        concerns += [_concern(f"Misuse: {one.what}", one.measures) for one in impact.misuse]
        considerations["fairnessAssessments"] = [_group(impact, one) for one in impact.affected]
    considerations["ethicalConsiderations"] = concerns
    filled = {name: value for name, value in considerations.items() if value}
    return {"considerations": filled} if filled else {}


def _concern(what: str, measures: Sequence[str]) -> dict[str, str]:
    return {"name": what, "mitigationStrategy": "; ".join(measures)} if measures else {"name": what}


def _group(impact: ImpactFile, one: AffectedGroup) -> dict[str, str]:
    harms = [harm.what for harm in impact.harms if harm.to == one.group]
    said = {"groupAtRisk": f"{one.group}: {one.how}", "harms": "; ".join(harms)}
    return {name: value for name, value in said.items() if value}
