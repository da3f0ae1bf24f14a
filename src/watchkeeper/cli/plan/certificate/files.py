"""Certificates and suppliers of a workspace, found by id and changed in place."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from watchkeeper.errors import PlanUnreadable, SettingsInvalid, cut
from watchkeeper.plan.draft.editing import read_editable, render_editable
from watchkeeper.plan.draft.together import write_together
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.workspace.checked import nearest
from watchkeeper.plan.workspace.folder import open_folder

PLACES = {"certificate": "certificates", "supplier": "suppliers"}


def there(register: Register, kind: str, id_: str) -> Any:
    """Return the record of a kind and id.

    Raises:
        SettingsInvalid: there is none.
    """
    found = register.of(kind).get(id_)
    if found is None:
        known = register.of(kind)
        advice = nearest(id_, known) if known else f"`{PLACES[kind]}/` is empty"
        raise SettingsInvalid(f"there is no {kind} {cut(id_)}", advice)
    return found


def append(workspace: Path, kind: str, id_: str, key: str, entry: dict[str, Any]) -> str:
    """Append an entry to a list of a record's file, and return the file's name.

    Comments and the order of keys stay. A link is not written through.

    Raises:
        PlanUnreadable: the file can not be read, or is no file of its own.
        ImportRefused: it was changed meanwhile, or another process writes there.
    """
    name = f"{PLACES[kind]}/{id_}.yaml"
    path = workspace / name
    if not stat.S_ISREG(path.lstat().st_mode):
        raise PlanUnreadable(f"`{name}` is no file of its own", "replace the link by a file")
    text = open_folder(workspace).read(name)
    document = read_editable(text, name)
    held = document.get(key)
    document[key] = [*(held if isinstance(held, list) else []), entry]
    write_together(workspace, {name: render_editable(document)}, {name: text})
    return name
