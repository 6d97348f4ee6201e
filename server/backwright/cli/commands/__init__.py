"""One command a module: `COMMAND`."""
