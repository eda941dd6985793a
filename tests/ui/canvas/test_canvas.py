"""What the canvas shows: places, words, frames, problems, zoom."""

from __future__ import annotations

from itertools import pairwise
from unittest.mock import Mock

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QWheelEvent
from PySide6.QtWidgets import QApplication

from bnsim.plot.theme import load_theme
from bnsim.spec import edits, numerals
from bnsim.spec.defaults import default_experiment
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import BatchNorm, Linear, Sigmoid
from bnsim.spec.losses import MSE
from bnsim.spec.problems import Problem
from bnsim.spec.tree import has_parameters
from bnsim.ui.canvas.items.lane import WAVE
from bnsim.ui.canvas.items.style import Level
from bnsim.ui.canvas.plan.columns import DropTarget, Layout, Metrics
from bnsim.ui.canvas.plan.scale import GradientScale

from .conftest import made_up_frame

METRICS = Metrics.of(load_theme("light"))


def test_cards_of_all_lanes_stand_in_common_columns():
    layout = Layout(default_experiment(), METRICS)
    plain, normalized = layout.lanes
    assert plain.xs[0::2] == normalized.xs[0::3]  # linears
    assert plain.xs[1::2] == normalized.xs[2::3]  # sigmoids
    assert plain.loss_x == normalized.loss_x == max(normalized.xs) + METRICS.pitch
    assert plain.data_x == normalized.data_x == min(normalized.xs) - METRICS.pitch
    assert plain.bottom <= normalized.top


def test_a_free_column_is_used_before_cards_are_moved():
    layout = Layout(default_experiment(), METRICS)
    plain = layout.lanes[0]
    free = layout.opening(DropTarget(0, 1))  # where the other lane has its BatchNorm
    assert free.shift == 0
    assert plain.xs[0] < free.x < plain.xs[1]
    taken = layout.opening(DropTarget(0, 2))
    assert taken.shift == METRICS.pitch
    assert taken.x == plain.xs[2]


def test_an_experiment_without_layers_or_without_stacks_has_a_layout():
    assert Layout(Experiment(), METRICS).lanes == ()
    empty = Layout(Experiment(stacks=(Stack(),)), METRICS)
    lane = empty.lanes[0]
    assert empty.target_at(lane.data_x + 200, lane.cards_top) == DropTarget(0, 0, container=lane.stack_id)


def test_cards_name_kind_depth_and_size(bench):
    faces = [bench.card(f"card:0:{i}").face for i in range(5)]
    assert [face.title for face in faces] == ["Linear 1", "Sigmoid", "Linear 2", "Tanh", "Linear 3"]
    assert [face.size for face in faces] == ["64 → 32", "64 × 32", "32 → 32", "64 × 32", "32 → 10"]
    assert bench.card("data:0").face.title == "Digits"
    assert bench.card("loss:0").face.title == "CrossEntropy"
    stack = bench.document.experiment.stacks[0]
    bench.document.push(edits.change_stack(bench.document.experiment, stack.id, loss=MSE()), "set loss")
    assert bench.card("loss:0").face.title == "MSE"


def test_items_are_kept_across_edits(bench):
    before = {card.face.layer_id: card for card in bench.canvas.cards.cards.values()}
    experiment = bench.document.experiment
    bench.document.push(edits.insert_layer(experiment, experiment.stacks[0].id, 1, BatchNorm()), "insert BatchNorm")
    after = {card.face.layer_id: card for card in bench.canvas.cards.cards.values()}
    assert all(after[layer_id] is card for layer_id, card in before.items())
    assert len(after) == len(before) + 1


def test_a_frame_marks_what_has_a_value_and_what_was_executed(bench):
    bench.canvas.show_frame(made_up_frame(bench.document.experiment, executed=1))
    assert [bench.card(f"card:0:{i}").has_value for i in range(5)] == [True, True, False, False, False]
    active = [i for i in range(5) if bench.card(f"card:0:{i}").active is not None]
    assert active == [1]
    bench.canvas.show_frame(None)
    assert not bench.card("card:0:0").has_value
    assert bench.card("card:0:1").active is None


def test_gradient_bars_share_one_log_scale(bench):
    bench.canvas.show_frame(made_up_frame(bench.document.experiment, 0, "backward"))
    bars = [bench.card(f"card:0:{i}").bar for i in range(5)]
    steps = [b - a for a, b in pairwise(bars)]
    assert steps == pytest.approx([steps[0]] * 4)
    assert steps[0] > 0
    assert bench.card("card:1:3").bar == bench.card("card:0:4").bar  # both 0.1
    assert bench.card("data:0").bar is None


def test_the_scale_widens_and_never_narrows():
    scale = GradientScale()
    scale.include([0.1, 1e-3])
    first = scale.fraction(1e-3)
    scale.include([1e-20])
    assert scale.fraction(1e-3) > first
    assert scale.fraction(1e-20) < scale.fraction(1e-19) < scale.fraction(0.1) <= 1
    assert scale.fraction(0.0) == 0
    assert scale.fraction(float("nan")) is None
    assert scale.fraction(None) is None
    low = scale.low
    scale.include([0.1])
    assert scale.low == low


def test_a_step_out_of_view_is_followed_and_whole_iterations_are_not(bench, qtbot):
    bench.document.push(default_experiment(), "open")
    experiment, bar = bench.document.experiment, bench.canvas.horizontalScrollBar()
    bench.canvas.show_frame(made_up_frame(experiment, 0, tick=1))
    start = bar.value()
    bench.canvas.show_frame(made_up_frame(experiment, 1, tick=2))
    assert bar.value() == start  # still in view
    bench.canvas.show_frame(made_up_frame(experiment, 30, tick=9))
    assert bench.canvas.viewport().rect().contains(bench.at("card:0:30"))


def test_problems_stand_on_the_card_in_words(bench):
    stack = bench.document.experiment.stacks[0]
    wrong = Problem(
        stack.id, stack.layers[4].id, "The last width is 8 and the data has 10 classes", "set it to 10 units"
    )
    whole = Problem(
        bench.document.experiment.stacks[1].id, 0, "It has no Linear before the loss", "drag a Linear onto it"
    )
    bench.canvas.show_problems((wrong, whole))
    card = bench.card("card:0:4")
    assert card.problem == card.toolTip() == wrong.sentence()
    assert card.callout.isVisible()
    assert bench.card("loss:1").problem == whole.sentence()
    bench.canvas.show_problems(())
    assert card.problem == ""
    assert not card.callout.isVisible()


def test_zoom_by_wheel_keeps_the_point_under_the_pointer(bench):
    bench.document.push(default_experiment(), "open")
    bench.canvas.horizontalScrollBar().setValue(1500)
    at = QPointF(700, 200)
    before = bench.canvas.mapToScene(at.toPoint())
    for delta in (120, 120, -120):
        wheel = QWheelEvent(
            at, at, QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton, Qt.KeyboardModifier.ControlModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(bench.canvas.viewport(), wheel)
    assert bench.canvas.zoom.factor == pytest.approx(1.2)
    assert abs(bench.canvas.mapToScene(at.toPoint()).x() - before.x()) < 3


def test_another_document_is_seen_from_its_first_cards(bench):
    bench.document.push(default_experiment(), "open")
    bar = bench.canvas.horizontalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.value() > bar.minimum()
    bench.document.new()
    assert bar.value() == bar.minimum()


def test_fit_shows_everything_even_200_layers_in_4_lanes(bench):
    layers = (Linear(8), BatchNorm(), Sigmoid()) * 66
    bench.document.push(Experiment(stacks=tuple(Stack(name=f"{i}", layers=layers) for i in range(4))), "open")
    bench.canvas.zoom.fit()
    view = bench.canvas.viewport().rect()
    assert view.contains(bench.at("data:0"))
    assert view.contains(bench.at("loss:3"))
    assert bench.canvas.card_style.level == Level.FAR
    assert not bench.canvas.grab().isNull()
    bench.canvas.zoom.reset()
    assert bench.canvas.card_style.level == Level.NEAR
    assert not bench.canvas.grab().isNull()
    bench.assert_mirrors()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("zoom_steps", [0, 4, 9])
def test_everything_paints_without_a_word_from_qt(bench, theme, zoom_steps):
    bench.canvas.set_theme(load_theme(theme))
    bench.canvas.show_frame(made_up_frame(bench.document.experiment, 2, "backward"))
    bench.selection.set([bench.layer_id(0, 2)])
    for _ in range(zoom_steps):
        bench.canvas.zoom.shrink()
    assert not bench.canvas.grab().isNull()


def test_numbers_on_cards_are_short():
    shown = [numerals.short(value) for value in (0.0, 0.0452, 3.2e-9, 12.0, 123.4, 4.5e6, float("nan"))]
    assert shown == ["0", "0.045", "3e−9", "12", "123", "4e6", "NaN"]
    assert max(len(text) for text in shown) <= 5


def test_widths_stand_on_wires_where_they_change(bench):
    item = bench.canvas.cards.lanes[bench.document.experiment.stacks[0].id]
    assert item.widths == ["64", "32", "", "", "", "10"]
    experiment = bench.document.experiment
    changed = edits.change_layer(experiment, experiment.stacks[0].layers[2].id, units=5)
    bench.document.push(changed, "set units to 5")
    assert item.widths[3] == "5"


def test_the_gauge_shows_how_much_is_saturated(bench):
    frame = made_up_frame(bench.document.experiment, executed=4)
    pictures = []
    for fraction in (0.1, 0.9):
        lane = frame.lanes[0]
        card = replace(lane.cards[2], fraction=fraction, flat="saturated", note=f"{fraction:.0%} saturated")
        cards = (*lane.cards[:2], card, *lane.cards[3:])
        bench.canvas.show_frame(replace(frame, lanes=(replace(lane, cards=cards), *frame.lanes[1:])))
        assert f"{fraction:.0%} saturated" in bench.card("card:0:1").words()
        pictures.append(bench.canvas.grab().toImage())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize(("phase", "executed", "at"), [("forward", 2, 3), ("backward", 3, 4), ("loss", 5, 6)])
def test_the_wave_ends_at_the_executed_card(bench, phase, executed, at):
    bench.canvas.show_frame(made_up_frame(bench.document.experiment, executed, phase))
    item = bench.canvas.cards.lanes[bench.document.experiment.stacks[0].id]
    assert item.wave == (phase, at)
    shown = bench.canvas.grab().toImage()
    bench.canvas.show_frame(made_up_frame(bench.document.experiment, executed, "update"))
    assert bench.canvas.grab().toImage() != shown


def test_the_update_is_a_wave_over_the_layers_with_parameters(bench):
    item = bench.canvas.cards.lanes[bench.document.experiment.stacks[0].id]
    layers = bench.document.experiment.stacks[0].layers
    assert item.trained[1:-1] == [has_parameters(layer) for layer in layers]
    assert True in item.trained
    last = max(number for number, trained in enumerate(item.trained) if trained)
    first = item.trained.index(True)
    bench.canvas.show_frame(made_up_frame(bench.document.experiment, last - 1, "update"))
    assert item.wave == ("update", last)
    card, m = item.cards[first], bench.canvas.card_style.metrics
    spot = bench.canvas.mapFromScene(card.pos() + QPointF(m.card_width / 2, m.card_height + WAVE))
    lit = bench.canvas.card_style.phase_fill["update"].color().name()
    assert bench.canvas.grab().toImage().pixelColor(spot).name() == lit
    bench.canvas.show_frame(made_up_frame(bench.document.experiment, last - 1, "backward"))
    assert bench.canvas.grab().toImage().pixelColor(spot).name() != lit


def test_four_lanes_fit_a_low_window_below_their_names(bench):
    layers = (Linear(8), BatchNorm(), Sigmoid()) * 66
    bench.document.push(Experiment(stacks=tuple(Stack(name=f"{i}", layers=layers) for i in range(4))), "open")
    bench.canvas.resize(520, 240)
    bench.canvas.zoom.fit()
    view = bench.canvas.viewport().rect()
    assert view.contains(bench.at("data:0"))
    assert view.contains(bench.at("loss:3"))
    picture = bench.canvas.grab().toImage()
    header = bench.canvas.card_style.kinds["data"].soft.color().name()
    for number, lane in enumerate(bench.canvas.cards.layout.lanes):
        x = bench.at(f"data:{number}").x()
        top = bench.canvas.mapFromScene(0, lane.top).y()
        bottom = bench.canvas.mapFromScene(0, lane.bottom).y()
        rows = range(top, min(bottom, picture.height()))
        ticks = [y for y in rows if header in {picture.pixelColor(q, y).name() for q in (x - 1, x)}]
        assert ticks
        assert min(ticks) >= top + bench.canvas.card_style.title_pixels


def test_back_at_the_start_the_first_card_is_in_view(bench):
    canvas, experiment = bench.canvas, bench.document.experiment
    canvas.resize(500, 400)
    bar = canvas.horizontalScrollBar()
    canvas.show_frame(made_up_frame(experiment, executed=0))
    canvas.show_frame(made_up_frame(experiment, executed=4, tick=9))
    assert bar.value() > 0
    canvas.show_frame(made_up_frame(experiment, executed=-1, tick=0))
    assert bar.value() == bar.minimum()
    canvas.show_frame(made_up_frame(experiment, executed=4, tick=9))
    left = bar.value()
    assert left > 0
    bench.document.push(edits.change_layer(experiment, experiment.stacks[0].layers[4].id, units=7), "set units to 7")
    canvas.show_frame(made_up_frame(bench.document.experiment, executed=-1, tick=0))
    assert bar.value() == left


def test_a_card_whose_output_is_not_finite_says_so(bench):
    frame = made_up_frame(bench.document.experiment, executed=1)
    (lane, *rest), number = frame.lanes, 2
    cards = list(lane.cards)
    cards[number] = replace(cards[number], density=None, note="0 % zero", fraction=0.0, flat="zero")
    cards[-1] = replace(cards[-1], has_value=True, note="NaN")
    broken = replace(lane, cards=tuple(cards), loss=float("nan"))
    bench.canvas.show_frame(replace(frame, lanes=(broken, *rest)))
    shown = bench.canvas.cards.lanes[lane.stack_id].cards
    assert [card.not_finite for card in shown] == [place == number for place in range(len(shown))]
    assert "NaN or ∞" in shown[number].words()
    assert "zero" not in shown[number].words()
    assert not bench.canvas.grab().isNull()


def test_losses_that_no_decimals_can_tell_are_short():
    losses = [numerals.loss(loss) for loss in (2.30258, 0.0, 2.17408664e20, float("nan"), float("inf"))]
    assert losses == ["2.3026", "0.0000", "2.17e+20", "NaN", "∞"]


@pytest.mark.parametrize("momentum", [0.9, 0.99, 0.125])
def test_what_is_remarked_on_a_card_is_written_whole(bench, momentum):
    experiment = bench.document.experiment
    layer = BatchNorm(momentum=momentum)
    bench.document.push(edits.insert_layer(experiment, experiment.stacks[0].id, 1, layer), "insert BatchNorm")
    painter = Mock()
    bench.card("card:0:1")._paint_words(painter, 60.0)
    font, (room, _, words) = painter.setFont.call_args.args[0], painter.drawText.call_args.args
    assert words == f"momentum {momentum:g}"
    assert QFontMetricsF(font).horizontalAdvance(words) <= room.width()
