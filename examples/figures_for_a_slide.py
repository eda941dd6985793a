"""Every kind of figure bnsim has, as files for slides: python figures_for_a_slide.py [FOLDER]."""

import sys
from pathlib import Path

import bnsim as bn

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "figures")
folder.mkdir(parents=True, exist_ok=True)

needed = {record for kind in bn.figures.FIGURES.values() for record in kind.records}
session = bn.Session(bn.default_experiment(), recording=needed)
session.run(iterations=50)
for name, make in bn.figures.FIGURES.items():
    figure = make(session)
    if figure.has_data:
        for suffix in ("svg", "png", "csv"):
            figure.save(folder / f"{name}.{suffix}")
    print(f"{name}: {figure.verdict}")
