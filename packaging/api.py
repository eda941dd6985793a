"""Write the API reference, made from the docstrings by pdoc, to build/api."""

from __future__ import annotations

import sys
from pathlib import Path

import pdoc

import bnsim
import bnsim.session

ROOT = Path(__file__).resolve().parent.parent
MODULES = ("bnsim", "bnsim.session", "bnsim.plot.figure", "bnsim.plot.marks")


def main(folder: Path = ROOT / "build" / "api") -> int:
    # They are imported when first named, which pdoc does not do.
    for module in (bnsim, bnsim.session):
        for name in module.__all__:
            vars(module)[name] = getattr(module, name)
    pdoc.render.configure(math=True, docformat="markdown")
    pdoc.pdoc(*MODULES, output_directory=folder)
    print(folder / "index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
