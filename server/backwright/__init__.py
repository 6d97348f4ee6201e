"""Backwright: versioned skills for Python backend work, served over MCP.

One package, five engines and three surfaces; the picture is in the README's "Develop" section.
"""

__version__ = "0.1.0"
__all__ = ["__version__"]
