"""One view of MCP Apps a module: `VIEW` and, beside it, its page. `_shared.css` and `_shared.js` are in each page."""
