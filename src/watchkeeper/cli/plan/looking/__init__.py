"""Commands that show one side of a plan or of the management system, and change nothing."""
