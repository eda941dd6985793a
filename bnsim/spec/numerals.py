"""How numbers are written on the screen and in sentences: a few forms, each defined here.

A minus is the true one, U+2212, and powers of ten have no zeros in front: "−1.2e−5". Only what can be typed back, in
a field or a file, keeps the hyphen of the keyboard.
"""

from __future__ import annotations

import math
from typing import Any

from bnsim.spec.phrases import phrase

MINUS = "\u2212"
NOTHING = "–"
"""The sign that is shown in place of a missing number."""
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_CARD_SHORTEST, _CARD_LONGEST = 0.01, 1000.0
_FEW_DIGITS = 4
_POWERS_BELOW = 1e-3
"""Smaller numbers are written with a power of ten: zeros after the point are hard to count."""


def count(number: int) -> str:
    """A whole number that counts something, iterations as well as rows or units: "64", "1,670", "12,345,678"."""
    return f"{number:,}"


def counted(number: int, name: str) -> str:
    """A count and what is counted: "1 layer", "1,200 layers"."""
    return f"{count(number)} {name}{'' if number == 1 else 's'}"


def read_count(text: str) -> int:
    """The whole number that was typed, its digits grouped or not; ValueError if it is none."""
    head, *groups = text.strip().split(",")
    grouped = all(len(group) == 3 and group.isdecimal() for group in groups)
    if not grouped or (groups and not 1 <= len(head.lstrip("+-")) <= 3):
        raise ValueError(text)
    return int("".join([head, *groups]))


def significant(value: float | None, digits: int = 4) -> str:
    """A number in `digits` significant digits without trailing zeros: "0.1235", "−1.2e−5", "NaN"; a dash for None.

    With more than four digits a number has a power of ten only below 1e-4: beside so many, zeros are no burden.
    """
    if value is None:
        return NOTHING
    if not math.isfinite(value):
        return _not_finite(value)
    few = digits <= _FEW_DIGITS and 0 < abs(value) < _POWERS_BELOW
    text = f"{value:.{digits - 1}e}" if few else f"{value:.{digits}g}"
    return _tidy(text)


def fixed(value: float, digits: int) -> str:
    """A finite number in `digits` significant digits with trailing zeros: "0.8130", "-2.100e-05", "64", "123457".

    Whole numbers have no point; the minus is the keyboard's, for what takes the text apart.
    """
    if value == 0:
        return "0"
    if value == int(value) and abs(value) < 10**6:
        return str(int(value))
    size = abs(value)
    if size < _POWERS_BELOW or size >= 1e6:
        return f"{value:.{digits - 1}e}"
    return f"{value:.{max(digits - 1 - math.floor(math.log10(size)), 0)}f}"


def compared(value: float, *, signed: bool = False) -> str:
    """A number in three digits with trailing zeros, for columns; `signed`: with a plus as well."""
    text = _tidy(fixed(value, 3)) if math.isfinite(value) else _not_finite(value)
    return f"+{text}" if signed and value > 0 else text


def exact(value: Any) -> str:
    """A number in as few digits as give it back exactly in its own precision."""
    return _tidy(str(value)) if math.isfinite(value) else _not_finite(value)


def short(value: float) -> str:
    """A number in few characters, for cards: two significant digits, one beside a power of ten: "0.43", "3e−9"."""
    if not math.isfinite(value):
        return _not_finite(value)
    if value == 0 or _CARD_SHORTEST <= abs(value) < _CARD_LONGEST:
        return _minus(f"{value:.2g}" if abs(value) < 99.5 else f"{value:.0f}")
    mantissa, exponent = f"{value:.0e}".split("e")
    return _minus(f"{mantissa}e{int(exponent)}")


def loss(value: float) -> str:
    """A loss: four decimals from 0.1 to 10, so that a changing one does not jump; else 4 or 5 significant digits."""
    size = abs(value)
    if not math.isfinite(value):
        return _not_finite(value)
    if size >= 1e5:
        return f"{value:.3g}"
    if value == 0:
        return "0.0000"
    if size < _POWERS_BELOW:
        return _tidy(f"{value:.3e}")
    decimals = (4 if size >= 1 else 3) - math.floor(math.log10(size))
    return f"{value:.{max(decimals, 0)}f}"


def percent(share: float | None) -> str:
    """A fraction as a percentage in three significant digits: "2.5 %"; a dash for None."""
    if share is None:
        return NOTHING
    return "< 0.001 %" if 0 < share < 1e-5 else f"{significant(100 * share, 3)} %"


def whole_percent(share: float) -> str:
    """A fraction as a percentage without decimals: "96 %"."""
    return f"{100 * share:.0f} %"


def share_of(number: int, size: int) -> str:
    """How many of a number of things: "12.5 %"; "3 of 4,096" where percents say little, "none", "all"."""
    if not number or number == size:
        return phrase("all" if number else "none")
    if 100 * number >= size:
        return percent(number / size)
    return phrase("{number} of {size}", number=count(number), size=count(size))


def factor(value: float) -> str:
    """A factor in three significant digits after a times sign: "×0.236", "×1.00", "×12.3"."""
    if value == 0 or not math.isfinite(value):
        return f"×{_not_finite(value) if value else 0}"
    text = f"{value:#.3g}" if 1e-3 <= value < 1e4 else _minus(f"{value:.1e}")
    return f"×{text.rstrip('.')}"


def times(value: float) -> str:
    """What one multiplies by, in four significant digits without trailing zeros: "×10", "×0.01", "×0.3333"."""
    return f"×{significant(value)}"


def rounded(value: float) -> str:
    """A number in two significant digits with trailing zeros: "0.28", "−0.030", "2.0", "0"."""
    if value == 0:
        return "0"
    text = f"{value:#.2g}" if 1e-3 <= abs(value) < 100 else f"{value:.3g}"
    return _minus(text.rstrip("."))


def power_of_ten(exponent: int) -> str:
    """A power of ten with its exponent raised, such as "10⁻⁶"."""
    return f"10{str(exponent).translate(_SUPERSCRIPT)}"


def typed(value: Any) -> str:
    """A value as one types it, in as few characters as keep it exact: "1e-6"; "none" for a value left out."""
    return "none" if value is None else repr(value).removesuffix(".0").replace("e-0", "e-").replace("e+", "e")


def _not_finite(value: float) -> str:
    return "NaN" if math.isnan(value) else "∞" if value > 0 else f"{MINUS}∞"


def _minus(text: str) -> str:
    return text.replace("-", MINUS)


def _tidy(text: str) -> str:
    """The text with a true minus, and without needless zeros in mantissa and exponent."""
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return mantissa.replace("-", MINUS)
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    sign = "-" if exponent[0] == "-" else "+"
    return f"{mantissa}e{sign}{exponent.lstrip('+-0')}".replace("-", MINUS)
