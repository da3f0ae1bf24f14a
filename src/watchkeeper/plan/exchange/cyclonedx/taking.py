"""A bill of materials of others, drafted into files of systems; what is there stays as it is.

A document of others decides nothing: each draft is out of scope, without a class, and says what a
person has to say. Its models become agents of the system, since those act.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from watchkeeper.errors import ImportRefused, cut
from watchkeeper.plan.draft.editing import render_editable
from watchkeeper.plan.draft.import_tools import MODELINE, schema_address
from watchkeeper.plan.draft.workspace import server_id
from watchkeeper.plan.exchange.cyclonedx.inventory import OURS
from watchkeeper.plan.exchange.cyclonedx.validity import why_invalid
from watchkeeper.plan.exchange.foreign import Bounds, line_of, parse_document
from watchkeeper.plan.workspace.models.scalars import check_id

_MOST_SYSTEMS = 2_000
_MOST_STEPS = 1_000_000
_AS_JSON = "CycloneDX 1.6 is read in JSON, as UTF-8: convert XML and other versions first"
_BOUNDS = Bounds(most_bytes=32 * 1024 * 1024, deepest=40, advice=_AS_JSON)
_DIGEST = re.compile(r"[0-9a-f]{64}")
Component = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Drafted:
    """The texts of new files by name, and what was not taken, with why."""

    files: Mapping[str, str]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What the workspace has already: systems, agents, tool servers; none of it is touched."""

    systems: frozenset[str]
    agents: frozenset[str]
    servers: frozenset[str]


def draft_systems(raw: bytes, known: Known, owner: str) -> Drafted:
    """Draft a file for each system of a bill of materials that the workspace has not.

    Raises:
        ImportRefused: not CycloneDX 1.6, or not valid in strict mode.
    """
    document = _parsed(raw)
    return _Drafting(document, known, owner).drafted()


def _parsed(raw: bytes) -> Mapping[str, Any]:
    document = parse_document(raw, "the bill of materials", _BOUNDS)
    if document.get("bomFormat") != "CycloneDX":
        raise ImportRefused("no bill of materials of CycloneDX", _AS_JSON)
    if document.get("specVersion") != "1.6":
        version = cut(document.get("specVersion"))
        raise ImportRefused(f"CycloneDX {version}, where 1.6 is read", _AS_JSON)
    why = why_invalid(document)
    if why:
        raise ImportRefused(f"not valid CycloneDX 1.6: {cut(why, 300)}")
    return document


class _Drafting:
    def __init__(self, document: Mapping[str, Any], known: Known, owner: str) -> None:
        self.owner = owner
        self.known = known
        self.agents = set(known.agents)
        self.files: dict[str, str] = {}
        self.left_out: list[str] = []
        self.components = list(document.get("components") or ())
        self.services = list(document.get("services") or ())
        self.refs = _by_ref([*_all(self.components), *_all(self.services, "services")])
        self.needs: dict[str, list[str]] = {}
        for one in document.get("dependencies") or ():
            self.needs.setdefault(one["ref"], []).extend(one.get("dependsOn") or ())
        self.steps = 0

    def drafted(self) -> Drafted:
        systems = [one for one in self.components if _is_system(one)]
        if len(systems) > _MOST_SYSTEMS:
            raise ImportRefused(f"{len(systems)} systems in one document", "split it")
        for component in systems:
            self._system(component)
        for component in self.components:
            if not _is_system(component) and component["type"] != "machine-learning-model":
                self._leave(component, f"a {component['type']} is no system")
        for service in self.services:
            name = _name(service)
            if name not in self.known.servers:
                message = "pins can not be taken from others: run `watchkeeper plan import-tools`"
                self._leave(service, f"a tool server; {message}")
        return Drafted(self.files, tuple(self.left_out))

    def _system(self, component: Component) -> None:
        name = _name(component)
        if name is None:
            self._leave(component, "no id can be made of its name")
        elif name in self.known.systems:
            self._leave(component, f"the system `{name}` is there already, and stays as it is")
        elif f"systems/{name}.yaml" in self.files:
            self._leave(component, f"a second system that would be called `{name}`")
        else:
            self.files[f"systems/{name}.yaml"] = self._text(name, component)

    def _text(self, name: str, component: Component) -> str:
        agents = list(self._agents(name, component))
        document = CommentedMap()
        document["id"] = name
        document["title"] = line_of(component["name"]) or name
        document["purpose"] = line_of(component.get("description")) or "say: what it is for"
        uses = _many(component, "intended-use") or self._use_cases(component)
        if uses:
            document["intended_use"] = CommentedSeq(uses)
        if prohibited := _many(component, "prohibited"):
            document["prohibited"] = CommentedSeq(prohibited)
        document["owner"] = self.owner
        document["in_scope"] = False
        document["reason"] = "say: drafted from an inventory; is it in scope, and why"
        document["stage"] = "demonstration"
        document["role"] = "say: our role towards it"
        document["ai_act"] = CommentedMap()
        document["ai_act"]["class"] = "undetermined"
        document["ai_act"]["why"] = "say: drafted from an inventory; nobody has looked at it"
        if agents:
            document["agents"] = CommentedSeq(agents)
        document.yaml_set_start_comment(f"{MODELINE}{schema_address('system')}")
        return render_editable(document)

    def _agents(self, system: str, component: Component) -> Iterator[CommentedMap]:
        inner = [one for one in component.get("components") or () if one["type"] == "application"]
        for one in inner:
            name = _name(one)
            model = next(iter(self._models(one.get("bom-ref"))), None)
            if name is not None and self._is_new_agent(name):
                yield _agent(name, model, one)
        if not inner:
            for number, model in enumerate(self._models(component.get("bom-ref")), 1):
                name = f"{system[:50]}-agent{'' if number == 1 else f'-{number}'}"
                if self._is_new_agent(name):
                    yield _agent(name, model, {})

    def _is_new_agent(self, name: str) -> bool:
        if name in self.agents:
            self.left_out.append(f"{cut(name)}: an agent of this name is there already")
            return False
        self.agents.add(name)
        return True

    def _models(self, ref: object) -> list[Component]:
        """Return the models that something depends on, at once or through others."""
        found, waiting, seen = [], deque([ref]), set()
        while waiting:
            each = waiting.popleft()
            for need in self.needs.get(each, ()) if isinstance(each, str) else ():
                self._count_step()
                target = self.refs.get(need)
                if target is None or need in seen:
                    continue
                seen.add(need)
                if target.get("type") == "machine-learning-model":
                    found.append(target)
                else:
                    waiting.append(need)
        return found

    def _count_step(self) -> None:
        self.steps += 1
        if self.steps > _MOST_STEPS:
            raise ImportRefused("what depends on what has no end in it", "leave libraries out")

    def _use_cases(self, component: Component) -> list[str]:
        cards = [one.get("modelCard") or {} for one in self._models(component.get("bom-ref"))]
        considered = [card.get("considerations") or {} for card in cards]
        uses = [use for one in considered for use in one.get("useCases") or ()]
        return [text for text in dict.fromkeys(line_of(use) for use in uses) if text]

    def _leave(self, component: Component, why: str) -> None:
        self.left_out.append(f"{cut(component.get('name'))}: {why}")


def _agent(name: str, model: Component | None, component: Component) -> CommentedMap:
    agent = CommentedMap()
    agent["id"] = name
    if model is not None and line_of(model["name"]):
        agent["model"] = line_of(model["name"])
    digest = _one(component, "prompt-digest")
    if _DIGEST.fullmatch(digest):
        agent["prompt_digest"] = digest
    version = line_of(component.get("version") or (model or {}).get("version"))
    if version:
        agent["version"] = version
    return agent


def _is_system(component: Component) -> bool:
    return component["type"] == "application" and _one(component, "kind") in {"", "system"}


def _all(components: list[Any], inner: str = "components") -> Iterator[Component]:
    for component in components:
        yield component
        yield from _all(component.get(inner) or [], inner)


def _by_ref(things: list[Component]) -> dict[str, Component]:
    """Return what each reference stands for (CycloneDX 1.6, `bom-ref`: unique in a document)."""
    found: dict[str, Component] = {}
    for one in things:
        ref = one.get("bom-ref")
        if ref is not None and found.setdefault(ref, one) is not one:
            raise ImportRefused(
                f"the bom-ref {cut(ref)} stands for two things", "give each its own"
            )
    return found


def _name(component: Component) -> str | None:
    """Return the id of a component: ours if it has one that is an id, else made of its name."""
    said = _one(component, "id")
    try:
        return check_id(said)
    except ValueError:
        words = re.search(r"[a-z0-9]", str(component.get("name", "")).lower())
        return server_id(str(component["name"])) if words else None


def _one(component: Component, name: str) -> str:
    return next(iter(_many(component, name)), "")


def _many(component: Component, name: str) -> list[str]:
    properties = component.get("properties") or ()
    values = [one.get("value") for one in properties if one.get("name") == OURS + name]
    return [text for text in (line_of(value) for value in values) if text]
