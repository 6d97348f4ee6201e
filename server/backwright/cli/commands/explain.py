"""`backwright explain`: the page of a review rule."""

from __future__ import annotations

import argparse

from backwright.cli.command import Command, Exit


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE", help="a rule's code, ours or ruff's, or the name of one of ours")
    parser.add_argument("--json", action="store_true", help="print one JSON object with code and page")


def _run(arguments: argparse.Namespace) -> int:
    import json

    from backwright.review.page import rule_page

    page = rule_page(arguments.code)
    if arguments.json:
        print(json.dumps({"code": arguments.code, "page": page}))
    else:
        print(page.rstrip("\n"))
    return Exit.CLEAN


COMMAND = Command(
    name="explain",
    help="explain a review rule: what it finds, why that hurts, and a correct version",
    example="backwright explain BW102",
    configure=_configure,
    run=_run,
)
