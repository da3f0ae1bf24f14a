"""Writing workspace files: what a tool server lists, a first workspace, a person's key."""
