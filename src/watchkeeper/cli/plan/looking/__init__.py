"""Commands that show one side of the management system: its scope, its risks, one control."""
