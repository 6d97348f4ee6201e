"""A scaffold's plan for a person: its files with a diff each, what stands against it, and buttons to apply and undo."""

from __future__ import annotations

from backwright.mcp_api.view import View

VIEW = View(
    name="plan",
    title="Plan",
    description="The files of a scaffold's plan with their diffs, to apply and to take back.",
    tools=(
        "apply_scaffold",
        "scaffold_endpoint",
        "scaffold_job",
        "scaffold_migration",
        "scaffold_service",
        "scaffold_test",
    ),
)
