"""Going on with a run that was saved."""

from __future__ import annotations

import os
from collections.abc import Collection

from msgspec.structs import replace

from bnsim.session.recording import LEVELS, level_of
from bnsim.session.run_file import read_run
from bnsim.session.saved_run import SavedRun
from bnsim.session.session import Session
from bnsim.spec import budget
from bnsim.spec.experiment import Experiment
from bnsim.spec.recording import Recording


def load_run(path: str | os.PathLike[str], *, recording: Recording | Collection[str] = "none") -> Session:
    """A session that stands where the one stood that `Session.save` wrote to `path`, and goes on to the same bits.

    With `recording` it records at least that from now on, and has that of the past, which is replayed, too.
    InputError, in one sentence, if the file cannot be used or the data in it has changed.
    """
    return open_run(read_run(path), recording=recording)


def open_run(run: SavedRun, *, recording: Recording | Collection[str] = "none") -> Session:
    """As `load_run`, for a file that is read already."""
    session = Session(
        experiment_of(run),
        recording=recording_of(run, recording),
        details_every=run.facts.details_every,
        history_bytes=min(run.facts.history_bytes, budget.HISTORY.most),
    )
    session.breakpoints = run.document.breakpoints
    session.restore(run)
    while session.unfilled:
        session.fill(FILL_SECONDS)
    return session


FILL_SECONDS = 1.0


def experiment_of(run: SavedRun) -> Experiment:
    """The part of the document's experiment that ran."""
    ran = {lane.stack for lane in run.facts.lanes}
    experiment = run.document.experiment
    stacks = tuple(
        replace(stack, color=stack.lane_color(number) + 1) if len(ran) < len(experiment.stacks) else stack
        for number, stack in enumerate(experiment.stacks)
        if stack.id in ran
    )
    return replace(experiment, stacks=stacks)


def recording_of(run: SavedRun, wanted: Recording | Collection[str]) -> Recording:
    """The level that has what was recorded of a run and what is wanted of it."""
    return max(run.facts.recording, level_of(wanted), key=list(LEVELS).index)
