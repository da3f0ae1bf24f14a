"""Controls, risks and the statement of applicability as one spreadsheet, out and in again."""
