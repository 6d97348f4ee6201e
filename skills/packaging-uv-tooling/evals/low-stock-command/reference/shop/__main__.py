"""The command line of the shop: data to stdout, messages to stderr; 0 done, 1 failed, 2 wrong usage."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from shop.stock import StockFileError, low_stock


def parser() -> argparse.ArgumentParser:
    """What the command understands."""
    parser = argparse.ArgumentParser(prog="shop", description="The shop.")
    commands = parser.add_subparsers(dest="command", required=True)
    low = commands.add_parser("low-stock", help="print what runs low in a file, as JSON")
    low.add_argument("file", type=Path, help="a CSV with the columns sku, name and on_hand")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; its exit code."""
    arguments = parser().parse_args(argv)
    try:
        found = low_stock(arguments.file)
    except StockFileError as error:
        sys.stderr.write(f"shop: {error}\n")
        return 1
    for reason in found.left_out:
        sys.stderr.write(f"shop: left out {reason}\n")
    sys.stdout.write(json.dumps([asdict(item) for item in found.items]) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
