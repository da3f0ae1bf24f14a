"""Files that others made, to passages: structured, in tables, in prose."""
