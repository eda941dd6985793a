"""Brings a session to where a step of a lesson has it stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bnsim.lessons.lesson import Place, Stage
from bnsim.lessons.numbers import id_of
from bnsim.spec.tree import walk

if TYPE_CHECKING:  # the engine comes with it, which a list of lessons does not need
    from bnsim.session.session import Session

_PHASES = ("forward", "loss", "backward")
"""In their order: as many steps of a phase lead behind each."""


def stand(session: Session, stage: Stage, cancelled: Callable[[], bool] = lambda: False) -> None:
    """Bring a session to the place of a stage, forward from where it stands if that is before it, else from the start.

    `cancelled` is called every few updates. InputError for a layer that there is not.
    """
    place, iterations = stage.place or Place(), stage.iterations or 0
    layer = id_of(session.experiment, place.layer) if place.layer else 0
    if session.iteration > iterations or not session.between_iterations:
        session.reset()
    session.run(iterations - session.iteration, cancelled)
    if session.iteration < iterations or place.phase == "start":
        return
    if place.phase == "update":
        session.step("iteration")
    elif layer:
        if place.phase == "backward":
            _to(session, "loss")
        session.run_to_layer(layer)
        _behind(session, layer)
    else:
        _to(session, place.phase)


def _behind(session: Session, layer: int) -> None:
    """Go behind the layer of that id that the session stands before: lanes that are ahead wait for others."""
    lane = next(each for each in session.lanes if any(leaf.id == layer for leaf in walk(each.stack.layers)))
    before = lane.cursor
    while (lane.cursor.phase, lane.cursor.path) == (before.phase, before.path):
        session.step("layer")


def _to(session: Session, phase: str) -> None:
    for _ in range(_PHASES.index(phase) + 1):
        session.step("phase")
