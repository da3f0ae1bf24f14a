"""Lets `python -m watchkeeper` be the command `watchkeeper`."""

from __future__ import annotations

from watchkeeper.cli.app import main

if __name__ == "__main__":
    main()
