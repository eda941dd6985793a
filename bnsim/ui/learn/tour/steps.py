"""What the tour shows, in order. A step is left when its gesture was made, by hand or by key."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from bnsim.ui.language import tr

Gesture = Literal["forward", "back", "earlier", "select", "insert", "export", "none"]
"""What is waited for: the run goes on, or back; it comes to an earlier iteration; another card is selected; a stack has
one layer more; something is exported; nothing."""
CARD, PANEL, CANVAS = "card", "panel", "canvas"
"""Targets that are no widgets with names: a layer's card in view, a panel that is seen, and all of the canvas."""
_KEYS = re.compile(r"\{([\w.]+)\}")


class TourStep(Struct, frozen=True):
    """`words` have `{action}` where that action's keys are told. `points` are names of widgets, or CARD or PANEL.

    `watched`: where one sees what the gesture does; the words stand elsewhere, if that can be.
    `lost` is said in addition where the first of them is not seen. `iterations`: so many updates are made as the step
    begins, where there are fewer.
    """

    title: str
    words: str
    points: tuple[str, ...]
    gesture: Gesture
    lost: str = ""
    iterations: int = 0
    watched: tuple[str, ...] = ()

    def told(self, keys_of: Callable[[str], str]) -> str:
        """The words with the keys as `keys_of` gives them."""
        return _KEYS.sub(lambda found: keys_of(found[1]), tr(self.words))

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions whose keys are told."""
        return tuple(_KEYS.findall(self.words))


STEPS: tuple[TourStep, ...] = (
    TourStep(
        "One step",
        "Press {run.step}, or this button. One layer of the program runs, in every lane at once.",
        ("transport.step",),
        "forward",
        watched=(CANVAS,),
    ),
    TourStep(
        "And back",
        "Press {run.stepBack}. Everything is as it was before, to the last bit.",
        ("transport.stepBack",),
        "back",
        watched=(CANVAS,),
    ),
    TourStep(
        "Through time",
        "Ten updates were made meanwhile. Drag the handle to the left, or press {run.stepIterationBack}: the whole "
        "window is of that moment.",
        ("timeline",),
        "earlier",
        iterations=10,
    ),
    TourStep(
        "Look closer",
        "Click a card; or press {view.nextArea} until you are on the canvas, then Tab. What it computes is told "
        "at the right.",
        (CARD, "dock.explanation"),
        "select",
    ),
    TourStep(
        "Change the net",
        "Drag a layer from here between two cards; or choose one here and press Enter, or Stack > Insert. "
        "{edit.undo} takes it back.",
        ("palette", CARD),
        "insert",
        lost="The list of layers is not in view: it is the tab Layers of View > Panels > Building blocks.",
    ),
    TourStep(
        "Onto a slide",
        "Click a figure and press {export.export}: you see the file before it is written. Escape closes that.",
        (PANEL,),
        "export",
        iterations=10,
        lost="No figure is open: View > Figures opens one. What is shown elsewhere can be exported, too.",
    ),
    TourStep(
        "That was it",
        "{help.find} finds everything that can be done, {help.keys} shows all keys, and Help has this tour, "
        "examples and lessons.",
        (),
        "none",
    ),
)
