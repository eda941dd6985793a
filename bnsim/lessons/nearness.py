"""How near a prediction is to what is measured, in words that other languages can have their own for."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from bnsim.lessons.claims import number
from bnsim.plot.marks import Array
from bnsim.spec.phrases import joined, phrase

DIGITS = 2
CLOSE = 1.1
"""A factor that nobody would call a difference."""
MANY_TIMES = 1e4
"""From this factor on powers of ten are told in place of it."""


class Verdict(Struct, frozen=True):
    """Whether a prediction is near enough, and that in words."""

    near: bool
    words: str


def of_choice(chosen: int, right: int, options: Sequence[str]) -> Verdict:
    """Of the option with a number, from 1."""
    if chosen == right:
        return Verdict(near=True, words=phrase("Yes."))
    return Verdict(near=False, words=phrase("No. Right is: {option}", option=options[right - 1]))


def of_number(said: float, true: float, within: float) -> Verdict:
    """Of a number; one that is off by a factor of at most `within` is near."""
    if not math.isfinite(true):
        return Verdict(near=False, words=phrase("What is measured is no number."))
    if said == true:
        return Verdict(near=True, words=phrase("That is it."))
    if said == 0 or true == 0 or (said < 0) != (true < 0):
        return Verdict(near=False, words=phrase("Not near: one of the two is zero, or has the other sign."))
    factor = max(said / true, true / said)
    side = phrase("too large") if abs(said) > abs(true) else phrase("too small")
    if factor <= min(CLOSE, within):
        return Verdict(near=True, words=phrase("That is it, nearly to the digit."))
    near = factor <= within
    words = phrase(
        "Near: {side} by {how_far}." if near else "Not near: {side} by {how_far}.", side=side, how_far=_far(factor)
    )
    return Verdict(near=near, words=words)


def of_curve(said: Array, true: Array, within: float, *, log: bool) -> Verdict:
    """Of a curve (points,), at the same places as the measured one (points,), which has NaN where there is none.

    On a logarithmic scale the middle of the factors between them has to be at most `within`; on a linear one the middle
    of the differences at most a tenth of the range of what is measured. One that is flat where it rises or falls by
    more than that, or goes the other way, is not near, however close it comes.
    """
    there = np.isfinite(said) & np.isfinite(true)
    if log:
        there &= (said > 0) & (true > 0)
    if not there.any():
        return Verdict(near=False, words=phrase("There is nothing measured to hold it against."))
    said, true = said[there], true[there]
    if log:
        ratio = np.log(said / true)
        factor = float(np.exp(np.median(np.abs(ratio))))
        least = float(np.log(within))
        near, off = factor <= within, _far(factor)
        above = float(np.median(ratio)) > 0
    else:
        span = float(true.max() - true.min()) or abs(float(true.mean())) or 1.0
        share = float(np.median(np.abs(said - true))) / span
        least = 0.1 * span
        near, off = share <= 0.1, phrase("{share} % of the range", share=number(100 * share, DIGITS))
        above = float(np.median(said - true)) > 0
    side = phrase("mostly above it") if above else phrase("mostly below it")
    end, change = _shape(said, true, log=log)
    near = near and not (end and abs(change) > least)
    where = phrase("Near: {side}, by {how_far}." if near else "Not near: {side}, by {how_far}.", side=side, how_far=off)
    return Verdict(near=near, words=joined(" ", (where, end)))


def _shape(said: Array, true: Array, *, log: bool) -> tuple[str, float]:
    """What is said if they do not go the same way from the first point to the last, "" if so; how far the true goes."""
    if len(said) < 2:
        return "", 0.0
    first, second = (np.log(each) if log else each for each in (said, true))
    ways = [float(each[-1] - each[0]) for each in (first, second)]
    if abs(ways[0]) < 0.1 * abs(ways[1]):
        return phrase("Yours is flat, it rises." if ways[1] > 0 else "Yours is flat, it falls."), ways[1]
    if ways[0] * ways[1] > 0:
        return "", ways[1]
    return phrase("Yours falls, it rises." if ways[1] > 0 else "Yours rises, it falls."), ways[1]


def _far(factor: float) -> str:
    if factor < MANY_TIMES:
        return phrase("a factor of {factor}", factor=number(factor, DIGITS))
    return phrase("{number} powers of ten", number=str(round(math.log10(factor))))
