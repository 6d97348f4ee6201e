"""The `backwright` command."""
