"""A sample tool server for a starting point, over stdio: `python -m … customer-service`.

It is there to be replaced: its customers, branches and invoices are made up, live in memory, and
are gone when it ends. `watchkeeper plan import-tools` puts a server of one's own in its place.
"""

from __future__ import annotations

import sys

from mcp.server import MCPServer

from watchkeeper.demo.starts import books, repository, shop

SAMPLES = {"customer-service": shop, "coding": repository, "back-office": books}


def sample(name: str) -> MCPServer:
    """Return the sample server of a starting point, with all that it holds as it is at first."""
    found = SAMPLES[name]
    server = MCPServer(found.NAME)
    found.add_tools(server)
    return server


def main() -> None:
    """Serve the sample that is named, until the other side goes."""
    if len(sys.argv) != 2 or sys.argv[1] not in SAMPLES:
        sys.stderr.write(f"name one of: {', '.join(SAMPLES)}\n")
        raise SystemExit(2)
    sample(sys.argv[1]).run()


if __name__ == "__main__":
    main()
