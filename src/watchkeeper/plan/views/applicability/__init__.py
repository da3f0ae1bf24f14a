"""The statement of applicability: as a view, in words, as a page, as a table, and compared."""
