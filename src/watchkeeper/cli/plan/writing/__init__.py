"""Commands that write files of a workspace: begun, signed, noted, drafted from elsewhere."""
