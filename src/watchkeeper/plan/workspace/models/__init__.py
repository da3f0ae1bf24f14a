"""The pydantic models of the workspace's files, one module for each kind of file."""
