"""Policies: Cedar files to policies with our own ids, their kinds and their scopes."""
