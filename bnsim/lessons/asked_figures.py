"""The figures that steps of lessons ask for, made of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bnsim.figures import FIGURES
from bnsim.figures.options import settings
from bnsim.lessons.lesson import FigureAsked
from bnsim.lessons.numbers import id_of
from bnsim.plot.figure import Figure

if TYPE_CHECKING:  # the engine comes with it, which a list of lessons does not need
    from bnsim.session.session import Session


def figure_of(session: Session, asked: FigureAsked) -> Figure:
    """The figure as the session stands. InputError for a layer that there is not."""
    layer = id_of(session.experiment, asked.layer) if asked.layer else None
    return FIGURES[asked.kind](session, layer, **asked.options)


def records_of(asked: FigureAsked) -> tuple[str, ...]:
    """The names of the records in the history that it reads."""
    kind = FIGURES[asked.kind]
    return kind.needs(settings(kind.name, kind.options, asked.options))
