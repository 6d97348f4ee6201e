"""The README's pictures, made by running the program: a demo that plays, and a review as a terminal shows it.

Run as `python -m tests.bench.pictures`; it writes `server/docs/demo.svg` and `server/docs/review.svg`. Each program
runs on a pseudo-terminal of its own, so what is drawn is what it printed, at the times at which it did. Where a browser
is installed, it draws `server/backwright/icon.png` from `icon.svg` as well; `--icon` does that alone.
"""

from __future__ import annotations

import fcntl
import html
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.review import _chromium
from tests.review._git import commit, git, repository, write

ROOT: Final = Path(__file__).parent.parent.parent
DOCS: Final = ROOT / "server" / "docs"
PULL_REQUEST: Final = ROOT / "server" / "backwright" / "cli" / "_demo" / "pull_request.txt"
ICON: Final = ROOT / "server" / "backwright" / "icon.png"
SIDE: Final = 512
"""Pixels of the icon."""
WIDTH: Final = 104
"""Columns."""
PAUSE: Final = 1.2
"""The longest time in seconds that the picture stands still; whoever waits for tests has seen it."""

_SPINNER: Final = re.compile("[\u2800-\u28ff]")
_MOVES: Final = re.compile(r"\x1b\[[0-9;?]*[A-LN-Za-ln-z]")

THEME: Final = TerminalTheme(
    (16, 20, 28),
    (214, 221, 232),
    [(92, 103, 121), (240, 113, 120), (135, 205, 130), (235, 192, 110), (110, 170, 250), (200, 150, 240),
     (105, 205, 215), (214, 221, 232)],
    [(132, 143, 161), (255, 133, 140), (155, 225, 150), (255, 212, 130), (130, 190, 255), (220, 170, 255),
     (125, 225, 235), (245, 248, 252)],
)  # fmt: skip

# What rich draws, without the fonts that its own form fetches from a network.
FORM: Final = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>TITLE</title>
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-ligatures: none;
}}
.{unique_id}-title {{ font-size: 18px; font-family: system-ui, sans-serif; }}
{styles}
MOTION</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a program printed, with the time in seconds at which each line was complete."""

    output: str
    times: tuple[float, ...]


def record(command: Sequence[str], cwd: Path) -> Recording:
    """Run a program on a pseudo-terminal."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, WIDTH, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(WIDTH)}
    begun = time.monotonic()
    process = subprocess.Popen(
        command, cwd=cwd, env=environment, stdin=terminal, stdout=terminal, stderr=subprocess.DEVNULL
    )
    os.close(terminal)
    output, times = "", list[float]()
    while part := _read(controller):
        output += part.decode("utf-8", "replace")
        times += [time.monotonic() - begun] * (output.count("\n") - len(times))
    os.close(controller)
    process.wait(timeout=60)
    lines = ((_settled(line), at) for line, at in zip(output.replace("\r\n", "\n").split("\n"), times, strict=False))
    kept = [(line, at) for line, at in lines if not _SPINNER.search(line)]
    return Recording("\n".join(line for line, _ in kept), tuple(at for _, at in kept))


def _settled(line: str) -> str:
    """What stands in a line at last, in its colours: a spinner draws over itself before."""
    return _MOVES.sub("", line.rpartition("\r")[2])


def branch(root: Path) -> Path:
    """A repository on a branch that adds the file of the demo's pull request."""
    root.mkdir()
    repository(root)
    git(root, "checkout", "--quiet", "-b", "exports")
    code = re.sub(r"  # expect: .*", "", PULL_REQUEST.read_text(encoding="utf-8"))
    write(root, "src/shop/exports.py", code)
    commit(root, "send invoices to accounting")
    return root


def _read(controller: int) -> bytes:
    try:
        return os.read(controller, 65_536)
    except OSError:  # the other end is closed
        return b""


def shortened(recording: Recording) -> Recording:
    """The findings, and of each later part its first line: a picture is no page."""
    findings, *parts = re.split(r"\n\n(?=(?:\x1b\[[0-9;]*m)*(?:Checklist|For a reader))", recording.output)
    heads = "".join(f"\n\n{part.splitlines()[0]}\n  ..." for part in parts)
    return Recording(findings + heads, ())


def draw(recording: Recording, title: str, *, plays: bool) -> str:
    """The recording as an SVG image; its lines appear as they did, for whoever has not asked for less motion."""
    console = Console(record=True, width=WIDTH, file=Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    console.print(Text.from_ansi(recording.output.rstrip("\n")), soft_wrap=False)
    form = FORM.replace("TITLE", html.escape(title)).replace("MOTION", _motion(recording) if plays else "")
    drawn = console.export_svg(title=title, theme=THEME, code_format=form, unique_id="t")
    console.file.close()
    if plays:
        drawn = re.sub(r'(<text class=")([^"]*)("[^>]*clip-path="url\(#t-line-(\d+)\)")', r"\1\2 l l\4\3", drawn)
    return re.sub(r"[ \t]+$", "", drawn, flags=re.MULTILINE)


def _motion(recording: Recording) -> str:
    shown, last, rules = 0.4, 0.0, list[str]()
    for line, at in enumerate(recording.times):
        shown += min(PAUSE, at - last)
        last = at
        rules.append(f".l{line} {{{{ animation-delay: {shown:.2f}s }}}}")
    return (
        "@media (prefers-reduced-motion: no-preference) {{\n.l {{ opacity: 0; animation: shown 0.1s forwards }}\n"
        + "\n".join(rules)
        + "\n}}\n@keyframes shown {{ to {{ opacity: 1 }} }}\n"
    )


def icon(program: str) -> bytes:
    """The icon as PNG, its corners transparent.

    Args:
        program: a browser.
    """
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "icon.html"
        svg = ICON.with_suffix(".svg").read_text(encoding="utf-8")
        style = "<style>body { margin: 0 } svg { display: block; width: 100vw }</style>"
        page.write_text(f"<!doctype html>{style}{svg}", encoding="utf-8")
        with _chromium.browser(program, Path(folder) / "profile") as browser:
            clear: _chromium.JSON = {"r": 0, "g": 0, "b": 0, "a": 0}
            browser.call("Emulation.setDefaultBackgroundColorOverride", color=clear)
            browser.open(page, width=SIDE, dark=False)
            browser.call(
                "Emulation.setDeviceMetricsOverride", width=SIDE, height=SIDE, deviceScaleFactor=1, mobile=False
            )
            return browser.screenshot()


def main() -> None:
    """Make the pictures that can be made here."""
    browser = _chromium.find()
    if browser is not None:
        ICON.write_bytes(icon(browser))
        print(f"{ICON.relative_to(ROOT)}: {ICON.stat().st_size} bytes")
    if "--icon" not in sys.argv:
        pictures()


def pictures() -> None:
    """The demo and a review, as a terminal shows them."""
    program = [sys.executable, "-m", "backwright"]
    with tempfile.TemporaryDirectory() as folder:
        demo = record([*program, "demo"], Path(folder))
        review = record([*program, "review", "--fail-on", "never"], branch(Path(folder) / "shop"))
    for name, recording, title, plays in (
        ("demo", demo, "backwright demo", True),
        ("review", shortened(review), "backwright review", False),
    ):
        path = DOCS / f"{name}.svg"
        path.write_text(draw(recording, title, plays=plays), encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
