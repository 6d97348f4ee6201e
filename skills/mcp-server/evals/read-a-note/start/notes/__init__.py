"""Notes for an assistant."""
