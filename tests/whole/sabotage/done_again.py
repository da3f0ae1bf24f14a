"""A gateway that breaks I3: it does not recognise an action that it has released before.

Takes the place of `watchkeeper` in `watchkeeper demo --gateway-command`.
"""

from __future__ import annotations

from watchkeeper.cli.app import main
from watchkeeper.do.state.keys import Keys

Keys.find = lambda _self, _key, _now: None

if __name__ == "__main__":
    main()
