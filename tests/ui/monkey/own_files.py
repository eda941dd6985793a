"""Files as people have them, for a monkey to open, drop and save over: good ones and bad ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import bnsim as bn
from bnsim.spec.breakpoints import AtLayer, LossBelow
from bnsim.spec.document import Document
from bnsim.spec.files import save_document
from tests.data.test_mutated_data import FILES, LABELS
from tests.ui.choices import Choices


def make_files(folder: Path) -> list[Path]:
    """Documents and data in `folder` and one folder beside it."""
    inside, outside = folder / "work", folder / "elsewhere"
    for each in (inside, outside):
        each.mkdir()
    rows = np.random.default_rng(1).normal(size=(40, 2)).round(3)
    classes = np.where(rows.prod(axis=1) < 0, "odd", "even")
    table = "".join(f"{x},{y},{word}\n" for (x, y), word in zip(rows, classes, strict=True))
    for place in (inside, outside):
        (place / "signs.csv").write_text("left,right,kind\n" + table, encoding="utf-8")
    (inside / "line.tsv").write_text("".join(f"{x}\t{2 * x - y}\n" for x, y in rows), encoding="utf-8")
    (inside / "broken.csv").write_text("1,2,0\n1,two,1\n3,4\n", encoding="utf-8")
    (inside / "good.npz").write_bytes(FILES["npz"][0])
    (inside / "named.npz").write_bytes(FILES["npz"][2])
    (inside / "cut.npz").write_bytes(FILES["npz"][0][:300])
    (inside / "t-images-idx3-ubyte").write_bytes(FILES["idx"][0])
    (inside / "t-labels-idx1-ubyte").write_bytes(LABELS)
    for number in (11, 12):
        bn.save(Choices(number).experiment(), inside / f"number {number}.bnsim")
    stack = bn.Stack(layers=(bn.Linear(4), bn.BatchNorm(), bn.ReLU(), bn.Linear(2)))
    here = bn.Experiment(data=bn.FileData("signs.csv"), stacks=(stack,))
    stops = (AtLayer(layer=here.stacks[0].layers[1].id), LossBelow(below=0.1))
    save_document(Document(experiment=here, breakpoints=stops), inside / "here.bnsim")
    there = bn.Experiment(data=bn.FileData(str(outside / "signs.csv")), stacks=(stack,))
    save_document(Document(experiment=there), inside / "there.bnsim")
    (inside / "broken.bnsim").write_text('{"version": 1, "stacks": [{"layers": [{"kind": "Conv"}]}]}', encoding="utf-8")
    return sorted(path for place in (inside, outside) for path in place.iterdir())
