"""Brings a session to where a step of a lesson has it stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bnsim.lessons.lesson import Place, Stage
from bnsim.lessons.numbers import id_of

if TYPE_CHECKING:  # the engine comes with it, which a list of lessons does not need
    from bnsim.session.session import Session


def stand(session: Session, stage: Stage, cancelled: Callable[[], bool] = lambda: False) -> None:
    """Bring a session to the place of a stage, forward from where it stands if that is before it, else from the start.

    `cancelled` is called every few updates. InputError for a layer that there is not.
    """
    place, iterations = stage.place or Place(), stage.iterations or 0
    layer = id_of(session.experiment, place.layer) if place.layer else 0
    if session.iteration > iterations or not session.between_iterations:
        session.reset()
    session.run(iterations - session.iteration, cancelled)
    if session.iteration == iterations:
        phase = None if place.phase == "start" else place.phase
        session.go_to(session.moment_behind(phase, iterations, layer))
