"""How many iterations full speed makes before it looks for orders."""

from __future__ import annotations

STRETCH_SECONDS = 0.012
"""How long the engine runs at a stretch while playing: short, so that an order is answered within a frame."""
FEW_ITERATIONS = 8
LONG_STRETCH_SECONDS = 0.04
"""Where fewer iterations than these fit in, a stretch may take longer: each has its cost, whatever it does."""
MOST_ITERATIONS = 1 << 16
FASTER = 8
"""A stretch is at most so many times as long as the one before: the first iterations may have been quick by chance."""


class Stretch:
    """`iterations` is how many to make at a stretch; it follows from how long those before took."""

    def __init__(self) -> None:
        self.iterations = 1

    def took(self, iterations: int, seconds: float) -> None:
        """Report how long so many took."""
        if iterations > 0:
            rate = iterations / max(seconds, 1e-9)
            fit = max(int(rate * STRETCH_SECONDS), min(FEW_ITERATIONS, int(rate * LONG_STRETCH_SECONDS)))
            self.iterations = max(1, min(fit, FASTER * self.iterations, MOST_ITERATIONS))
