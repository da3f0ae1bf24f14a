"""The web console. Nothing is built here yet: see docs/not-done.md."""
