"""Which color a lane has, by the theme's name for it."""

from __future__ import annotations

from bnsim.spec.experiment import Experiment


def lane_role(experiment: Experiment, stack_id: int) -> str:
    """The theme's color of a lane, such as "lane0"; that of text for one that is gone."""
    for place, stack in enumerate(experiment.stacks):
        if stack.id == stack_id:
            return f"lane{stack.lane_color(place)}"
    return "text"
