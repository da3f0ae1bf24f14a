"""Clause 10: findings, corrections, proposals. Nothing is built here yet: see docs/not-done.md."""
