"""The MCP gateway: a thin relay that decides every action on its way (boundary `exclusive`)."""
