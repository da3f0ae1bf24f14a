"""Shards: a home's log in parts, each a log of its own that goes on from the one before."""
