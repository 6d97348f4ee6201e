"""The name of a template is a name: no path, no address, nothing that a file system reads."""

from __future__ import annotations

from pathlib import Path

from backwright.app import App
from backwright.settings import Settings
from tests.mcp_api._connect import connected
from tests.mcp_api.test_own_templates import NOTE, project
from tests.scaffold._projects import tree

__all__ = ["project"]

IDS = [
    *("../ours", "ours/../ours", "/etc/passwd", "./ours", "ours/", "ours\0", "ours\n", "OURS", "..", "", "%2e%2e/ours"),
    *("{{ 7*7 }}", "file:///etc/passwd", "o" * 100_000, "\u202eours", "our\u0455", "o" * 300),
]


async def test_a_template_that_is_a_path_is_refused_before_anything_is_made(project: Path) -> None:
    before = tree(project)
    async with connected(App(Settings(root=project, allow_unlocked=True))) as client:
        for name in IDS:
            result = await client.call_tool("scaffold_endpoint", {**NOTE, "template": name})
            assert result.is_error, name
            answer = result.structured_content
            assert answer is not None
            assert answer["code"] in {"TEMPLATE_NOT_FOUND", "INVALID_INPUT"}, (name, answer)
            assert len(str(result.content)) < 4_000
            assert "Traceback" not in str(result.content)
            assert "49" not in str(answer.get("message"))
    assert tree(project) == before
