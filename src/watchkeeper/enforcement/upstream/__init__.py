"""Tool servers, as the gateway reaches them: by streamable HTTP or by stdio."""
