"""Put a person's public key into `aims.yaml`."""

from __future__ import annotations

from pathlib import Path

from watchkeeper.errors import PlanRefused, cut
from watchkeeper.plan.draft.editing import read_editable, render_editable
from watchkeeper.plan.draft.together import write_together
from watchkeeper.plan.workspace.checked import nearest
from watchkeeper.plan.workspace.folder import open_folder
from watchkeeper.plan.workspace.models.scalars import check_key


def add_person_key(workspace: Path, person: str, public_key: str) -> bool:
    """Add a raw Ed25519 public key in base64 to a person of the workspace, comments kept.

    Returns False where the key is there already.

    Raises:
        PlanRefused: no such person, a key that is none, or one that another person has.
        ImportRefused: it may not be written, lies outside, or another process writes there.
        PlanUnreadable: `aims.yaml` can not be read or parsed.
    """
    try:
        check_key(public_key)
    except ValueError as error:
        raise PlanRefused(f"not a key: {cut(public_key)}", str(error)) from None
    read = {"aims.yaml": open_folder(workspace).read("aims.yaml")}
    document = read_editable(read["aims.yaml"], "aims.yaml")
    people = document.get("people")
    entries = [e for e in people if isinstance(e, dict)] if isinstance(people, list) else []
    by_id = {str(entry.get("id")): entry for entry in entries}
    if person not in by_id:
        raise PlanRefused(f"`aims.yaml` has no person {cut(person)}", nearest(person, by_id))
    for other, entry in by_id.items():
        if public_key in (entry.get("keys") or []):
            if other == person:
                return False
            raise PlanRefused(f"that key is the key of {cut(other)}", "make a key for each person")
    entry = by_id[person]
    entry["keys"] = [*(entry.get("keys") or []), public_key]
    write_together(workspace, {"aims.yaml": render_editable(document)}, read)
    return True
