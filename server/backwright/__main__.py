"""`python -m backwright` is the `backwright` command."""

import sys

from backwright.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
