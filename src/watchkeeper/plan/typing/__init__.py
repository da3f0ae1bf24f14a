"""Tool arguments as Cedar types: what policy can see of a call, fixed when a plan is released."""

from watchkeeper.plan.typing.cedar_schema import ActionSpec, EntitySpec, cedar_schema
from watchkeeper.plan.typing.cedar_types import fact_type, record_type
from watchkeeper.plan.typing.compile import TypedTool, compile_input_schema, suggest_options
from watchkeeper.plan.typing.names import identifier, quoted
from watchkeeper.plan.typing.options import ToolTypingOptions

__all__ = [
    "ActionSpec",
    "EntitySpec",
    "ToolTypingOptions",
    "TypedTool",
    "cedar_schema",
    "compile_input_schema",
    "fact_type",
    "identifier",
    "quoted",
    "record_type",
    "suggest_options",
]
