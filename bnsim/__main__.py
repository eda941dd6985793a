"""`python -m bnsim`: the same as the `bnsim` command."""

from __future__ import annotations

import sys

from bnsim.cli import main

if __name__ == "__main__":
    sys.exit(main())
