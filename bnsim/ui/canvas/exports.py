"""What the canvas shows, as a diagram for a file or the clipboard."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from msgspec.structs import replace
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsView

from bnsim.session.frame import Frame
from bnsim.ui.canvas.plan.scale import GradientScale
from bnsim.ui.canvas.scene import CanvasScene
from bnsim.ui.canvas.sketch.films import training_film, wave_film
from bnsim.ui.canvas.sketch.page import part_in_sight
from bnsim.ui.canvas.sketch.shown import CanvasShown, Part
from bnsim.ui.canvas.sketch.stack import canvas_diagram
from bnsim.ui.model.exportable import Exportable, Film

IN_SIGHT = "What is in sight"


def exportable_of(view: QGraphicsView, scene: CanvasScene, frame: Frame | None, scale: GradientScale) -> Exportable:
    """All that the scene shows, and what the view shows of it, where that is a part."""
    shown, part = _shown(scene, frame, scale), in_sight(view, scene)
    parts = () if part is None else ((IN_SIGHT, partial(canvas_diagram, replace(shown, part=part))),)
    films = (
        Film("The wave through the next iteration", partial(wave_film, shown), fits=True),
        Film("The cards over the training", partial(training_film, shown), fits=True),
    )
    return Exportable("canvas", "Canvas", partial(canvas_diagram, shown), parts=parts, films=films, fits=True)


def _shown(scene: CanvasScene, frame: Frame | None, scale: GradientScale) -> CanvasShown:
    """What the scene shows of a frame, its bars on that scale."""
    style, blocks = scene.card_style, scene.blocks
    return CanvasShown(
        scene.experiment,
        frame,
        style.contents,
        scene.features,
        frozenset(blocks.ids),
        MappingProxyType(dict(blocks.copies)),
        (scale.low, scale.high) if frame is not None else None,
        _problems(scene),
        style.breakpoints,
        style.scaled,
        style.findings,
    )


def in_sight(view: QGraphicsView, scene: CanvasScene) -> Part | None:
    """The part of the scene that the view shows; None where it shows all."""
    seen = QRectF(view.mapToScene(view.viewport().rect()).boundingRect())
    return part_in_sight(scene.layout, seen.left(), seen.top(), seen.right(), seen.bottom())


def _problems(scene: CanvasScene) -> Mapping[int, str]:
    """A sentence for each layer that has a problem, or that holds one, and for each stack."""
    found: dict[int, str] = {}
    for problem in scene.problems:
        card = scene.card_of(problem.layer_id) if problem.layer_id else None
        key = problem.stack_id if card is None else card.face.layer_id
        found[key] = f"{found[key]} {problem.sentence()}" if key in found else problem.sentence()
    return MappingProxyType(found)
