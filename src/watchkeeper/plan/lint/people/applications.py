"""Programs that start tasks: whose keys they have, and that each stands once."""

from __future__ import annotations

from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.report import Report


def check_applications(workspace: Workspace, report: Report) -> None:
    """Check that an application stands once, and that nobody else has a key of it."""
    people = workspace.aims.says.people
    holders = {key: f"person `{person.id}`" for person in people for key in person.keys}
    seen: dict[str, str] = {}
    for system in workspace.systems.values():
        for i, says in enumerate(system.says.applications):
            spot = report.at(system, "applications", i)
            if says.id in seen:
                spot.inside("id").safety(
                    "id-twice",
                    f"the application `{says.id}` is already declared in {seen[says.id]}",
                    "an application belongs to one system, once",
                )
            seen.setdefault(says.id, system.file)
            for n, key in enumerate(says.keys):
                holder = holders.setdefault(key, f"application `{says.id}`")
                if holder != f"application `{says.id}`":
                    spot.inside("keys", n).safety(
                        "key-shared",
                        f"`{says.id}` has the same key as {holder}",
                        "a program has keys of its own: what it signs is no person's word",
                    )
