"""The fonts a figure's words are drawn with: the theme's, then installed ones for characters that it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

from matplotlib.font_manager import FontProperties, findfont, fontManager
from matplotlib.ft2font import FT2Font

from bnsim.plot.diagram import Diagram, Words
from bnsim.plot.figure import Figure
from bnsim.plot.theme import load_theme
from bnsim.spec.errors import InputError

_NEAREST = 3


def words_of(figure: Figure | Diagram) -> str:
    """All words that are drawn of a figure or a diagram, in one text."""
    if isinstance(figure, Diagram):
        return "\n".join(shape.text for shape in figure.shapes if isinstance(shape, Words))
    labels = [label for mark in figure.marks if (label := getattr(mark, "label", ""))]
    return "\n".join([figure.title, figure.verdict, figure.x.label, figure.y.label, figure.source, *labels])


def families(words: str, first: str) -> tuple[str, ...]:
    """`first` and, where it lacks characters of `words`, the fewest installed families that have them."""
    return _chosen(words, first)[0]


def missing(figure: Figure | Diagram) -> str:
    """The characters of a picture's words that no installed font has, in the order of their codes."""
    first = _theme_font()  # as in every theme
    return "".join(sorted(_chosen(words_of(figure), first)[1]))


def refuse_unknown(family: str) -> None:
    """InputError, with the nearest names, if no font of that name is installed."""
    known = set(fontManager.get_font_names())
    if family in known:
        return
    there = {name.lower(): name for name in sorted(known, reverse=True)}
    near = [there[name] for name in get_close_matches(family.lower(), there, n=_NEAREST, cutoff=0.5)]
    choose = f"did you mean {' or '.join(near)}?" if near else f"choose another one, such as {_theme_font()}."
    raise InputError(f"There is no font {family[:100]!r} on this machine; {choose}")


def _theme_font() -> str:
    return load_theme("light").font("figure")


def _chosen(words: str, first: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The families for these words, and the characters that none of them has."""
    drawn = frozenset(character for character in words if character.isprintable() and not character.isspace())
    lacking = drawn - _characters(findfont(FontProperties(family=first)))
    chosen = [first]
    while lacking:
        faces = _regular_faces(len(fontManager.ttflist))
        found = ((len(lacking & _characters(path)), name) for name, path in faces.items())
        covered, family = max(found, default=(0, ""))
        if not covered:
            break
        chosen.append(family)
        lacking = lacking - _characters(faces[family])
    return tuple(chosen), lacking


@cache
def _regular_faces(_count: int) -> Mapping[str, str]:
    """The file of each installed family's upright regular face, by the family's name."""
    # matplotlib's own "Last Resort" font has a box for every character there is.
    return {
        font.name: font.fname
        for font in fontManager.ttflist
        if font.style == "normal" and font.weight in (400, "normal") and "last resort" not in font.name.lower()
    }


@cache
def _characters(path: str) -> frozenset[str]:
    """The characters a font file has outlines for; none of one that cannot be read, or that holds pictures."""
    try:
        font = FT2Font(path)
    except (OSError, RuntimeError):
        return frozenset()
    return frozenset(map(chr, font.get_charmap())) if font.scalable else frozenset()
