"""Doors for agents that are clients of the gateway that runs."""
