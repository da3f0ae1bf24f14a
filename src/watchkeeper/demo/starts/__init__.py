"""Sample tool servers for the starting points of `watchkeeper init --from`: made up, in memory."""
