"""The main job on the built-in refund desk: real processes, and every claim checked."""
