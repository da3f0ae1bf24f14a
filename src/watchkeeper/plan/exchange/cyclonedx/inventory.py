"""The inventory as CycloneDX 1.6 (ECMA-424): systems, agents, models with their card, servers.

Written by hand, since the library's model has no model card; it is validated on its way out.
Commands, headers and variables of tool servers are left out: they are nobody else's business.
A model that is still asked for (`say: ...`) is none.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from watchkeeper.errors import ExportInvalid
from watchkeeper.plan.exchange.cyclonedx.cards import model_card
from watchkeeper.plan.exchange.cyclonedx.validity import why_invalid
from watchkeeper.plan.exchange.said import Said
from watchkeeper.plan.workspace.models.system import AgentEntry, SystemFile
from watchkeeper.plan.workspace.placeholders import answered
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.tools import Server

OURS = "urn:x-watchkeeper:"
"""How the names of our own properties begin."""
SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"


def bill_of_materials(said: Said, at: Instant | None = None) -> bytes:
    """Return the inventory; the same plan and moment give the same bytes.

    Raises:
        ExportInvalid: what was made is not valid: that is a fault of ours.
    """
    document = _document(said, at)
    raw = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    why = why_invalid(document)
    if why:
        raise ExportInvalid(f"the bill of materials would not be valid: {why}")
    return raw


def _document(said: Said, at: Instant | None) -> dict[str, Any]:
    origin = uuid.uuid5(uuid.NAMESPACE_URL, f"watchkeeper:{said.aims.origin}")
    components = [part for one in said.systems.values() for part in _parts(said, one)]
    services = [_service(server) for server in said.bundle.servers]
    metadata: dict[str, Any] = {} if at is None else {"timestamp": f"{str(at)[:19]}Z"}
    metadata["component"] = {
        "type": "application",
        "bom-ref": "aims",
        "name": said.aims.organisation,
        "description": said.aims.scope,
        "properties": _properties({"origin": said.aims.origin, "plan": said.plan}),
    }
    return {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(origin, said.plan)}",
        "version": 1,
        "metadata": metadata,
        "components": components,
        "services": services,
        "dependencies": list(_dependencies(said)),
    }


def _parts(said: Said, system: SystemFile) -> Iterator[dict[str, Any]]:
    facts = {
        "id": system.id,
        "kind": "system",
        "in-scope": "yes" if system.in_scope else "no",
        "scope-reason": system.reason,
        "stage": system.stage.value,
        "role": system.role,
        "eu-ai-act-class": system.ai_act.tier,
    }
    lists = [("intended-use", use) for use in system.intended_use]
    lists += [("prohibited", use) for use in system.prohibited]
    component = {
        "type": "application",
        "bom-ref": f"system:{system.id}",
        "name": system.title,
        "description": system.purpose,
        "properties": [*_properties(facts), *(_property(*one) for one in lists)],
    }
    agents = [_agent(agent) for agent in system.agents]
    yield {**component, "components": agents} if agents else component
    for model in sorted({model for agent in system.agents if (model := answered(agent.model))}):
        yield {
            "type": "machine-learning-model",
            "bom-ref": f"model:{system.id}/{model}",
            "name": model,
            "modelCard": model_card(system, said.register.of("impact").get(system.id)),
            "properties": _properties({"kind": "model", "system": system.id}),
        }


def _agent(agent: AgentEntry) -> dict[str, Any]:
    said = {"id": agent.id, "kind": "agent", "prompt-digest": agent.prompt_digest or ""}
    component: dict[str, Any] = {
        "type": "application",
        "bom-ref": f"agent:{agent.id}",
        "name": agent.id,
        "properties": _properties(said),
    }
    version = answered(agent.version)
    return {**component, "version": version} if version else component


def _service(server: Server) -> dict[str, Any]:
    tools = [
        _property(f"tool:{tool.name}", "writes" if tool.writes else "reads")
        for tool in server.tools
    ]
    pins = [_property(f"pin:{tool.name}", tool.pin) for tool in server.tools]
    service: dict[str, Any] = {
        "bom-ref": f"server:{server.id}",
        "name": server.id,
        "authenticated": bool(server.headers) or server.permit is not None,
        "properties": [*_properties({"id": server.id, "kind": "tool-server"}), *tools, *pins],
    }
    return {**service, "endpoints": [server.url]} if server.url else service


def _dependencies(said: Said) -> Iterator[dict[str, Any]]:
    yield {"ref": "aims", "dependsOn": [f"system:{name}" for name in said.systems]}
    for system in said.systems.values():
        agents = [f"agent:{agent.id}" for agent in system.agents]
        servers = [f"server:{name}" for name in dict.fromkeys(system.servers)]
        yield {"ref": f"system:{system.id}", "dependsOn": [*agents, *servers]}
        for agent in system.agents:
            model = answered(agent.model)
            models = [f"model:{system.id}/{model}"] if model else []
            yield {"ref": f"agent:{agent.id}", "dependsOn": models}


def _properties(said: Mapping[str, str]) -> list[dict[str, str]]:
    return [_property(name, value) for name, value in said.items() if value]


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": OURS + name, "value": value}
