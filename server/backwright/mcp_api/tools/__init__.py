"""One MCP tool a module: `TOOL` and, beside it, its call-and-answer cases."""
