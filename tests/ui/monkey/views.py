"""Every part of a window shows what its update says, and that is what a session has which went there directly."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

import bnsim as bn
from bnsim.lenses.equations.lens import EquationLens
from bnsim.runner.snapshots import Snapshots
from bnsim.session.arrays import read
from bnsim.session.lane import Lane
from bnsim.spec.layers import Repeat, Residual
from bnsim.spec.naming import heading
from bnsim.spec.tree import walk
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.language import told, told_words, tr
from bnsim.ui.outline.tree import ID
from tests.ui.numbers.test_canvas_numbers import path_of
from tests.ui.numbers.test_equation_numbers import check_results
from tests.ui.reading import numbers, plain, says

if TYPE_CHECKING:
    from bnsim.ui.views.equation.view import EquationView
    from bnsim.ui.views.tensor.view import TensorView
    from bnsim.ui.window.main_window import MainWindow

OF_ANOTHER_MOMENT = ("Not measured here", "Measured when it pauses", "After ")
CARDS = 6
"""How many cards are read at one moment."""


def same(one: object, other: object) -> bool:
    """To the bit, NaN being NaN."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if type(one) is not type(other):
        return False
    if isinstance(one, Struct):
        return all(same(getattr(one, name), getattr(other, name)) for name in one.__struct_fields__)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)


def arrays(record: object) -> Iterator[np.ndarray]:
    """All that are somewhere in it."""
    if isinstance(record, np.ndarray):
        yield record
    elif isinstance(record, Struct):
        for name in record.__struct_fields__:
            yield from arrays(getattr(record, name))
    elif isinstance(record, tuple | list | Mapping):
        for part in record.values() if isinstance(record, Mapping) else record:
            yield from arrays(part)


def check(window: MainWindow, seed: int = 0) -> None:
    """At rest, the window shows the moment it is at of its document, as a session finds it that went there directly."""
    update = window.update_shown
    assert update.experiment is window.document.experiment
    session = window.runner.session
    assert (update.frame is None) == (session is None)
    check_panels(window)
    check_selection(window)
    if update.frame is None or session is None:
        return
    assert (update.frame.iteration, update.frame.tick) == (session.iteration, session.moment.tick)
    snapshots, figures = Snapshots(print), window.figures_shown
    assert figures.experiment is update.experiment
    snapshots.layer_id, snapshots.wanted = window.selection.current or None, tuple(figures.by_name)
    panels = [dock.panel for dock in window.panel_docks if dock.made]
    snapshots.options = {panel.name: panel.options for panel in panels}
    snapshots.layers = {panel.name: panel.layer for panel in panels if panel.layer is not None}
    for name in (*snapshots.refined, *snapshots.costly):
        snapshots.measuring.measure(session, name, lambda: True)
    # One that was given up, or is measured every so many updates, is of another moment, and says so.
    here = {name for name in figures.by_name if not figures.by_name[name].verdict.startswith(OF_ANOTHER_MOMENT)}
    made = snapshots.figures(session, fast=False, moving=False)
    for name in here:
        assert same(figures.by_name[name], made[name]), name
    assert same(update.track, session.track()), "time line"
    direct = session
    if not session._replay.loaded:  # γ and β made the identity by hand are of this run only
        direct = bn.Session(session.experiment, recording=session.recording)
        direct.changes = session.changes
        direct.go_to(session.moment)
    shown, wanted = update.frame, direct.frame()
    assert same(replace(shown, stopped="", lanes=()), replace(wanted, stopped="", lanes=()))
    for lane, other in zip(shown.lanes, wanted.lanes, strict=True):
        assert same(replace(lane, losses=other.losses), other), f"cards of {lane.name}"
    for lens, answer in update.answers.items():
        assert same(answer, lens.answer(direct)), lens
    check_cards(window, direct, random.Random(seed))
    check_bars(window, direct)
    check_tensor(window, direct)
    check_equation(window, direct)
    if direct is not session:
        direct.close()


def check_selection(window: MainWindow) -> None:
    """Only what is there is selected, on the canvas and in the outline alike, and the inspector shows it."""
    experiment, selection = window.document.experiment, window.selection
    there = {layer.id for stack in experiment.stacks for layer in walk(stack.layers)}
    assert selection.layer_ids <= there
    assert selection.current in selection.layer_ids or not selection.layer_ids
    seen = {layer_id for layer_id, card in window.canvas.cards.cards.items() if card.isVisible()}
    assert set(window.canvas.cards.selected_ids()) == selection.layer_ids & seen
    listed = {item.data(0, ID) for item in window.outline.selectedItems()}
    assert listed & there == selection.layer_ids
    title = window.inspector._title.text()
    if not selection.current:
        assert title == tr("Experiment")
    elif len(selection.layer_ids) == 1:
        stack, _ = experiment.find(selection.current)
        assert title == heading(stack, selection.current, selection.blocks.copies)[0]


def check_panels(window: MainWindow) -> None:
    """What panels draw are the figures that came; what they say is those figures' own words."""
    for panel in (dock.panel for dock in window.panel_docks if dock.made and dock.seen):
        figure = window.figures_shown.by_name.get(panel.name)
        if panel.frozen or panel.outdated or not panel.isVisible():
            continue
        assert panel.figure is figure, panel.name
        said = "" if figure is None else told_words(figure.verdict)
        assert panel.verdict.words == said, (panel.name, panel.verdict.words, said)
        if figure is not None:
            check_drawn(panel)


def check_drawn(panel: FigurePanel) -> None:
    """The plot is that figure's, with what it is compared with behind it."""
    panel.plot.settle()
    drawn = panel.plot._figure
    if not panel.ghosts:
        wanted = told(panel.figure)
        assert drawn is wanted if wanted is panel.figure else same(drawn, wanted), panel.name
    else:
        assert same(drawn, told(panel.shown)), panel.name


def check_cards(window: MainWindow, session: bn.Session, one: random.Random) -> None:
    """Some cards, read as they speak: their output and gradient are the session's."""
    experiment = window.document.experiment
    cards = {card.objectName(): card for card in window.canvas.cards.all_cards()}
    there = {layer.id for stack in experiment.stacks for layer in walk(stack.layers)}
    named = [name for name in cards if name.startswith("card:")]
    assert {cards[name].face.layer_id for name in named} <= there
    for name in one.sample(named, min(CARDS, len(named))):
        card = cards[name]
        _, number, *where = name.split(":")
        stack = experiment.stacks[int(number)]
        lane = next((lane for lane in session.lanes if lane.stack.id == stack.id), None)
        layer = next(layer for layer in walk(stack.layers) if layer.id == card.face.layer_id)
        if lane is None or isinstance(layer, Repeat | Residual) or stack.hidden:
            continue
        places = tuple(map(int, where[0].split(".")))
        if _copies(lane, places, window) is None:
            continue
        check_card(card.words(), lane, path_of(lane.stack.layers, places, window.selection.blocks.copies))


def _copies(lane: Lane, places: tuple[int, ...], window: MainWindow) -> bool | None:
    """None where a card stands in a block of no layers or copies, which has no numbers."""
    try:
        path_of(lane.stack.layers, places, window.selection.blocks.copies)
    except (IndexError, ValueError):
        return None
    return True


def check_card(words: str, lane: Lane, path: tuple[int, ...]) -> None:
    value, gradient = lane.value(path), lane.gradient(path)
    said = re.search(r"output from (\S+) to (\S+)", words)
    finite = value is not None and np.isfinite(value).all()
    if finite and value is not None and said:
        told = [text.rstrip(".,;") for text in said.groups()]
        assert says(told[0], value.min()) and says(told[1], value.max()), (words, value.min(), value.max())  # noqa: PT018
    assert value is not None or not said, words
    norm = re.search(r"gradient norm (\S+)", words)
    assert gradient is not None or not norm, words
    if norm and gradient is not None and np.isfinite(gradient).all():
        wanted = float(np.linalg.norm(gradient.astype(np.float64)))
        assert says(norm.group(1).rstrip(".,;"), wanted), (words, wanted)


def check_bars(window: MainWindow, session: bn.Session) -> None:
    """Transport and time line."""
    status = plain(re.sub(r"<[^>]*>|&nbsp;", " ", window.transport.status.text()))
    assert int(numbers(status)[0]) == session.iteration, status
    strip = window.timeline
    assert strip.value() == session.iteration
    assert int(numbers(strip.accessibleDescription())[0]) == session.iteration


def check_tensor(window: MainWindow, session: bn.Session) -> None:
    """What the tensor view says of its tensor, what it draws, and that nothing is marked that is not there."""
    view: Any = window.shelf._views.get("tensor")
    if view is None or not view.isVisible() or view._seen is None:
        return
    seen = view._seen
    if view.tensor is None:  # what was computed last; of several mini-batches perhaps an earlier one's
        array = seen.values if seen.values is None or seen.values.size == math.prod(seen.offer.shape) else None
    else:
        assert seen.tensor == view.tensor
        array = read(session, seen.tensor)
        assert (array is None) == (seen.values is None), seen.tensor
    for drawing in view.page.tensor_drawings:
        if drawing is view.page.drawings.currentWidget() and drawing.isVisible():
            assert drawing.seen is seen
        if drawing.mark is not None:
            assert drawing.mark[0] < seen.rows, (drawing, drawing.mark)
            assert drawing.mark[1] < seen.columns, (drawing, drawing.mark)
    said = {name: label.text() for name, label in view.page.summary.numbers.items()}
    if array is None and seen.values is not None:
        return
    if array is None:
        assert set(said.values()) == {"–"}, said
        return
    check_values(view, array)
    finite = array[np.isfinite(array)] if array.dtype.kind == "f" else array
    if finite.size:
        assert says(said["low"], finite.min()), (said, seen.tensor)
        assert says(said["high"], finite.max()), (said, seen.tensor)


def check_values(view: TensorView, array: np.ndarray) -> None:
    seen = view._seen
    assert seen is not None
    assert seen.values is not None
    whole = array.reshape(seen.rows, seen.columns)
    row, column = seen.corner
    high, wide = seen.values.shape
    assert np.array_equal(
        seen.values, whole[row : row + high, column : column + wide], equal_nan=array.dtype.kind == "f"
    )


def check_equation(window: MainWindow, session: bn.Session) -> None:
    """Results the equation says are the session's; what is shown is what was answered."""
    view: EquationView | None = window.shelf._views.get("equation")  # type: ignore[assignment]
    if view is None or not view.isVisible() or view.pages.currentIndex():
        return
    answers = window.update_shown.answers
    for lens in view.lenses():
        if isinstance(lens, EquationLens):
            assert view.page.shown is answers[lens]
    if view.page.shown is not None and view.page.shown.done and not view.next.isChecked():
        check_results(view, session)
