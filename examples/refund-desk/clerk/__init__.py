"""The agent of the refund desk: an MCP client that works through customers' messages."""
