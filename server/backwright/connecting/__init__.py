"""Assistants and their configuration: where each keeps it, what our entry looks like there, and how it is put in."""
