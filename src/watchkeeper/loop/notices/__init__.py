"""Telling people what waits for them: what is due to whom, in which words, and what came of it."""
