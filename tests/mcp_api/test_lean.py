from __future__ import annotations

import subprocess
import sys


def _run(code: str) -> str:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return run.stdout.strip()


def test_the_serving_half_comes_without_the_client() -> None:
    probe = (
        "import sys\n"
        "from backwright.mcp_api.lean import serving_half\n"
        "with serving_half():\n"
        "    import backwright.mcp_api.stdio\n"
        "print([name for name in ('mcp', 'mcp.client', 'mcp.server.mcpserver', 'httpx2') if name in sys.modules])\n"
    )
    assert _run(probe) == "[]"


def test_the_whole_sdk_can_be_imported_afterwards_with_the_same_classes() -> None:
    probe = (
        "from backwright.mcp_api.lean import serving_half\n"
        "with serving_half():\n"
        "    from mcp.server.lowlevel import Server as early\n"
        "from mcp import Client\n"
        "from mcp.server import Server as late\n"
        "print(early is late, Client.__name__)\n"
    )
    assert _run(probe) == "True Client"


def test_with_the_sdk_loaded_already_nothing_stands_in() -> None:
    probe = (
        "import sys, mcp\n"
        "from backwright.mcp_api.lean import serving_half\n"
        "with serving_half():\n"
        "    print(sys.modules['mcp'] is mcp)\n"
    )
    assert _run(probe) == "True"
