"""The MCP server as an HTTP application."""
