"""Diagrams of a session for the command that writes them: the canvas, the wave, the time line, a tensor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bnsim.cli.writing import Saying
from bnsim.spec.errors import InputError

if TYPE_CHECKING:
    from bnsim.figures.options import Option, Value
    from bnsim.plot.diagram import Diagram
    from bnsim.plot.style import Style
    from bnsim.session import Session
    from bnsim.session.frame import Frame

SHOWN = {
    "canvas": "the stacks as cards, as in the window",
    "wave": "the canvas in the middle of a pass of the next iteration",
    "timeline": "the losses of all lanes over the iterations",
    "tensor": "the map of an array of a layer",
}
"""The names of diagrams, and what each shows."""
TENSOR = "name"
"""The option of a tensor that says which array of the layer: "weight", "value", "dweight", "σ²"."""
DEEPEST = 100_000


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
    return {
        "canvas": (contents,),
        "wave": (contents, Choice("phase", "Which pass", phases)),
        "timeline": (),
        "tensor": (
            Number("lane", "Lane, from the top", least=1, most=DEEPEST, default=1),
            Number("layer", "Layer, from the data on", least=1, most=DEEPEST, default=1),
        ),
    }[name]


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
        file = name + suffix(options_of(name), chosen) + (f"-{array}" if array else "")
        found[file] = WantedDiagram(name, chosen, array, file)
    return list(found.values())


def diagram_formats(suffixes: Sequence[str]) -> list[str]:
    """Those of the suffixes that a diagram can be written as; InputError if there is none."""
    from bnsim.plot.writers import DIAGRAM_FORMATS

    found = [suffix for suffix in suffixes if suffix in DIAGRAM_FORMATS]
    if not found:
        raise InputError(
            f"A diagram cannot be written as {', '.join(suffixes)}; choose --format from {', '.join(DIAGRAM_FORMATS)}."
        )
    return found


def write_diagrams(
    session: Session, wanted: Sequence[WantedDiagram], suffixes: Sequence[str], style: Style, folder: Path, say: Saying
) -> None:
    """Write each diagram in each format and say every file's name. The session stands afterwards where it stood."""
    from bnsim.plot.writers import boxes_in, write

    for each in wanted:
        diagram = made(session, each)
        for suffix in suffixes:
            path = folder / f"{each.file}.{suffix}"
            write(diagram, path, style=style)
            say.file(path)
            if lacking := boxes_in(diagram, path):
                say.wrong(f"{path}: {lacking}.")


def made(session: Session, wanted: WantedDiagram) -> Diagram:
    """The diagram as the session stands. InputError if there is no such lane, layer or array."""
    if wanted.name == "timeline":
        from bnsim.ui.timeline.sketch import TimelineShown, timeline_diagram

        return timeline_diagram(TimelineShown(session.experiment, session.track(), session.iteration))
    if wanted.name == "tensor":
        return _tensor(session, int(wanted.options["lane"]), int(wanted.options["layer"]), wanted.array)
    return _canvas(session, wanted)


def _canvas(session: Session, wanted: WantedDiagram) -> Diagram:
    import msgspec

    from bnsim.ui.canvas.sketch.shown import CanvasShown
    from bnsim.ui.canvas.sketch.stack import canvas_diagram
    from bnsim.ui.canvas.sketch.wave import middle_of, wave_diagrams

    shown = msgspec.structs.replace(CanvasShown(session.experiment), contents=wanted.options["contents"])
    if wanted.name == "canvas":
        return canvas_diagram(msgspec.structs.replace(shown, frame=session.frame()))
    frames = next_iteration(session)
    phase = wanted.options["phase"]
    assert phase in ("forward", "backward", "update")
    return wave_diagrams(shown, [middle_of(frames, phase)])[0]


def next_iteration(session: Session) -> list[Frame]:
    """A frame after each layer's step of the next iteration; the session stands afterwards where it stood."""
    before, frames = session.moment, []
    try:
        while not frames or not session.between_iterations:
            session.step("layer")
            frames.append(session.frame())
    finally:
        session.go_to(before)
    return frames


def _tensor(session: Session, lane: int, layer: int, name: str) -> Diagram:
    from bnsim.lenses.tensor.lens import TensorLens
    from bnsim.session.arrays import VALUE, Tensor
    from bnsim.spec.naming import layer_name
    from bnsim.spec.tree import leaves
    from bnsim.ui.views.tensor.sketch import tensor_diagram

    if lane > len(session.lanes):
        raise InputError(f"There is no lane {lane}: there are {len(session.lanes)}; choose another one with lane=.")
    stack = session.lanes[lane - 1].stack
    paths = [leaf.path for leaf in leaves(stack.layers)]
    if layer > len(paths):
        raise InputError(f"There is no layer {layer} in {stack.name}: it has {len(paths)}; choose one with layer=.")
    path = paths[layer - 1]
    seen = TensorLens(Tensor(stack.id, path, name)).answer(session)
    where = layer_name(stack, path)
    if seen is None:
        there = TensorLens(Tensor(stack.id, path, VALUE)).answer(session)
        known = ", ".join(offer.name for offer in there.offers) if there is not None else VALUE
        raise InputError(f"{where} of {stack.name} has no array {name!r}; choose from {known}.")
    return tensor_diagram(seen, f"{stack.name} · {where}")
