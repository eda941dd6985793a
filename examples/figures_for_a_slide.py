"""Every kind of figure bnsim has, as files for slides: python figures_for_a_slide.py [FOLDER]."""

import sys
from pathlib import Path

import bnsim as bn

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "figures")
folder.mkdir(parents=True, exist_ok=True)

session = bn.Session(bn.default_experiment())
session.run(iterations=50)
for name, make in bn.figures.FIGURES.items():
    figure = make(session)
    for suffix in ("svg", "png", "csv"):
        figure.save(folder / f"{name}.{suffix}")
    print(f"{name}: {figure.verdict}")
