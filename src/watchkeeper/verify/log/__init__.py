"""Verifying a whole log: each shard by itself, and each held against the one before."""
