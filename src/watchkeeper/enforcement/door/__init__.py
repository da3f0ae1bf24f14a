"""Doors beside the HTTP one: the stdio door, and what both ends of the local socket agree on."""
