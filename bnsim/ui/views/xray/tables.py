"""The tables of a BatchNorm's page, with their rows and columns."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from bnsim.ui.language import tr
from bnsim.ui.views.parts import Numbers


def tables(parent: QWidget) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """The tables of one feature, momentum, both modes, the losses of both modes, and the batch-mates."""
    numbers = Numbers(
        "xray",
        (("mean", "μ"), ("biased", "σ²"), ("unbiased", "s²"), ("gamma", "γ"), ("beta", "β")),
        (("batch", tr("batch")), ("running", tr("running")), ("whole", tr("all rows"))),
        parent,
    )
    momentum_table = Numbers(
        "xray.momentum",
        (
            ("new", tr("weight of the new (PyTorch)")),
            ("old", tr("weight of the old (Keras, TF)")),
            ("back", tr("mini-batches it looks back")),
            ("half", tr("half of the weight on the last")),
            ("seen", tr("mini-batches so far")),
            ("start", tr("weight of the start (0 and 1)")),
        ),
        (("value", ""),),
        parent,
    )
    modes_table = Numbers(
        "xray.modes",
        (("rms", tr("apart, rms")), ("share", tr("of the output's rms")), ("largest", tr("apart, at most"))),
        (("value", ""),),
        parent,
    )
    losses_table = Numbers(
        "xray.losses",
        (("batch", tr("loss, mini-batch")), ("all", tr("loss, all rows"))),
        (("train", "train"), ("eval", "eval")),
        parent,
    )
    mates_table = Numbers(
        "xray.mates",
        (
            ("alone", tr("noise by this layer's mates")),
            ("through", tr("by those of layers before, too")),
            ("own", tr("input, the same each time")),
            ("output", tr("output among present mates")),
            ("std", tr("std over other mates")),
            ("share", tr("std over |output|")),
        ),
        (("value", ""),),
        parent,
    )
    return numbers, momentum_table, modes_table, losses_table, mates_table
