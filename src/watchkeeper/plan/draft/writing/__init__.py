"""Where the files of a workspace are written: inside it, by one writer at a time."""
