"""A sample tool server for a starting point, over stdio: `python -m … customer-service FILE`.

It is there to be replaced: its customers, branches and invoices are made up. What happens to them
is kept in the file, or in memory where none is named. `watchkeeper plan import-tools` puts a server
of one's own in its place.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mcp.server import MCPServer

from watchkeeper.demo.starts import books, repository, shop
from watchkeeper.demo.starts.kept import Kept

SAMPLES = {"customer-service": shop, "coding": repository, "back-office": books}


def sample(name: str, kept_in: Path | None = None) -> MCPServer:
    """Return the sample server of a starting point; it keeps what it holds in a file, or not."""
    found = SAMPLES[name]
    server = MCPServer(found.NAME)
    found.add_tools(server, Kept(found.FIRST, kept_in))
    return server


def main() -> None:
    """Serve the sample that is named, until the other side goes."""
    name, *more = [*sys.argv[1:], ""]
    if name not in SAMPLES or len(more) > 2:
        sys.stderr.write(f"name one of: {', '.join(SAMPLES)}, and a file to keep it in\n")
        raise SystemExit(2)
    sample(name, Path(more[0]) if more[0] else None).run()


if __name__ == "__main__":
    main()
