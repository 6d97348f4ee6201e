"""One view of MCP Apps a module: `VIEW` and, beside it, what is its own of a page; `_shared.*` is what all have."""
