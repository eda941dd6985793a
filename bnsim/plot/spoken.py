"""A figure, or a diagram, in the words of a language: all that is read of it, not the names that its numbers have."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from msgspec.structs import replace

from bnsim.plot.diagram import Diagram, Shape, Words
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Image, Mark, Ridge
from bnsim.plot.speaker import speaker_now
from bnsim.spec.phrases import Say, is_phrase, said

P = TypeVar("P", bound=Figure | Diagram)


def spoken(picture: P, say: Say) -> P:
    """The picture with every text that is a phrase (`bnsim.spec.phrases`) in the words that `say` gives.

    Names of marks stay English, as they are names of columns in files.
    """
    made: Any = _diagram(picture, say) if isinstance(picture, Diagram) else _figure(picture, say)
    return cast("P", made)


def picture_now(picture: P) -> P:
    """The picture in the language that is spoken now (`bnsim.plot.speaker`)."""
    speaker = speaker_now()
    return picture if speaker is None else spoken(picture, speaker.phrase)


def _figure(figure: Figure, say: Say) -> Figure:
    return replace(
        figure,
        title=said(figure.title, say),
        verdict=said(figure.verdict, say),
        caption=said(figure.caption, say),
        source=said(figure.source, say),
        x=_axis(figure.x, say),
        y=_axis(figure.y, say),
        marks=tuple([_mark(mark, say) for mark in figure.marks]),
    )


def _axis(axis: Axis, say: Say) -> Axis:
    ticks = axis.ticks
    if any(is_phrase(words) for _, words in ticks):
        ticks = tuple((at, said(words, say)) for at, words in ticks)
    return replace(axis, label=said(axis.label, say), ticks=ticks)


def _mark(mark: Mark, say: Say) -> Mark:
    """The mark itself where it has no words: there are hundreds of them in some figures, many times a second."""
    label: str = getattr(mark, "label", "")
    if is_phrase(label):
        mark = replace(mark, label=said(label, say))
    if isinstance(mark, Ridge) and any(map(is_phrase, mark.notes)):
        return replace(mark, notes=tuple(said(note, say) for note in mark.notes))
    if isinstance(mark, Image) and is_phrase(mark.scale.label):
        return replace(mark, scale=replace(mark.scale, label=said(mark.scale.label, say)))
    return mark


def _diagram(diagram: Diagram, say: Say) -> Diagram:
    return replace(
        diagram,
        title=said(diagram.title, say),
        description=said(diagram.description, say),
        text=said(diagram.text, say),
        shapes=tuple([_shape(shape, say) for shape in diagram.shapes]),
    )


def _shape(shape: Shape, say: Say) -> Shape:
    return replace(shape, text=said(shape.text, say)) if isinstance(shape, Words) and is_phrase(shape.text) else shape
