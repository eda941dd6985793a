"""Which kinds of figures the gallery shows: by section, about the selected layer, and by words of either language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bnsim.figures import FigureKind, Section, in_sections
from bnsim.spec.experiment import Experiment
from bnsim.spec.layers import Layer
from bnsim.ui.language import tr

ALL, SELECTION = "All", "About the selection"
Filter = str
"""ALL, SELECTION, or a section's name."""


def found(chosen: Filter, words: str, layer: Layer | None) -> list[tuple[Section, list[FigureKind]]]:
    """The kinds that pass, in their sections; sections without any are left out. `layer` is the selected one."""
    shown = []
    for section, kinds in in_sections().items():
        passing = [kind for kind in kinds if passes(kind, chosen, layer) and matches(kind, words)]
        if passing:
            shown.append((section, passing))
    return shown


def passes(kind: FigureKind, chosen: Filter, layer: Layer | None) -> bool:
    """Whether a kind is in a section, or about the selected layer."""
    if chosen == SELECTION:
        return layer is not None and kind.fits(layer)
    return chosen in (ALL, kind.section)


def matches(kind: FigureKind, words: str) -> bool:
    """Whether every typed word is in the kind's title, what it shows, its source or its name."""
    said = (kind.title, kind.shows)
    hay = " ".join((*said, *map(tr, said), kind.source, kind.name, kind.name.replace("_", " "))).casefold()
    return all(word in hay for word in words.casefold().split())


def best(kinds: Iterable[FigureKind], words: str) -> FigureKind | None:
    """The kind that Enter opens: the first whose title begins with the first typed word, else the first one."""
    there = list(kinds)
    first = words.casefold().split()[:1]
    titled = [kind for kind in there if first and tr(kind.title).casefold().startswith(first[0])]
    return next(iter(titled or there), None)


def layer_of(experiment: Experiment, layer_id: int) -> Layer | None:
    """The selected layer; None if there is none, or if it is just being removed."""
    try:
        return experiment.layer(layer_id) if layer_id else None
    except KeyError:
        return None


def nothing_words(chosen: Filter, words: str, layer: Layer | None, kinds: Sequence[FigureKind]) -> str:
    """What stands in place of the cards if there are none: why, and what to do."""
    if words.strip():
        return f"No figure has “{words.strip()}” in its title, its line, its source or its name."
    if chosen == SELECTION and layer is None:
        return "Select a layer on the canvas to see the figures about it."
    if chosen == SELECTION:
        about = ", ".join(dict.fromkeys(kind.about for kind in kinds if kind.about))
        return f"No figure is about a layer of this kind. Select one of these: {about}."
    return "There are no figures here."
