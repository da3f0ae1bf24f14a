"""The command line: one file per verb group, parsing and printing only."""
