"""The model card of a model as a system uses it (CycloneDX 1.6, `modelCard`)."""

from __future__ import annotations

from typing import Any

from watchkeeper.plan.workspace.models.system import SystemFile


def model_card(system: SystemFile) -> dict[str, Any]:
    """Return what we say of a model's use in a system: what it is for, and what it must not do.

    A card of the model's maker says more of the model; this one says what we use it for.
    """
    considerations: dict[str, Any] = {}
    if system.intended_use:
        considerations["useCases"] = list(system.intended_use)
    if system.prohibited:
        considerations["ethicalConsiderations"] = [
            {"name": f"Prohibited: {use}"} for use in system.prohibited
        ]
    return {"considerations": considerations} if considerations else {}
