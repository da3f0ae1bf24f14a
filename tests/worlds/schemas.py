"""Random input schemas as real tool servers write them, and arguments for them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NAMES = ["a", "b", "amount", "items", "if", "a-b c", "x.y", "été", "__cedar", "type", "id", '"q"']
names = st.sampled_from(NAMES)
texts = st.sampled_from(["", "x", "EUR", "2026-01-02T03:04:05Z", "2026-01-02", "10.0.0.1", "é"])
numbers = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([0.5, 12.25, 1250.0, 500.00001, 2**53, 1e21, -0.0]),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)

leaves = st.one_of(
    st.sampled_from(
        [
            {"type": "string"},
            {"type": "integer"},
            {"type": "number", "minimum": 0},
            {"type": "boolean"},
            {"type": "null"},
            {"type": "string", "format": "date-time"},
            {"type": "string", "format": "date"},
            {"type": "string", "format": "ipv4"},
            {"type": ["string", "null"]},
            {"type": ["integer", "string"]},
            {"type": ["number", "integer", "null"]},
            {"enum": ["EUR", "x"]},
            {"enum": ["EUR", None]},
            {"enum": [1, 2, "x"]},
            {"const": "x"},
            {"oneOf": [{"const": "x"}, {"const": "EUR"}]},
            {"type": "string", "anyOf": [{"const": "x"}, {"const": "EUR"}]},
            {"type": "object"},
            {"type": "array"},
            {"$ref": "#/$defs/tree"},
            {"$ref": "#/$defs/money"},
            {},
            True,
            False,
        ]
    )
)


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def build(parts: tuple[dict[str, Any], list[str], Any]) -> dict[str, Any]:
        properties, required, extra = parts
        schema: dict[str, Any] = {"type": "object", "properties": properties}
        if required:
            schema["required"] = required
        if extra is not None:
            schema["additionalProperties"] = extra
        return schema

    return st.tuples(
        st.dictionaries(names, inner, max_size=4),
        st.lists(names, max_size=2, unique=True),
        st.sampled_from([None, None, None, False, True, {"type": "string"}]),
    ).map(build)


def _around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    two = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        _objects(inner),
        _objects(inner),
        inner.map(lambda item: {"type": "array", "items": item}),
        inner.map(lambda item: {"anyOf": [item, {"type": "null"}]}),
        two.map(lambda items: {"anyOf": items}),
        two.map(lambda items: {"oneOf": items}),
        two.map(lambda items: {"allOf": items}),
        two.map(lambda items: {"type": "array", "prefixItems": items}),
        st.tuples(inner, inner).map(lambda pair: {"allOf": [pair[0]], "not": pair[1]}),
        st.tuples(inner, inner).map(lambda pair: {"if": pair[0], "then": pair[1]}),
    )


_DEFINITIONS = {
    "tree": {
        "type": "object",
        "properties": {
            "a": {"type": "string"},
            "items": {"type": "array", "items": {"$ref": "#/$defs/tree"}},
        },
    },
    "money": {
        "type": "object",
        "properties": {"amount": {"type": "number"}, "b": {"enum": ["EUR"]}},
        "required": ["amount"],
    },
}
schemas = _objects(st.recursive(leaves, _around, max_leaves=6)).map(
    lambda schema: {**schema, "$defs": _DEFINITIONS}
)


def arguments_for(schema: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Return arguments that fit the schema more often than chance would have it."""
    if not isinstance(schema, dict) or depth > 4:
        return values
    if "$ref" in schema:
        return arguments_for(_DEFINITIONS[schema["$ref"].rsplit("/", 1)[1]], depth + 1)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return st.one_of([arguments_for(sub, depth + 1) for sub in schema[key]])
    if "properties" in schema:
        return _members(schema, depth)
    if isinstance(schema.get("items"), dict):
        return st.lists(arguments_for(schema["items"], depth + 1), max_size=3)
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    return _typed(schema)


def _members(schema: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    fitting = {
        name: arguments_for(sub, depth + 1)
        for name, sub in schema["properties"].items()
        if sub is not False
    }
    required = {name: fitting.get(name, values) for name in schema.get("required", ())}
    optional = {name: item for name, item in fitting.items() if name not in required}
    plain = st.fixed_dictionaries(required, optional=optional)
    if schema.get("additionalProperties", False) is False:
        return plain
    return st.tuples(st.dictionaries(names, texts, max_size=2), plain).map(
        lambda pair: {**pair[0], **pair[1]}
    )


def _typed(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    by_type = {
        "string": texts,
        "integer": st.integers(-3, 3) | st.just(1250.0),
        "number": numbers,
        "boolean": st.booleans(),
        "null": st.none(),
        "object": st.dictionaries(names, values, max_size=2),
        "array": st.lists(values, max_size=3),
    }
    said = schema.get("type")
    listed = [said] if isinstance(said, str) else said
    return st.one_of([by_type[name] for name in listed]) if listed else values
