"""Making sessions that run while their kernels are compiled."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from bnsim.session.recording import Recording
from bnsim.spec.experiment import Experiment

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.materials import Materials
    from bnsim.session.saved_run import SavedRun
    from bnsim.session.session import Session

KERNELS_SECONDS = 0.02
"""Seconds between two looks whether the kernels are there that a saved run goes on with."""
DETAILS_EVERY = 4
"""Distributions of activations are kept of every so many iterations: of each they would cost half the speed of a narrow
stack. The present moment has them always."""


def always(share: float) -> bool:
    """Go on, whatever share is done, and tell nobody."""
    return True


class Maker:
    """Keeps what sessions can share, so that an edit of one lane lowers that lane alone."""

    def __init__(self) -> None:
        self._materials: Materials | None = None

    def make(
        self,
        experiment: Experiment,
        recording: Recording,
        run: SavedRun | None,
        go_on: Callable[[float], bool],
        before: Session | None = None,
    ) -> Session | None:
        """A session at its start, which records what `run` does, too; None where making it is given up.

        With `before` it is about to branch off from that one, and records what that does.

        InputError if there is no memory for it.
        """
        from bnsim.session import Session  # imports the engine: only once the window is up
        from bnsim.session.building import GivenUp
        from bnsim.session.materials import Materials
        from bnsim.session.opening import recording_of

        self._materials = self._materials or Materials()
        details_every = DETAILS_EVERY
        if before is not None:
            recording, details_every = before.recording, before.details_every
        elif run is not None:
            recording, details_every = recording_of(run, recording), run.facts.details_every
        try:
            return Session(
                experiment,
                wait=False,
                recording=recording,
                details_every=details_every,
                materials=self._materials,
                go_on=go_on,
                before=before,
            )
        except GivenUp:
            return None


def await_kernels(session: Session, go_on: Callable[[float], bool]) -> bool:
    """Wait for a new session's kernels, and run on them, unless it is not wanted any more; whether it still is."""
    if not kernels_come(session, go_on):
        return False
    session.poll()
    return True


def kernels_come(session: Session, go_on: Callable[[float], bool]) -> bool:
    """Wait for a new session's kernels, or until it is not wanted any more; whether it still is."""
    while not (session.can_take_over or session.kernels_problem):
        if not go_on(1.0):
            return False
        time.sleep(KERNELS_SECONDS)
    return True
