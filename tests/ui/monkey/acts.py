"""What a monkey does, as data: decided by a seed, told as a list that can be replayed, and made shorter where it fails.

An act is a word and a number. All else about it, such as where a click goes, follows from the number and from what the
window then shows, so that a script without some of its acts is a script too.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import msgspec


class Act(msgspec.Struct, frozen=True, array_like=True):
    """`kind` is the name of a method of `Hands`, `seed` decides the rest."""

    kind: str
    seed: int


PHRASES: dict[tuple[str, ...], float] = {
    ("move",): 12,
    ("command",): 10,
    ("turn",): 4,
    ("select",): 5,
    ("insert",): 2,
    ("press",): 5,
    ("click",): 6,
    ("drag",): 2,
    ("from_menu",): 3,
    ("from_context_menu",): 2,
    ("type",): 3,
    ("write",): 2,
    ("choose",): 3,
    ("seek",): 2,
    ("train",): 0.5,
    ("replace",): 0.2,
    ("mark",): 2,
    ("wheel",): 3,
    ("scrub",): 2,
    ("scale",): 1.5,
    ("drop",): 3,
    ("look_at",): 2,
    ("set_mode",): 2,
    ("dock",): 1.5,
    ("resize",): 1.5,
    ("break_at",): 2,
    ("recent",): 0.3,
    ("theme",): 0.4,
    ("projector",): 0.3,
    ("undo_some",): 2,
    ("save", "drop"): 0.5,
    ("open_file", "move", "save"): 0.6,
    ("insert", "save_as", "insert", "save"): 0.6,
    ("new",): 0.3,
    ("new_window",): 0.3,
    ("other_window",): 1,
    ("new_window", "open_file", "other_window", "open_file", "save"): 0.2,
    ("close",): 0.4,
    ("quit",): 0.1,
    ("select", "look_at", "mark", "select", "move"): 2,
    ("look_at", "mark", "set_mode", "move", "undo_some"): 1,
    ("mark", "replace"): 0.3,
    ("nothing", "look_at", "mark", "move"): 1,
    ("play", "click", "wheel", "play"): 1,
    ("play", "scrub", "command", "play"): 0.7,
    ("play", "scale", "scale", "play", "move"): 0.7,
    ("break_at", "break_at", "play", "move"): 0.7,
    ("projector", "resize", "wheel", "projector"): 0.3,
    ("lane", "lane", "move", "undo_some"): 1,
    ("dock", "move", "dock"): 0.7,
    ("write", "write", "undo_some"): 0.7,
}
"""What is done in a row, and how often."""


def script(seed: int, count: int, every: int = 5) -> list[Act]:
    """That many acts; after each `every` of them the window is looked at."""
    one, acts = random.Random(seed), list[Act]()
    phrases, weights = list(PHRASES), list(PHRASES.values())
    since = 0
    while len(acts) < count:
        for kind in one.choices(phrases, weights)[0]:
            acts.append(Act(kind, one.randrange(10**6)))
            since += 1
            if since % every == 0:
                acts.append(Act("look", 0))
    return [*acts[:count], Act("look", 0)]


def written(acts: Sequence[Act]) -> str:
    """As JSON on one line."""
    return msgspec.json.encode(acts).decode()


def from_text(text: str) -> list[Act]:
    """The acts of `written`."""
    return msgspec.json.decode(text, type=list[Act])


def shrunk(acts: Sequence[Act], fails: Callable[[list[Act]], bool], tries: int = 100) -> list[Act]:
    """Fewer acts that fail still; by delta debugging (Zeller and Hildebrandt 2002), no more than `tries` runs."""
    kept, parts = list(acts), 2
    while len(kept) > 1 and tries > 0:
        size = -(-len(kept) // parts)
        for start in range(0, len(kept), size):
            without = kept[:start] + kept[start + size :]
            tries -= 1
            if fails(without):
                kept, parts = without, max(parts - 1, 2)
                break
            if tries <= 0:
                break
        else:
            if size == 1:
                break
            parts = min(2 * parts, len(kept))
    return kept
