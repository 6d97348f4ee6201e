"""The command line of the shop."""

import argparse
import csv
import json


def low_stock(path: str) -> None:
    """Print what runs low in a file."""
    items = []
    try:
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                try:
                    on_hand = int(row["on_hand"])
                except ValueError:
                    print(f"Skipping row with invalid on_hand: {row}")
                    continue
                if on_hand < 10:
                    items.append({"sku": row["sku"], "name": row["name"], "on_hand": on_hand})
    except FileNotFoundError:
        print(f"Error: file not found: {path}")
        return
    except KeyError as error:
        print(f"Error: missing column {error}")
        return
    print(json.dumps(items, indent=2))


def main() -> None:
    """Run a command."""
    parser = argparse.ArgumentParser(prog="shop")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("low-stock").add_argument("file")
    low_stock(parser.parse_args().file)


if __name__ == "__main__":
    main()
