"""The words beside a lane's name."""

from __future__ import annotations

from bnsim.session.frame import LaneFrame
from bnsim.spec import numerals
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.fork_words import forked_from
from bnsim.spec.training_words import differences
from bnsim.spec.tree import weight_count

APART = "  ·  "
"""Stands between the words."""


def lane_words(experiment: Experiment, stack: Stack, state: LaneFrame | None, *, printed: bool = False) -> str:
    """The words beside a lane's name; what it is trained with otherwise than the experiment is among them.

    `printed`: nothing can be clicked.
    """
    words = [numerals.counted(weight_count(stack.layers), "weight layer")]
    if stack.fork is not None:
        words.insert(0, forked_from(stack, experiment))
    elif own := differences(experiment, stack):
        words.append(", ".join(own))
    if state is not None and state.loss is not None:
        words.append(f"loss {numerals.loss(state.loss)}")
    if stack.hidden:
        shows = "hidden, and runs all the same; double-click to show"
        words.append("hidden, and runs all the same" if printed else shows)
    if state is not None and state.waiting:
        words.append("waits for the other lanes")
    return APART.join(words)
