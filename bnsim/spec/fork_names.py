"""What a fork is called unless a person says otherwise, short enough for a lane's title and a figure's labels."""

from __future__ import annotations

import re

MOST = 36
"""Letters of such a name, if what the fork does otherwise leaves room for the source's name."""
LEAST = 8
"""Letters that the source's name has in any case."""


def name_of_fork(source: str, words: str = "") -> str:
    """Such as "plain, no BN"; "plain fork" if it is said in no `words` what it does otherwise.

    Of a long name of the source, itself a fork's perhaps, its beginning is left: "plain, …, W ×10".
    """
    if not words:
        return f"{_shortened(re.sub(r' fork( [0-9]+)?$', '', source), MOST - len(' fork'))} fork"
    first, _, rest = source.partition(", ")
    for name in (source, f"{first}, …") if rest else (source,):
        if len(name) + len(words) + 2 <= MOST:
            return f"{name}, {words}"
    return f"{_shortened(first, max(MOST - len(words) - 2, LEAST))}, {words}"


def _shortened(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip(' ,')}…"
