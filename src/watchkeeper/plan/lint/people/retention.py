"""How long a system's payloads stay, against itself and against the duties of its class."""

from __future__ import annotations

from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.models.system import SystemFile
from watchkeeper.plan.workspace.report import Report

SIX_MONTHS = 184 * 86_400
"""So long a high-risk system's logs are kept at least (Regulation (EU) 2024/1689, 26(6))."""
_HIGH_RISK = frozenset({"high-risk-annex-i", "high-risk-annex-iii"})


def check_retention(system: Checked[SystemFile], report: Report) -> None:
    """Check what a system file says of retention, if it says anything."""
    says = system.says.retention
    if says is None:
        return
    spot = report.at(system, "retention")
    if says.most is not None and says.most < (says.least or 0):
        spot.inside("most").safety(
            "retention-crossed",
            "payloads would be due before they may be erased",
            "let `most` be no shorter than `least`",
        )
    if says.automatic and says.most is None:
        spot.inside("automatic").safety(
            "retention-endless", "nothing is ever due without `most`", "write `most:` beside it"
        )
    if system.says.ai_act.tier in _HIGH_RISK and (says.least or 0) < SIX_MONTHS:
        spot.gap(
            "retention-short",
            f"system `{system.says.id}` is high-risk, and its records may lose their values "
            "within six months",
            "let `least` be at least `184d`, if its logs are yours to keep",
        )
