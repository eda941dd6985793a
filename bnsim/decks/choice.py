"""Which figures a talk shows where nobody says: about eight, in the order of a lecture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bnsim.decks.making import Shown
from bnsim.figures import FIGURES
from bnsim.lenses.findings.lens import RECORDS
from bnsim.session import Session
from bnsim.session.recording import records as is_recorded
from bnsim.spec.watches import Watch

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


def chosen(session: Session, watches: Sequence[Watch] = ()) -> list[Shown]:
    """Kinds that have something to draw of the session as it stands, at most `MOST`, and what is watched."""
    there = [name for name in LECTURE if can_be_made(session, name)]
    names = [name for name in there if FIGURES[name](session).has_data]
    for name in LATER:
        if len(names) > MOST and name in names:
            names.remove(name)
    return named(names[:MOST], watches)


def can_be_made(session: Session, name: str) -> bool:
    """Whether the session has recorded what the kind of that name reads."""
    return is_recorded(session.recording, FIGURES[name].needs({}))


def named(names: Iterable[str], watches: Sequence[Watch] = ()) -> list[Shown]:
    """Kinds of those names, and what is watched."""
    watched = [Shown("watch", {"expression": each.expression}, f"Watch: {each.expression}") for each in watches]
    return [*map(Shown, names), *watched]


def records(watches: Sequence[Watch] = ()) -> set[str]:
    """Names in the session's history that these figures, and the rules, read."""
    read = {record for name in LECTURE for record in FIGURES[name].needs({})}
    return read | RECORDS | {record for each in watches for record in each.records}
