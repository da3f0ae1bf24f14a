"""A witness of our own: cosigns checkpoints of the logs that it knows, and never two histories."""
