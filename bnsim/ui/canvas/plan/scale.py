"""The one logarithmic scale of all gradient bars, the same in every lane and throughout a run."""

from __future__ import annotations

from math import ceil, floor, isfinite, log10

MIN_DECADES = 8


class GradientScale:
    """Whole decades from `low` to `high`. The scale only ever widens, so that bars do not jump between frames."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start anew for another run."""
        self.low, self.high = -MIN_DECADES, 0
        self._seen = False

    def include(self, norms: list[float]) -> None:
        """Widen the scale until it holds these norms."""
        decades = [log10(norm) for norm in norms if isfinite(norm) and norm > 0]
        if not decades:
            return
        top, bottom = ceil(max(decades)), floor(min(decades))
        if not self._seen:
            self.high, self.low, self._seen = top, top - MIN_DECADES, True
        self.high, self.low = max(self.high, top), min(self.low, bottom)

    def words(self) -> str:
        """The legend of the bars; "" before any bar has been shown."""
        return f"bar: gradient norm, {_power(self.low)} to {_power(self.high)}, log scale" if self._seen else ""

    def fraction(self, norm: float | None) -> float | None:
        """The length of a norm's bar, 0 to 1; 0 for a zero norm, None for one that is missing or not finite."""
        if norm is None or not isfinite(norm):
            return None
        if norm <= 0:
            return 0.0
        return min(1.0, max(0.02, (log10(norm) - self.low) / (self.high - self.low)))


def _power(decade: int) -> str:
    return "10" + str(decade).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
