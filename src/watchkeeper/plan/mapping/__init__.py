"""Mappings that others made to the standards: read, and held against the standards' numbers."""
