"""A tool server that lists whatever it likes: the draft holds, or leaves it out and says why."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchkeeper.plan.draft.workspace import draft_workspace
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import Severity

_OBJECT: dict[str, Any] = {"type": "object"}


def _tool(name: Any, schema: Any = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "inputSchema": _OBJECT if schema is None else schema, **more}


_ENUM = {"type": "object", "properties": {"if": {"type": "string", "enum": ["a", "b"]}}}
_OTHER = {"type": "object", "properties": {"if": {"type": "string", "enum": ["c"]}}}
HOSTILE = [
    _tool("a-b.c d", _ENUM),
    _tool("a.b-c d", _OTHER),
    _tool("a_b_c_d", _OTHER),
    _tool('quo"te\\back'),
    _tool("'; forbid(principal,action,resource);//"),
    _tool('x", Action::"y'),
    _tool("true"),
    _tool("~"),
    _tool("12"),
    _tool("{a: b}"),
    _tool("<<"),
    _tool("*alias"),
    _tool("# no comment"),
    _tool("größe", {"type": "object", "properties": {"größe": {"type": "number"}}}),
    _tool("🦆"),
    _tool("new\nline"),
    _tool("nul\x00l"),
    _tool("line\u2028separator"),
    _tool("right\u202eleft"),
    _tool(""),
    _tool(" pad "),
    _tool("x" * 500),
    _tool(None),
    _tool(["list"]),
    _tool("remote", {"type": "object", "properties": {"a": {"$ref": "https://example.org/a"}}}),
    _tool("file", {"type": "object", "properties": {"a": {"$ref": "file:///etc/passwd"}}}),
    _tool(
        "bomb", {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}}
    ),
    _tool(
        "ahead", {"type": "object", "properties": {"a": {"type": "string", "pattern": "(?=a)b"}}}
    ),
    _tool("anything", {"type": "object", "properties": {"a": {}}}),
    _tool("number", 5),
    _tool("entity", {"type": "object", "properties": {"__entity": {"type": "string"}}}),
    _tool("hints", annotations="read-only"),
    _tool("hints2", annotations={"readOnlyHint": "yes"}),
    {},
]


def test_a_draft_of_hostile_tools_holds(tmp_path: Path) -> None:
    draft_workspace(tmp_path, "bad", HOSTILE, ["server"])
    linted = lint_workspace(tmp_path)
    assert linted.bundle is not None, "\n".join(map(str, linted.findings))
    names = {tool.name for server in linted.bundle.servers for tool in server.tools}
    assert {"a-b.c d", "a.b-c d", "true", "größe", "bomb", "<<", 'x", Action::"y'} <= names
    assert not names & {"remote", "file", "ahead", "number", "entity", "new\nline", "nul\x00l", ""}


def test_no_hostile_name_becomes_a_rule_of_its_own(tmp_path: Path) -> None:
    draft_workspace(tmp_path, "bad", HOSTILE, ["server"])
    bundle = lint_workspace(tmp_path).bundle
    assert bundle is not None
    assert {policy.id for policy in bundle.policies} == {"writes", "writes-review"}
    (permit,) = (policy for policy in bundle.policies if policy.id == "writes")
    (review,) = (policy for policy in bundle.policies if policy.id == "writes-review")
    assert permit.actions == review.actions


def test_a_thousand_tools(tmp_path: Path) -> None:
    draft_workspace(tmp_path, "many", [_tool(f"tool-{n}", _ENUM) for n in range(1000)], ["server"])
    bundle = lint_workspace(tmp_path).bundle
    assert bundle is not None
    assert len(bundle.servers[0].tools) == 1000


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "properties", "enum", "items", "$ref", "a", "required"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60)
@given(
    tools=st.lists(
        st.fixed_dictionaries(
            {"name": st.text(string.printable + "äß\u2028", max_size=8) | _JSON},
            optional={"inputSchema": _JSON, "annotations": _JSON, "description": _JSON},
        ),
        max_size=4,
    )
)
def test_any_listing_gives_a_draft_that_holds(
    tmp_path_factory: pytest.TempPathFactory, tools: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("draft")
    draft_workspace(folder, "any", tools, ["server"])
    linted = lint_workspace(folder)
    stops = [f for f in linted.findings if f.severity is not Severity.MANAGEMENT]
    assert stops == []
    assert linted.bundle is not None
