"""A record begun from its template: right in form, and asking for what a person has to say."""

from __future__ import annotations

from importlib.resources import files

from watchkeeper.errors import PlanRefused, cut
from watchkeeper.plan.draft.import_tools import MODELINE, schema_address
from watchkeeper.plan.lint.names import tools_of_system
from watchkeeper.plan.workspace.checked import nearest
from watchkeeper.plan.workspace.kinds import BY_KIND, RECORDS, Place
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.scalars import check_id
from watchkeeper.standards.catalogue import annex_a

KINDS = tuple(sorted([*(place.kind for place in RECORDS), "control", "drill", "soa"]))
_SYSTEMS = ("assessment", "impact")


def new_record(workspace: Workspace, kind: str, id_: str, day: str) -> tuple[str, str]:
    """Return the name of a new file and its text; `id_` is empty for a kind with one file.

    Raises:
        PlanRefused: no such kind, an id that can not be, or there is such a file already.
    """
    if kind not in KINDS:
        raise PlanRefused(f"no kind of record {cut(kind)}", nearest(kind, KINDS))
    place = BY_KIND[kind]
    _check_id(workspace, place, id_)
    file = place.where.replace("*", id_)
    if (workspace.root / file).exists():
        advice = "change it" if place.folder is None else "change it, or give another id"
        raise PlanRefused(f"there is `{file}` already", advice)
    text = _rows() if kind == "soa" else template(kind)
    filled = _filled(workspace, text, {"<id>": id_, "<day>": day, "<later>": _year_later(day)})
    return file, f"# {MODELINE}{schema_address(kind)}\n{filled}"


def template(kind: str) -> str:
    """Return the template of a kind as the package carries it."""
    place = files("watchkeeper.plan.draft.templates").joinpath(f"{kind}.yaml")
    return place.read_text(encoding="utf-8")


def _check_id(workspace: Workspace, place: Place, id_: str) -> None:
    if place.folder is None:
        if id_:
            raise PlanRefused(f"there is one `{place.where}` only", "leave the id out")
        return
    if not id_:
        raise PlanRefused(f"`{place.kind}` needs an id", f"`plan new {place.kind} ID`")
    try:
        check_id(id_)
    except ValueError as error:
        raise PlanRefused(f"not an id: {cut(id_)}", str(error)) from None
    if place.kind in _SYSTEMS and id_ not in workspace.systems:
        advice = nearest(id_, workspace.systems)
        raise PlanRefused(f"there is no system {cut(id_)} to assess", advice)
    if place.kind == "sentences":
        _check_document(workspace, id_)


def _check_document(workspace: Workspace, id_: str) -> None:
    """Make sure that the register of documents, where there is one, knows the document."""
    register = workspace.management.one("documents")
    known = [] if register is None else [one.id for one in register.says.documents]
    if register is not None and id_ not in known:
        advice = f"{nearest(id_, known)}; `documents.yaml` names them"
        raise PlanRefused(f"there is no document {cut(id_)} under control", advice)


def _filled(workspace: Workspace, text: str, known: dict[str, str]) -> str:
    for mark, value in known.items():
        text = text.replace(f": {mark}", f": {value}")
    if ": <person>" in text:
        text = text.replace("<person>", workspace.aims.says.people[0].id)
    if ": <agent>" in text:
        agent, tool = _agent_and_tool(workspace)
        text = text.replace("<agent>", agent).replace("<tool>", tool)
    return text


def _agent_and_tool(workspace: Workspace) -> tuple[str, str]:
    for id_, system in sorted(workspace.systems.items()):
        tools = sorted(tools_of_system(workspace, id_))
        if system.says.agents and tools:
            return system.says.agents[0].id, tools[0]
    raise PlanRefused("no system has an agent and a tool to try", "add them first")


def _rows() -> str:
    head = "# owner: <a person of aims.yaml>\n# review_by: <later>\nrows:\n"
    row = "  - {{control: {id}, applicable: undetermined, status: not-planned}}  # {title}\n"
    return head + "".join(row.format(id=one.id, title=one.title) for one in annex_a().values())


def _year_later(day: str) -> str:
    year, rest = int(day[:4]) + 1, day[4:]
    return f"{year:04}{'-02-28' if rest == '-02-29' else rest}"
