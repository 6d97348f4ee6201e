"""`backwright review`: what a change adds, held against the rules and the checklists."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from backwright.cli._kept import configure_kept, earlier_of, kept, report_of
from backwright.cli._reports import configure_reports, exit_code, write_reports
from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from backwright.app import App
    from backwright.contexts.schemas.review_v2 import ReviewContextV2
    from backwright.review.diff import Diff
    from backwright.review.report import Report
    from backwright.review.subject import Subject

# The names of `review.format.formats()`, held to it by a test: listing them there would import the engine for --help.
FORMATS = ("github", "github-review", "gitlab", "html", "json", "junit", "markdown", "rdjson", "sarif", "text")
_FRAME = re.compile(r" +\d* [ +]\| ")
MAX_TIMEOUT = 600
_HINTS = {"skills": "write a skill as name or name@range", "paths": "write a glob relative to the root, as app/**"}
_HELP = "see `backwright review --help`"
SEVERITIES = ("error", "warning", "info")
PROFILES = ("quiet", "standard", "strict")
BASELINE = "backwright-baseline.json"


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        nargs="*",
        metavar="FILE",
        help="a diff, the mails of a series, or JSON of GitHub's or GitLab's API; - reads it from the input",
    )
    parser.add_argument("--staged", action="store_true", help="review what is staged for the next commit")
    parser.add_argument("--worktree", action="store_true", help="review what is not committed yet")
    parser.add_argument("--commit", metavar="REV", help="review one commit, against its first parent")
    parser.add_argument("--base", metavar="REV", help="review the work tree against its merge base with REV")
    parser.add_argument("--range", metavar="A..B", help="review commits; A...B starts at the merge base")
    parser.add_argument("--all", action="store_true", help="review every tracked Python file as if all were added")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to write the report (default: text)")
    parser.add_argument("--json", action="store_true", help="the same as --format json")
    configure_reports(parser, FORMATS)
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of --json, and review nothing")
    parser.add_argument("--root", metavar="DIR", default=".", help="the project (default: the current folder)")
    parser.add_argument("--path", action="append", default=[], metavar="GLOB", help="only these files; repeatable")
    parser.add_argument(
        "--min-severity", choices=SEVERITIES, default="info", help="the least severe findings to report (default: info)"
    )
    parser.add_argument(
        "--profile", choices=PROFILES, help="how much to report (default: what backwright.yaml says, else standard)"
    )
    parser.add_argument(
        "--skill",
        action="append",
        default=[],
        metavar="NAME[@RANGE]",
        help="the checklist of this skill, not those that the change calls for; repeatable",
    )
    parser.add_argument(
        "--timeout", type=_seconds, metavar="SECONDS", help="return by then what was done, and name what was not"
    )
    parser.add_argument(
        "--write-baseline",
        nargs="?",
        const=BASELINE,
        metavar="NAME",
        help=f"write what is found to this file of the project, so that it is known from then on (default: {BASELINE})",
    )
    configure_kept(parser)
    parser.add_argument("--fix", action="store_true", help="make the mechanical fixes on added lines; shows them first")
    parser.add_argument("--dry-run", action="store_true", help="with --fix: show the changes and write nothing")
    parser.add_argument("--yes", action="store_true", help="with --fix: do not ask")


def _seconds(text: str) -> int:
    seconds = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= seconds <= MAX_TIMEOUT:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 1 to {MAX_TIMEOUT}")
    return seconds


def _run(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from backwright.app import App
    from backwright.cli._progress import progress_line
    from backwright.review.watch import Stage, Watch
    from backwright.settings import Settings

    if arguments.schema:
        from backwright.review.formats.json import report_schema

        print(report_schema(), end="")
        return Exit.CLEAN
    _check_fix(arguments)
    root = Path(arguments.root)
    app = App(Settings.from_environment(root=root))
    form = "json" if arguments.json else arguments.format
    if arguments.handle is not None:
        report, diff = report_of(app, arguments)
        _write(report, diff, form)
        write_reports(report, diff, arguments.also)
        return exit_code(report, arguments.fail_on)
    if arguments.watch:
        from backwright.cli._watched import watch_reviews

        return watch_reviews(root, lambda: _subject(arguments, root), lambda subject: _review(app, arguments, subject))
    earlier = earlier_of(app, arguments.since)
    with progress_line() as tell, Watch(arguments.timeout, tell=tell).kept() as watch:
        watch.at(Stage.CHANGE)
        subject = _subject(arguments, root)
        reviewing, context = app.reviewing, _context(arguments)
        to_record = arguments.write_baseline is not None
        report = reviewing.of_subject(subject, context, to_record=to_record)
    if to_record:
        from backwright.cli._baseline import write_baseline

        return write_baseline(report, root, arguments.write_baseline, reviewing.baseline_of(subject))
    if arguments.keep or earlier is not None:
        report = kept(app, subject, report, context, earlier)
    if arguments.fix:
        from backwright.cli._fix import fix

        return fix(report, subject.diff, root, yes=arguments.yes, dry_run=arguments.dry_run)
    _write(report, subject.diff, form)
    write_reports(report, subject.diff, arguments.also)
    return exit_code(report, arguments.fail_on)


def _review(app: App, arguments: argparse.Namespace, subject: Subject) -> Report:
    report = app.reviewing.of_subject(subject, _context(arguments))
    _write(report, subject.diff, "json" if arguments.json else arguments.format)
    return report


def _context(arguments: argparse.Namespace) -> ReviewContextV2:
    from pydantic import ValidationError

    from backwright.contexts.schemas.review_v2 import ReviewContextV2
    from backwright.errors import InvalidInputError

    try:
        return ReviewContextV2(
            paths=tuple(arguments.path),
            min_severity=arguments.min_severity,
            skills=tuple(arguments.skill),
            profile=arguments.profile,
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidInputError(f"{where}: {first['msg']}", hint=_HINTS.get(where.partition(".")[0], _HELP)) from None


def _check_fix(arguments: argparse.Namespace) -> None:
    from backwright.errors import InvalidInputError

    without = [name for name, given in (("--dry-run", arguments.dry_run), ("--yes", arguments.yes)) if given]
    if without and not arguments.fix:
        raise InvalidInputError(f"{without[0]} was given without --fix", hint=f"add --fix, or leave {without[0]} out")
    if arguments.watch and (arguments.fix or arguments.keep or arguments.also or arguments.write_baseline is not None):
        raise InvalidInputError("--watch only reviews, again and again", hint="leave the other options out")
    if arguments.fix and (arguments.json or arguments.format != "text"):
        raise InvalidInputError("--fix writes no report", hint="leave --format and --json out, and review afterwards")
    if arguments.write_baseline is not None and (arguments.fix or arguments.json or arguments.format != "text"):
        raise InvalidInputError("--write-baseline writes no report and no fixes", hint="leave the other options out")


def _subject(arguments: argparse.Namespace, root: Path) -> Subject:
    from backwright.errors import InvalidInputError
    from backwright.review.subject import diff_text, subject_of

    files, one = arguments.file, arguments.commit
    given = {"FILE": files, "--staged": arguments.staged, "--worktree": arguments.worktree, "--base": arguments.base}
    given |= {"--range": arguments.range, "--commit": one, "--all": arguments.all}
    named = [name for name, value in given.items() if value not in (None, False, [])]
    if len(named) > 1:
        raise InvalidInputError(
            f"{' and '.join(named)} each say what to review", hint="give one of them, or none for the branch at hand"
        )
    if not root.is_dir():
        raise InvalidInputError(f"the root {str(root)!r} is no folder", hint="name the folder of the project")
    if arguments.all:
        from backwright.review.whole import whole_tree

        return whole_tree(root)
    if files:
        what = "the diff that was given" if len(files) == 1 else f"the {len(files)} files that were given"
        return diff_text(_bytes_of_all(files), what, root)
    range_ = arguments.range if one is None else f"{one}^!"
    return subject_of(root, base=arguments.base, range_=range_, staged=arguments.staged, worktree=arguments.worktree)


def _bytes_of_all(names: Sequence[str]) -> bytes:
    """The files one after the other, as `git format-patch` writes a series of them."""
    from backwright.errors import InvalidInputError

    if "-" in names[1:] or (len(names) > 1 and names[0] == "-"):
        raise InvalidInputError("- reads one diff from the input", hint="give it alone, or name files")
    return b"\n".join(_bytes_of(name) for name in names)


def _bytes_of(name: str) -> bytes:
    """A diff from wherever the user says, who may read their own files; one byte over the limit tells of the rest."""
    import sys
    from pathlib import Path

    from backwright._files import read_bounded
    from backwright.errors import InvalidInputError
    from backwright.review.diff import MAX_DIFF_BYTES

    if name == "-":
        return sys.stdin.buffer.read(MAX_DIFF_BYTES + 1)
    try:
        return read_bounded(Path(name), MAX_DIFF_BYTES)
    except OSError as error:
        raise InvalidInputError(
            f"the diff {name!r} cannot be read: {error.strerror or error}",
            hint="name a file with a diff, or - for the input",
        ) from error


def _write(report: Report, diff: Diff, name: str) -> None:
    import sys

    from backwright.review.format import formats

    text = next(form for form in formats() if form.name == name).render(report, diff)
    if name == "text" and sys.stdout.isatty():
        _paint(text)
    else:
        print(text, end="")


def _paint(text: str) -> None:
    """Colours for a terminal: `Text` takes the report for what it is and reads no markup in it."""
    from rich.console import Console
    from rich.text import Text

    painted = Text(text, end="")
    painted.highlight_regex(r"(?m)^\S.*$", "bold")
    for word, style in (("error", "bold red"), ("warning", "yellow"), ("info", "cyan")):
        painted.highlight_regex(rf"(?m)^ +\d+:\d+  {word}\b", style)
    painted.highlight_regex(r"(?m)^ +\d* [ +]\| ", "dim")
    painted.highlight_regex(r"(?m)\^+$", "bold red")
    painted.highlight_regex(r"\[[a-z0-9-]+/[a-z0-9-]+\]", "dim")
    console = Console(highlight=False)
    for line in painted.split("\n"):
        indent = len(line.plain) - len(line.plain.lstrip())
        if not line.plain:
            console.print()
        elif _FRAME.match(line.plain):
            # Marks stand under what they mark only where neither is wrapped.
            console.print(line, no_wrap=True, overflow="ellipsis")
        else:
            for part in line[indent:].wrap(console, max(20, console.width - indent)):
                part.rstrip()
                console.print(Text(" " * indent).append_text(part))


COMMAND = Command(
    name="review",
    help="review what a change adds: by default the current branch and the work tree",
    example="git diff main | backwright review -",
    configure=_configure,
    run=_run,
)
