"""The JSON Schemas of the workspace's files, for editors and other programs."""
