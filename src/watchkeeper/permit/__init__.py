"""For the author of a tool server: nothing is done without a permit for exactly that call.

A stolen credential alone then does nothing. `Permits` checks, `UsedFile` remembers what was used,
`KeysFile` or `KeysAddress` knows the gateway's keys; `RequirePermit` puts them in front of an ASGI
app, `require_permits` in front of a server of the `mcp` package, `permitted` in front of one
function. See docs/concepts/permits.md.
"""

from typing import TYPE_CHECKING, Any

from watchkeeper.errors import PermitInvalid
from watchkeeper.ledger.permit import Claims
from watchkeeper.permit.check import Permits
from watchkeeper.permit.keys import KeysAddress, KeysFile, KeySource
from watchkeeper.permit.store import Used, UsedFile

if TYPE_CHECKING:
    from watchkeeper.permit.asgi import RequirePermit
    from watchkeeper.permit.decorator import permitted
    from watchkeeper.permit.mcp_server import require_permits

__all__ = [
    "Claims",
    "KeySource",
    "KeysAddress",
    "KeysFile",
    "PermitInvalid",
    "Permits",
    "RequirePermit",
    "Used",
    "UsedFile",
    "permitted",
    "require_permits",
]
_WHERE = {
    "RequirePermit": "asgi",
    "permitted": "decorator",
    "require_permits": "mcp_server",
}


def __getattr__(name: str) -> Any:
    """Load what belongs to one kind of server only where it is used."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
