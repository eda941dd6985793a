"""A figure over the training: what it was at some iterations, on the same axes, for a film."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from msgspec.structs import replace

from bnsim.figures import FIGURES
from bnsim.figures.options import Value
from bnsim.plot.figure import Figure
from bnsim.session import Session
from bnsim.spec.numerals import count
from bnsim.spec.phrases import phrase


def frames(
    session: Session,
    name: str,
    options: Mapping[str, Value],
    iterations: Sequence[int],
    report: Callable[[int], None] = lambda done: None,
    layer_id: int | None = None,
) -> list[Figure]:
    """The figure of that name after each of these iterations, in rising order; what is still empty is left out.

    `layer_id` is the layer that it is about; None: the first that fits.
    All have the same axes, and say below their title where they are. The session stands afterwards where it stood.
    `report` is told how many are made.
    """
    before = session.moment
    made: list[Figure] = []
    try:
        for number, iteration in enumerate(sorted(iterations)):
            session.seek(iteration)
            figure = FIGURES[name](session, layer_id, **options)
            if figure.has_data:
                made.append(replace(figure, verdict=phrase("iteration {number}", number=count(iteration))))
            report(number + 1)
    finally:
        session.go_to(before)
    from bnsim.plot.writers.together import on_same_axes

    return on_same_axes(made)


def spread(last: int, most: int) -> list[int]:
    """At most so many iterations from the first to the last, evenly."""
    return sorted({round(float(each)) for each in np.linspace(min(1, last), last, most)})
