"""Which figures a talk shows where nobody says: about eight, in the order of a lecture."""

from __future__ import annotations

from bnsim.figures import FIGURES
from bnsim.figures.measured import Session
from bnsim.plot.figure import Figure

MOST = 8
"""Figures of a talk unless somebody says which."""
LECTURE = (
    "loss",
    "decision_regions",
    "gradient_by_depth",
    "why",
    "gradient_factors",
    "activations_by_depth",
    "moments_by_depth",
    "xray",
    "batch_statistics",
    "gamma_beta",
    "update_to_weight",
    "gradient_over_time",
    "accuracy",
)
"""What goes wrong, where, why, what BatchNorm does about it, and what comes of it. Nothing here is costly to make."""
LATER = ("gradient_over_time", "gradient_factors", "moments_by_depth", "accuracy", "decision_regions")
"""Left out first where there are too many, in this order."""


def chosen(session: Session) -> list[Figure]:
    """Figures of the session as it stands, at most `MOST`, none of them empty."""
    made = {name: FIGURES[name](session) for name in LECTURE}
    names = [name for name in LECTURE if made[name].has_data]
    for name in LATER:
        if len(names) > MOST and name in names:
            names.remove(name)
    return [made[name] for name in names[:MOST]]


def records() -> set[str]:
    """Names in the session's history that these figures read."""
    return {record for name in LECTURE for record in FIGURES[name].needs({})}
