"""A gateway that breaks I3: it does not recognise an action that it has released before.

Takes the place of `watchkeeper` in `watchkeeper demo --gateway-command`.
"""

from __future__ import annotations

from watchkeeper.cli.app import main
from watchkeeper.loop.kernel import Kernel

Kernel._refused_by_key = lambda _self, _admitted, _at: (None, "")
Kernel._stored = lambda _self, _admitted: None

if __name__ == "__main__":
    main()
