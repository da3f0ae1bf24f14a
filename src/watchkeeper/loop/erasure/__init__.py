"""Erasing payloads: which records are meant, what stands against it, and who may say so."""
