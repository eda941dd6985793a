"""The tables of a BatchNorm's page, with their rows and columns."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from bnsim.ui.views.parts import Numbers


def tables(parent: QWidget) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """The tables of one feature, momentum, both modes, the losses of both modes, and the batch-mates."""
    numbers = Numbers(
        "xray",
        (("mean", "μ"), ("biased", "σ²"), ("unbiased", "s²"), ("gamma", "γ"), ("beta", "β")),
        (("batch", "batch"), ("running", "running"), ("whole", "all rows")),
        parent,
    )
    momentum_table = Numbers(
        "xray.momentum",
        (
            ("new", "weight of the new (PyTorch)"),
            ("old", "weight of the old (Keras, TF)"),
            ("back", "mini-batches it looks back"),
            ("half", "half of the weight on the last"),
            ("seen", "mini-batches so far"),
            ("start", "weight of the start (0 and 1)"),
        ),
        (("value", ""),),
        parent,
    )
    modes_table = Numbers(
        "xray.modes",
        (("rms", "apart, rms"), ("share", "of the output's rms"), ("largest", "apart, at most")),
        (("value", ""),),
        parent,
    )
    losses_table = Numbers(
        "xray.losses",
        (("batch", "loss, mini-batch"), ("all", "loss, all rows")),
        (("train", "train"), ("eval", "eval")),
        parent,
    )
    mates_table = Numbers(
        "xray.mates",
        (
            ("alone", "noise by this layer's mates"),
            ("through", "by those of layers before, too"),
            ("own", "input, the same each time"),
            ("output", "output among present mates"),
            ("std", "std over other mates"),
            ("share", "std over |output|"),
        ),
        (("value", ""),),
        parent,
    )
    return numbers, momentum_table, modes_table, losses_table, mates_table
