"""The refund desk: a shop's back office, its own database and an MCP tool server over it."""
