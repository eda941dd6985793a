"""Diagrams of a session for the command that writes them: the canvas, the wave, the time line, a tensor."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from bnsim.cli.formulas import FORMULAS, formula, layer_of
from bnsim.cli.writing import Saying
from bnsim.spec.errors import InputError

if TYPE_CHECKING:
    from bnsim.figures.options import Option, Value
    from bnsim.lenses.tensor.lens import TensorSeen
    from bnsim.plot.carried import Carried
    from bnsim.plot.diagram import Diagram
    from bnsim.plot.style import Style
    from bnsim.session import Session
    from bnsim.ui.canvas.sketch.shown import CanvasShown

SHOWN = {
    "canvas": "the stacks as cards, as in the window",
    "wave": "the canvas in the middle of a pass of the next iteration",
    "timeline": "the losses of all lanes over the iterations",
    "tensor": "the map of an array of a layer",
    "equation": "a layer's operations with the numbers of one element, in the next iteration",
    "chain": "the chain rule: what each layer does to the gradient's norm, in the next iteration",
    "graph": "the computational graph of a BatchNorm with values and gradients, in the next iteration",
    "axes": "what BatchNorm, LayerNorm and RMSNorm average over",
    "why": "why a layer's gradient is as small or large as it is: the way to it from the loss, with reasons",
}
"""The names of diagrams, and what each shows."""
TENSOR = "name"
"""The option of a tensor that says which array of the layer: "weight", "value", "dweight", "σ²"."""
DEEPEST = 100_000
SLIDE = (960.0, 540.0)
"""Points of the page for which the canvas is laid out where there is no other."""
BATCHNORM = "Layer, from the data on; 0 for the first BatchNorm"


class WantedDiagram(NamedTuple):
    """A diagram to be written, with its options; `array` is a tensor's; `file` is the name without a suffix."""

    name: str
    options: Mapping[str, Value]
    array: str
    file: str


def options_of(name: str) -> tuple[Option, ...]:
    """What can be chosen of a diagram, besides a tensor's name."""
    from bnsim.figures.options import Choice, Number

    cards = ("values", "outputs and gradients"), ("gradients", "gradients alone"), ("structure", "settings")
    contents = Choice("contents", "On the cards", cards)
    phases = ("backward", "backward"), ("forward", "forward"), ("update", "update")
    lane = Number("lane", "Lane, from the top", least=1, most=DEEPEST, default=1)
    layer = lane, Number("layer", "Layer, from the data on", least=1, most=DEEPEST, default=1)
    graph_lane = Number(
        "lane", "Lane, from the top; 0 for the first with a BatchNorm", least=0, most=DEEPEST, default=0
    )
    element = tuple(Number(name, name.title(), least=0, most=DEEPEST, default=0) for name in ("sample", "unit"))
    options: dict[str, tuple[Option, ...]] = {
        "canvas": (contents,),
        "wave": (contents, Choice("phase", "Which pass", phases)),
        "timeline": (),
        "tensor": layer,
        "equation": (
            *layer,
            Choice("phase", "Which pass", (("forward", "forward"), ("backward", "backward"))),
            *element,
        ),
        "chain": layer[:1],
        "graph": (graph_lane, Number("layer", BATCHNORM, least=0, most=DEEPEST, default=0), *element),
        "axes": (),
        "why": (*layer, Choice("of", "Of its", (("gradient", "gradient"), ("value", "value")))),
    }
    return options[name]


def diagrams_wanted(given: Sequence[str] | None) -> list[WantedDiagram]:
    """Those given as NAME or NAME:option=value,..., once each."""
    from bnsim.figures.options import parse, settings, suffix
    from bnsim.session.arrays import VALUE

    found = {}
    for each in given or ():
        name, options = parse(each, "diagram")
        if name not in SHOWN:
            raise InputError(f"There is no diagram {name!r}; choose from {', '.join(SHOWN)}.")
        array = options.pop(TENSOR, VALUE) if name == "tensor" else ""
        chosen = settings(name, options_of(name), options, "diagram")
        file = name + suffix(options_of(name), chosen) + (f"-{in_a_name(array)}" if array else "")
        found[file] = WantedDiagram(name, chosen, array, file)
    return list(found.values())


def in_a_name(array: str) -> str:
    """The name of an array as it can be in the name of a file: "1-s"."""
    return re.sub(r'[\s/\\:*?"<>|()]+', "-", array).strip("-")


def diagram_formats(suffixes: Sequence[str]) -> list[str]:
    """Those of the suffixes that a diagram can be written as, films aside; InputError if there is none at all."""
    from bnsim.plot.writers import DIAGRAM_FORMATS, FILMS, FORMULA

    found = [suffix for suffix in suffixes if suffix in (*DIAGRAM_FORMATS, FORMULA)]
    if not found and not any(suffix in FILMS for suffix in suffixes):
        raise InputError(
            f"A diagram cannot be written as {', '.join(suffixes)}; choose --format from {', '.join(DIAGRAM_FORMATS)}."
        )
    return found


def write_diagrams(
    session: Session,
    wanted: Sequence[WantedDiagram],
    suffixes: Sequence[str],
    style: Style,
    folder: Path,
    say: Saying,
    what: Carried,
) -> list[WantedDiagram]:
    """Write each diagram in each format and say every file's name; `what` goes along.

    Of one that cannot be made it is said why, and the others are written; returns those that were made. The session
    stands afterwards where it stood.
    """
    from bnsim.plot.pages import room_of
    from bnsim.plot.writers import boxes_in, formats_of, write

    done = []
    for each in wanted:
        try:
            diagram = made(session, each, room_of(style))
        except InputError as error:
            _not_made(each, error, say)
            continue
        done.append(each)
        for suffix in suffixes:
            if suffix not in formats_of(diagram):
                say.wrong(f"{each.file}.{suffix} is not written: this diagram is no formula.")
                continue
            path = folder / f"{each.file}.{suffix}"
            write(diagram, path, style=style, carried=what)
            say.file(path)
            if lacking := boxes_in(diagram, path):
                say.wrong(f"{path}: {lacking}.")
    return done


def _not_made(wanted: WantedDiagram, error: InputError, say: Saying) -> None:
    say.wrong(f"bnsim: {wanted.file} is not made: {error}")


def write_diagram_films(
    session: Session,
    wanted: Sequence[WantedDiagram],
    formats: Sequence[str],
    style: Style,
    options: argparse.Namespace,
    say: Saying,
    what: Carried,
) -> bool:
    """Write films in each format: of the wave through the next iteration, of other diagrams over the training.

    Of one that cannot be made at some moment it is said why; whether there was none such.
    """
    from bnsim.cli.films import write_film
    from bnsim.plot.pages import room_of

    all_made = True
    for each in wanted if formats else ():
        try:
            made = frames_of(session, each, options.frames, room_of(style))
        except InputError as error:
            _not_made(each, error, say)
            all_made = False
            continue
        write_film(made, each.file, formats, style, options, say, what)
    return all_made


def frames_of(
    session: Session, wanted: WantedDiagram, most: int, size: tuple[float, float] = SLIDE
) -> Sequence[Diagram]:
    """At most so many diagrams of one size, with gradients on one scale; the session stands where it stood."""
    from bnsim.cli.formulas import equations
    from bnsim.decks.frames import spread
    from bnsim.ui.canvas.sketch.films import training_film, wave_film

    if wanted.name in ("wave", "canvas"):
        make = wave_film if wanted.name == "wave" else training_film
        return make(_shown(session, wanted), session, most, size=size)
    before = session.moment
    try:
        moments = _sought(session, spread(session.iteration, most))
        if wanted.name == "equation":
            return equations(moments, wanted.options, size)
        if wanted.name == "tensor":
            from bnsim.ui.views.tensor.sketch import tensor_diagrams

            return tensor_diagrams([_seen(there, wanted) for there in moments], size)
        return [made(there, wanted, size) for there in moments]
    finally:
        session.go_to(before)


def _sought(session: Session, iterations: Sequence[int]) -> Iterator[Session]:
    """The session after each of these iterations."""
    for iteration in iterations:
        session.seek(iteration)
        yield session


def made(session: Session, wanted: WantedDiagram, size: tuple[float, float] = SLIDE) -> Diagram:
    """The diagram as the session stands, for a page of so many points. InputError if there is no such lane or layer."""
    if wanted.name == "timeline":
        from bnsim.ui.timeline.sketch import TimelineShown, timeline_diagram

        return timeline_diagram(TimelineShown(session.experiment, session.track(), session.iteration), size)
    if wanted.name in FORMULAS:
        return formula(session, wanted.name, wanted.options, size)
    if wanted.name == "tensor":
        from bnsim.ui.views.tensor.sketch import tensor_diagram

        return tensor_diagram(*_seen(session, wanted), size)
    return _canvas(session, wanted, size)


def _canvas(session: Session, wanted: WantedDiagram, size: tuple[float, float]) -> Diagram:
    from bnsim.ui.canvas.sketch.films import next_iteration
    from bnsim.ui.canvas.sketch.stack import canvas_diagram
    from bnsim.ui.canvas.sketch.wave import middle_of, wave_diagrams

    shown = _shown(session, wanted)
    if wanted.name == "canvas":
        return canvas_diagram(replace(shown, frame=session.frame()), size)
    return wave_diagrams(shown, [middle_of(next_iteration(session), wanted.options["phase"])], size)[0]


def _shown(session: Session, wanted: WantedDiagram) -> CanvasShown:
    from bnsim.ui.canvas.sketch.shown import CanvasShown

    return CanvasShown(session.experiment, contents=wanted.options["contents"])  # type: ignore[arg-type]


def _seen(session: Session, wanted: WantedDiagram) -> tuple[TensorSeen, str]:
    """The tensor that is wanted, as it is now, and where it is in words."""
    from bnsim.lenses.tensor.lens import TensorLens
    from bnsim.session.arrays import VALUE, Tensor
    from bnsim.spec.naming import layer_name

    name = wanted.array
    stack, path = layer_of(session, int(wanted.options["lane"]), int(wanted.options["layer"]))
    seen = TensorLens(Tensor(stack.id, path, name)).answer(session)
    where = layer_name(stack, path)
    if seen is None:
        there = TensorLens(Tensor(stack.id, path, VALUE)).answer(session)
        known = ", ".join(offer.name for offer in there.offers) if there is not None else VALUE
        raise InputError(f"{where} of {stack.name} has no array {name!r}; choose from {known}.")
    return seen, f"{stack.name} · {where}"
