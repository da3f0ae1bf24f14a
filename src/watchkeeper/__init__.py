"""Watchkeeper: an AI management system that is enforced where agents act."""
