"""The X-ray shows what the session holds, and what a person does in it comes true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import bnsim as bn
from bnsim.plot.style import Style
from bnsim.runner.orders import Collect
from tests.ui.views.xray_rig import Rig, as_told, experiment, number

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_numbers_have_as_many_digits_as_are_true() -> None:
    assert as_told(0.0123456) == "0.01235"
    assert as_told(-0.000123456) == "−1.235e−4"
    assert as_told(float("nan")) == "NaN"
    assert as_told(-float("inf")) == "−∞"


def test_another_layer_is_one_button_away(rig: Rig) -> None:
    rig.select(bn.Linear)
    assert "Select a BatchNorm" in rig.text("xray.sentence")
    assert rig.view._go.isVisibleTo(rig.view)
    rig.view._go.click()
    assert isinstance(rig.document.experiment.layer(rig.selection.current), bn.BatchNorm)
    assert rig.view.batchnorm.isVisible()
    rig.select(bn.Sigmoid)
    assert rig.view.activation.isVisible()
    assert not rig.view.batchnorm.isVisible()


def test_every_number_is_the_sessions(rig: Rig) -> None:
    rig.session.run(4)
    rig.select(bn.BatchNorm)
    rig.forward_to((1,))
    lane, page = rig.session.lanes[0], rig.view.batchnorm
    x, state = lane.value(0), lane.state_dict()
    for feature in (0, 4):
        page.feature.setValue(feature)
        rig.show()
        column = x[:, feature]
        assert rig.text("xray.mean.batch") == as_told(column.mean())
        assert number(rig.text("xray.biased.batch")) == pytest.approx(column.var(), rel=5e-4)
        assert number(rig.text("xray.unbiased.batch")) == pytest.approx(column.var(ddof=1), rel=5e-4)
        assert rig.text("xray.mean.running") == as_told(state["1.running_mean"][feature])
        assert rig.text("xray.unbiased.running") == as_told(state["1.running_var"][feature])
        assert rig.text("xray.gamma.batch") == as_told(state["1.weight"][feature])
        assert rig.text("xray.beta.batch") == as_told(state["1.bias"][feature])
    page.sample.setValue(7)
    rig.show()
    assert as_told(x[7, 4]) in rig.text("xray.own")
    assert "16/15" in rig.text("xray.variances")
    assert rig.text("xray.momentum.new.value") == "0.1"
    assert rig.text("xray.momentum.old.value") == "0.9"
    assert rig.text("xray.momentum.seen.value") == "4"
    assert rig.text("xray.momentum.start.value") == "65.6 %"


def test_momentum_none_is_an_average(rig: Rig) -> None:
    from bnsim.ui.views.xray import words as xray_words

    facts = xray_words.momentum_facts(bn.BatchNorm(momentum=None), 4)
    assert (facts["new"], facts["old"], facts["back"], facts["start"]) == ("0.2", "0.8", "all 4", "0 %")
    assert "plain average" in xray_words.momentum(bn.BatchNorm(momentum=None))
    assert xray_words.momentum_facts(bn.BatchNorm(momentum=0.0), 4)["back"] == "∞"
    assert xray_words.momentum_facts(bn.BatchNorm(momentum=1.0), 4)["start"] == "0 %"
    assert "batch's as well" in xray_words.momentum(bn.BatchNorm(track_running_stats=False))


def test_the_whole_set_is_measured_and_goes_stale(rig: Rig) -> None:
    rig.session.run(3)
    rig.select(bn.BatchNorm)
    rig.forward_to((1,))
    page = rig.view.batchnorm
    page.measure.click()
    assert "cancel" in page.measure.text()
    rig.answer()
    assert page.measure.text() == "Measure all rows again"
    weight = rig.session.lanes[0].state_dict()["0.weight"]
    from bnsim import data

    x = data.load(rig.document.experiment.data).x @ weight.T
    assert number(rig.text("xray.mean.whole")) == pytest.approx(x[:, 0].mean(), rel=1e-3, abs=1e-6)
    assert "all rows" in [line.name for line in page.mean_box.figure.series]
    assert "Stale" not in rig.text("xray.measured")
    rig.session.step("iteration")
    rig.session.step("iteration")
    rig.show()
    assert "Stale" in rig.text("xray.measured")


def test_an_inquiry_can_be_given_up(rig: Rig, qtbot: QtBot) -> None:
    from bnsim.runner.updates import Found

    rig.select(bn.BatchNorm)
    page = rig.view.batchnorm
    page.swap.click()
    (inquiry,) = rig.asked
    rig.view.show_found(Found(inquiry, 0.25))
    assert page.swap.text() == "25 % · cancel"
    with qtbot.waitSignal(rig.view.given_up):
        page.swap.click()
    rig.view.show_found(Found(inquiry, 1.0, ended=True))
    assert page.swap.text() == "Swap its batch-mates"


def test_swapped_mates_are_told(rig: Rig) -> None:
    rig.session.run(3)
    rig.select(bn.BatchNorm)
    rig.forward_to((1,))
    page = rig.view.batchnorm
    page.sample.setValue(5)
    page.feature.setValue(2)
    rig.show()
    page.swap.click()
    rig.answer()
    lane = rig.session.lanes[0]
    assert rig.text("xray.mates.own.value") == as_told(lane.value(0)[5, 2])
    assert rig.text("xray.mates.output.value") == as_told(lane.value(1)[5, 2])
    assert number(rig.text("xray.mates.std.value")) > 0
    assert page.mates_box.figure.name == "xray_noise"


def test_a_click_in_a_strip_picks_the_feature(rig: Rig) -> None:
    from bnsim.lenses.xray.figures import order_of

    rig.session.step("iteration")
    rig.select(bn.BatchNorm)
    page = rig.view.batchnorm
    page.variance_box.plot.picked.emit(3.2)
    var = rig.session.lanes[0].value(0).var(axis=0)
    assert page.feature.value() == order_of(var)[3]


def test_a_strip_whose_ranks_are_hidden_takes_no_room_for_them(rig: Rig) -> None:
    from bnsim.ui.views.parts import BOTTOM

    page = rig.view.batchnorm
    strip, plain = (box.plot.getAxis("bottom").height() for box in (page.mean_box, page.modes_box))
    assert strip < BOTTOM <= plain


def test_eval_mode_shows_the_running_statistics_output(rig: Rig) -> None:
    rig.session.run(2)
    rig.select(bn.BatchNorm)
    rig.forward_to((1,))
    page = rig.view.batchnorm
    before = page.histogram_box.figure
    page.mode._buttons["eval"].click()
    rig.show()
    assert "running" in page.histogram_box.figure.verdict
    assert not np.array_equal(before.series[1].x, page.histogram_box.figure.series[1].x)
    seen_rms = number(rig.text("xray.modes.rms.value"))
    x, state = rig.session.lanes[0].value(0), rig.session.lanes[0].state_dict()
    fixed = (x - state["1.running_mean"]) / np.sqrt(state["1.running_var"] + 1e-5) * state["1.weight"] + state["1.bias"]
    wanted = np.sqrt(np.mean((fixed - rig.session.lanes[0].value(1)) ** 2))
    assert seen_rms == pytest.approx(wanted, rel=5e-4)


def test_identity_and_back(rig: Rig) -> None:
    rig.session.run(3)
    rig.select(bn.BatchNorm)
    rig.forward_to((1,))
    page = rig.view.batchnorm
    before = rig.session.lanes[0].state_dict()["1.weight"]
    assert "Finish" in page.identity.text()
    assert "between iterations" in rig.text("xray.why")
    assert not page.undo.isVisibleTo(page)
    page.identity.click()
    rig.answer()
    assert "but for rounding" in rig.text("xray.gap")
    assert page.undo.isVisibleTo(page)
    assert "before iteration 4," in rig.text("xray.why")  # as the status line counts
    assert rig.session.frame().iteration == 4
    page.undo.click()
    rig.answer()
    assert not page.undo.isVisibleTo(page)
    assert page.identity.text() == "Make BN the identity"
    plain = bn.Session(experiment())
    plain.run(4)
    assert rig.session.iteration == 4
    np.testing.assert_array_equal(
        rig.session.lanes[0].state_dict()["1.weight"], plain.lanes[0].state_dict()["1.weight"]
    )
    assert not np.array_equal(before, rig.session.lanes[0].state_dict()["1.weight"])


def test_what_was_measured_is_kept_per_layer_until_an_edit(rig: Rig) -> None:
    from bnsim.spec import edits

    rig.session.run(3)
    rig.select(bn.BatchNorm)
    page = rig.view.batchnorm
    page.measure.click()
    rig.answer()
    page.identity.click()
    rig.answer()
    rig.select(bn.BatchNorm, 1)
    assert not page.undo.isVisibleTo(page)
    assert not page.mates_box.isVisibleTo(page)
    rig.select(bn.BatchNorm)
    assert page.undo.isVisibleTo(page)
    changed = edits.change_layer(rig.document.experiment, rig.selection.current, eps=1e-4)
    rig.document.push(changed, "change ε", "")
    rig.show()
    assert not page.undo.isVisibleTo(page)


def test_numbers_that_are_none_are_drawn_without_a_failure(rig: Rig) -> None:
    lane = rig.session.lanes[0]
    state = lane.state_dict()
    lane.load_state_dict(state | {"0.weight": np.full_like(state["0.weight"], np.nan)})
    rig.session.step("iteration")
    rig.session.step("iteration")  # the first one stops where the NaN is
    rig.select(bn.BatchNorm)
    assert rig.text("xray.mean.batch") == "NaN"
    rig.select(bn.Sigmoid)
    assert rig.text("activation.slope.live") == "NaN"


def test_copies_of_a_block_are_chosen_by_path(rig: Rig) -> None:
    rig.session.step("iteration")
    rig.select(bn.BatchNorm, 1)
    view = rig.view
    assert view.copies.isVisible()
    assert [view.copies.itemText(at) for at in range(view.copies.count())] == [f"copy {k} of 3" for k in (1, 2, 3)]
    view.copies.setCurrentIndex(2)
    view.copies.activated.emit(2)
    mean = rig.session.lanes[0].value((3, 2, 0))[:, 0].mean()
    assert rig.text("xray.mean.batch") == as_told(mean)
    rig.select(bn.ReLU)
    assert view.activation.isVisible()
    assert view.lenses()[0].path == (3, 0, 2)


def test_the_copy_shown_on_the_canvas_is_looked_at_first(rig: Rig) -> None:
    block = rig.document.experiment.stacks[0].layers[3]
    rig.selection.blocks.copies[block.id] = 1
    rig.select(bn.BatchNorm, 1)
    assert rig.view.lenses()[0].path == (3, 1, 1)
    assert rig.view.copies.currentText() == "copy 2 of 3"


def test_sweeping_by_hand_lets_go_of_the_layer(rig: Rig) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    rig.session.step("iteration")
    rig.select(bn.Sigmoid)
    page, live = rig.view.activation, rig.view.lenses()[0].answer(rig.session).live
    assert page.follow.isChecked()
    assert rig.text("activation.slope.live") == as_told(live.passed.slope)
    before = rig.text("activation.slope.normal")
    page.spread.setFocus()
    for _ in range(40):
        QTest.keyClick(page.spread, Qt.Key.Key_Up)
    assert not page.follow.isChecked()
    lens = rig.view.lenses()[0]
    assert lens.spread is not None
    expected = lens.answer(rig.session).expected
    assert rig.text("activation.slope.normal") == as_told(expected.slope) != before
    assert rig.text("activation.square.normal") == as_told(expected.square)
    assert rig.text("activation.slope.live") == as_told(live.passed.slope)
    page.follow.click()
    assert rig.view.lenses()[0].spread is None
    assert rig.text("activation.slope.normal") == before


def test_saturation_is_defined_where_it_is_told(rig: Rig) -> None:
    rig.session.step("iteration")
    rig.select(bn.Sigmoid)
    assert "10 % of its maximum" in rig.text("activation.good")
    assert "−3.64" in rig.text("activation.good")
    rig.select(bn.ReLU)
    assert "above 0" in rig.text("activation.good")


def test_the_graph_of_the_batchnorm_that_is_shown_is_exported(rig: Rig) -> None:
    rig.select(bn.BatchNorm)
    rig.view.batchnorm.feature.setValue(3)
    rig.view.batchnorm.sample.setValue(2)
    what = rig.view.exportable()
    assert what is not None
    assert what.make is not None
    assert isinstance(what.order, Collect)
    what.order.made.set_result(what.order.collect(rig.session))
    diagram = what.picture(Style())
    assert "sample 2, unit 3" in diagram.description


def test_the_curve_of_the_activation_that_is_shown_is_exported(rig: Rig) -> None:
    rig.select(bn.ReLU)
    what = rig.view.exportable()
    assert what is not None
    assert isinstance(what.order, Collect)
    rig.session.run(1)
    what.order.made.set_result(what.order.collect(rig.session))
    figure = what.picture(Style())
    assert figure.name == "activation_response"
    assert figure.has_data
    rig.select(bn.Linear)
    assert rig.view.exportable() is None
