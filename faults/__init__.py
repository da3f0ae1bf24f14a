"""Faults: what is broken on purpose, around the gateway's real write path, and what must hold."""
