"""Windows: whether a time zone is one, and whether a calendar has one."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchkeeper.plan.workspace.report import Spot

_DAY = 86_400


def check_window(within: int | str, zone: str | None, spot: Spot) -> None:
    """Check the window of a budget."""
    if zone is None:
        if isinstance(within, str):
            message = f"a calendar {within} begins at midnight, and `zone` does not say where"
            spot.inside("within").safety("unknown-zone", message, "add `zone: Europe/Berlin`")
        return
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"there is no time zone `{zone}`"
        spot.inside("zone").safety("unknown-zone", message, "write it as in `Europe/Berlin`")
    if isinstance(within, int) and within % _DAY:
        message = "with `zone`, the window is whole calendar days"
        spot.inside("within").safety("unknown-zone", message, "write `day`, or `1d` and more")
