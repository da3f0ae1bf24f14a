"""Clause 8: what an action becomes. Pure: request and facts in, decision out."""
