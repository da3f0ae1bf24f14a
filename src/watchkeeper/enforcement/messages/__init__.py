"""MCP messages as the doors read and write them: nothing here decides or keeps anything."""
