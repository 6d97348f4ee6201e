"""What a review leaves behind beside what it prints: more reports in files, and an exit code."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli.command import Exit

if TYPE_CHECKING:
    from backwright.review.diff import Diff
    from backwright.review.report import Report


def configure_reports(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    """Add `--also`, `--fail-on` and `--watch`."""

    def report(text: str) -> tuple[str, Path]:
        name, equals, path = text.partition("=")
        if not equals or not path or name not in formats:
            raise argparse.ArgumentTypeError(f"{text[:80]!r} is no FORMAT=FILE with one of {', '.join(formats)}")
        return name, Path(path)

    parser.add_argument(
        "--also",
        action="append",
        default=[],
        type=report,
        metavar="FORMAT=FILE",
        help="write the same report to a file as well, in this format; repeatable",
    )
    parser.add_argument(
        "--fail-on",
        choices=("error", "warning", "info", "never"),
        default="info",
        help="the least severe finding that makes the exit code 1 (default: info)",
    )
    parser.add_argument("--watch", action="store_true", help="review again whenever the change is another one")


def write_reports(report: Report, diff: Diff, also: Sequence[tuple[str, Path]]) -> None:
    """Write the report once more, in other formats.

    Raises:
        WriteFailedError: a file cannot be written.
    """
    from backwright._files import write_atomic
    from backwright.errors import WriteFailedError
    from backwright.review.format import formats

    if not also:
        return
    known = {form.name: form for form in formats()}
    for name, path in also:
        try:
            write_atomic(path, known[name].render(report, diff).encode())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise WriteFailedError(f"{path} cannot be written: {reason}", hint="name another file") from None


def exit_code(report: Report, fail_on: str) -> Exit:
    """1 where a finding is as severe as that."""
    from backwright.review.diagnostic import Severity

    if fail_on == "never":
        return Exit.CLEAN
    worst = Severity(fail_on).rank
    return Exit.FINDINGS if any(finding.severity.rank <= worst for finding in report.findings) else Exit.CLEAN
