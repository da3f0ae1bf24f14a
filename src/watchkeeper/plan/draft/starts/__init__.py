"""Complete workspaces to start from: files of the package, made a person's own (decision 0200)."""
