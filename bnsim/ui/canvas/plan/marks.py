"""Where the mark of a finding stands: over a card's upper right corner, beside its name and never on it."""

from __future__ import annotations

INSET, RAISED = 2.0, 1.0
"""The middle of the mark, in scene units to the left of the corner and above it."""
FULL, SMALL = 8.5, 4.5
"""Half of its width on the card to look at first, and on others that are concerned."""
AIR = 4.0
"""Between a name and the mark."""
EDGE = 4.5
"""Between a name in the middle of a card and the card's edge, in pixels of the viewport."""


def reach(first: bool | None) -> float:
    """What of a card's width the mark takes from a name, on the card to look at `first`; None: there is no mark."""
    return 0.0 if first is None else INSET + (FULL if first else SMALL) + AIR
