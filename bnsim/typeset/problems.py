"""What is wrong with a formula, in words for whoever wrote it."""

from __future__ import annotations

import re
from types import MappingProxyType

from bnsim.typeset.formulas import typeset

_SIZE = 16.0
_SAID = MappingProxyType(
    {
        "MissingEndError": r"a \begin has no \end",
        "ExtraLeftOrMissingRightError": r"\left and \right do not belong to one another",
        "DoubleSubscriptsError": "two subscripts follow one another; put braces around what belongs together",
        "DoubleSuperscriptsError": "two superscripts follow one another; put braces around what belongs together",
        "MissingSuperScriptOrSubscriptError": "nothing follows a ^ or a _",
    }
)
"""By the names of latex2mathml's errors, which say nothing themselves."""


def problem(latex: str) -> str:
    """Why a formula cannot be set as it was meant, in a few words; "" if it can. It takes tens of milliseconds."""
    from latex2mathml.converter import convert

    plain = re.sub(r"\\.", "", latex)
    if plain.count("{") != plain.count("}"):
        return "a { has no }" if plain.count("{") > plain.count("}") else "a } has no {"
    try:
        unknown = re.search(r">\\([A-Za-z]+)<", convert(latex))
        if unknown:
            return f"there is no command \\{unknown[1]}"
        typeset(latex, _SIZE)
    except Exception as error:  # whatever its parsers raise
        return _SAID.get(type(error).__name__, "it is not whole")
    return ""
