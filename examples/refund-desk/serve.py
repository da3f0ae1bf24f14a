"""Starts the refund desk's tool server; `--help` says how."""

from __future__ import annotations

import sys

from desk.server import main

if __name__ == "__main__":
    sys.exit(main())
