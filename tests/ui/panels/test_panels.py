from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication

from bnsim.figures import Axis, Band, Figure, Rule, Series
from bnsim.figures.options import Choice, Number
from bnsim.plot.theme import load_theme
from bnsim.runner.updates import Measurement
from bnsim.ui.charts.panel import FigurePanel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

X = np.arange(30.0)


def figure(shift: float = 0.0, verdict: str = "rises") -> Figure:
    thin = tuple(Series(f"g.{k}", X, 0.1 * k + 0.01 * X + shift, "gamma", weight="thin") for k in range(8))
    gap = np.where(X == 12, np.nan, np.sin(X / 4) + shift)
    return Figure(
        name="some",
        title="Some",
        verdict=verdict,
        x=Axis("iteration", limits=(0.0, 29.0), integer=True),
        y=Axis("y"),
        marks=(
            *thin,
            Series("line", X, gap, "mean", label="line", marker="square"),
            Series("dashes", X, X / 40 + shift, "variance", line="dashed"),
            Band("band", X, X / 50 - 0.4 + shift, X / 50 - 0.1 + shift, "variance"),
            Rule(0.5, "half"),
        ),
    )


@pytest.fixture
def panel(qtbot: QtBot) -> FigurePanel:
    made = FigurePanel("some", "Some")
    made.resize(520, 360)
    made.set_theme(load_theme("light"))
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def pixels(panel: FigurePanel) -> np.ndarray:
    panel.plot.place_now()
    image = panel.plot.grab().toImage().convertToFormat(panel.plot.grab().toImage().Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:, :, :3].astype(int)


def test_after_a_fast_run_all_is_drawn_in_full(panel: FigurePanel) -> None:
    panel.show_figure(figure())
    whole = pixels(panel)
    panel.show_figure(figure(0.2), fast=True)
    pixels(panel)
    panel.show_figure(figure())
    np.testing.assert_array_equal(pixels(panel), whole)


def test_the_same_figure_is_drawn_once_and_in_full_when_it_stays(
    panel: FigurePanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel.show_figure(figure())
    whole = pixels(panel)
    one, drawn = figure(0.2, "falls"), []
    draw = panel.plot.draw
    monkeypatch.setattr(panel.plot, "draw", lambda *args, **options: (drawn.append(options), draw(*args, **options)))
    for fast in (True, True, False, False):
        panel.show_figure(one, fast=fast)
    assert drawn == [{"fast": True}, {}]
    assert panel.verdict.words == "falls"
    panel.show_figure(figure())
    assert (pixels(panel) == whole).all()


def test_the_run_is_marked_where_it_stands_while_the_figure_stays(panel: FigurePanel) -> None:
    def made() -> Figure:
        plain = figure()
        return replace(plain, x=replace(plain.x, link="iteration"))

    one = made()
    panel.show_figure(one, iteration=20)
    before = pixels(panel)
    panel.show_figure(one, iteration=4)
    after = pixels(panel)
    assert (after != before).any()
    panel.show_figure(made(), iteration=4)
    assert (pixels(panel) == after).all()


def test_fast_looks_like_paused_but_for_soft_edges(panel: FigurePanel) -> None:
    panel.show_figure(figure())
    whole = pixels(panel)
    panel.show_figure(figure(), fast=True)
    fast = pixels(panel)
    blank = (whole[2, 2] == 255).all()
    assert blank
    # Seen from afar: means over squares of 8 pixels.
    rows, columns = (8 * (size // 8) for size in whole.shape[:2])
    coarse = [
        part[:rows, :columns].reshape(rows // 8, 8, columns // 8, 8, 3).mean(axis=(1, 3)) for part in (whole, fast)
    ]
    assert np.abs(coarse[0] - coarse[1]).mean() < 1.5
    assert np.abs(coarse[0] - coarse[1]).max() < 80
    assert (np.abs(fast - 255).sum(axis=2) > 60).sum() > 0.7 * (np.abs(whole - 255).sum(axis=2) > 60).sum()


def test_fast_figures_move(panel: FigurePanel) -> None:
    panel.show_figure(figure(), fast=True)
    first = pixels(panel)
    panel.show_figure(figure(0.15), fast=True)
    assert (pixels(panel) != first).any()


def test_frozen_while_playing_is_told_and_drawn_in_full(panel: FigurePanel) -> None:
    panel.show_figure(figure())
    whole = pixels(panel)
    panel.show_figure(figure(0.3, "one"), fast=True)
    panel.show_figure(figure(0.0, "two"), fast=True)
    panel.freeze_action.setChecked(True)
    assert panel.verdict.words == "two"
    panel.show_figure(figure(0.3, "three"), fast=True)
    assert panel.verdict.words == "two"
    assert (pixels(panel) == whole).mean() > 0.9
    assert not panel.plot.grab().isNull()


def test_theme_changes_while_playing(panel: FigurePanel) -> None:
    panel.show_figure(figure(), fast=True)
    panel.set_theme(load_theme("dark"))
    assert pixels(panel)[2, 2].max() < 60


def test_a_copied_picture_is_whole_and_drawn_in_full_while_playing(panel: FigurePanel) -> None:
    panel.show_figure(figure())
    whole = panel.picture().toImage()
    panel.show_figure(figure(), fast=True)
    assert panel.picture().toImage() == whole
    # The axis at the left begins where it does on screen, at twice the size.
    assert whole.width() == 2 * panel.plot.width()
    ink = np.frombuffer(whole.constBits(), np.uint8).reshape(whole.height(), whole.width(), 4)[:, :, :3] < 250
    assert ink[-60:].any(), "the label under the x axis is there"


def batchnorm(iterations: int, level: float) -> Figure:
    x = np.arange(float(iterations))
    series = (Series("line", x, level + 0.01 * x, "mean", label="mean μ"), Series("other", x, 1 - x / 40, "variance"))
    bands = (Band("band", x, level - 0.2 - 0 * x, level + 0.2 + 0 * x, "mean"),)
    limits = (0.0, max(1.0, iterations - 1.0))
    return Figure(
        "some", "Some", "", Axis("iteration", limits=limits), Axis("y", limits=(-0.5, 1.5)), (*series, *bands)
    )


def test_nothing_of_a_former_figure_stays_on_screen(panel: FigurePanel, qtbot: QtBot) -> None:
    """What is on the screen is what a paint of all of it gives."""
    for iterations, level in ((2, 0.2), (3, 0.2), (3, 0.8)):
        panel.show_figure(batchnorm(iterations, level))
        qtbot.waitUntil(lambda: not panel.plot._names._timer.isActive())
        QApplication.processEvents()  # painted

    def assert_all_is_painted() -> None:
        seen = panel.screen().grabWindow(panel.winId()).toImage()
        whole = panel.grab().toImage()
        assert seen.convertToFormat(whole.format()) == whole

    qtbot.waitUntil(assert_all_is_painted)


def test_a_power_of_ten_is_told_once(panel: FigurePanel) -> None:
    huge = Series("huge", X, 1e15 * X, "mean")
    panel.show_figure(Figure("some", "Some", "", Axis("iteration"), Axis("μ and σ²"), marks=(huge,)))
    panel.grab()
    axis = panel.plot.plotItem.getAxis("left")
    assert axis.label.toPlainText().strip() == "μ and σ²"
    assert axis.tickStrings([2e16], axis.scale, 1e16) == ["2·10¹⁶"]


def test_options_are_chosen_in_the_menu_and_from_outside(qtbot: QtBot) -> None:
    of = Choice("of", "Of", (("one", "the one"), ("other", "the other")))
    unit = Number("unit", "Unit", most=99, words="all")
    made = FigurePanel("some", "Some", options=(of, unit))
    qtbot.addWidget(made)
    entries, boxes = made.option_menu.actions["of"], made.option_menu.numbers
    assert [action.text() for action in entries.values()] == ["The one", "The other"]
    assert boxes["unit"].text() == "all"
    assert made.options == {}
    with qtbot.waitSignal(made.options_changed):
        entries["other"].trigger()
    with qtbot.waitSignal(made.options_changed):
        boxes["unit"].setValue(7)
    assert made.options == {"of": "other", "unit": 7}
    with qtbot.waitSignal(made.options_changed):
        made.options = {"of": "one", "unit": "12", "colour": "red"}
    assert made.options == {"unit": 12}
    assert entries["one"].isChecked()
    assert boxes["unit"].value() == 12
    made.options = {"of": "neither", "unit": -5}
    assert made.options == {}


def test_what_a_choice_costs_is_its_tip_and_an_option_without_effect_is_gray(qtbot: QtBot) -> None:
    of = Choice("of", "Of", (("one", "the one"), ("other", "the other")), costs=(("other", "two passes"),))
    unit = Number("unit", "Unit", most=99, words="all", cost="a pass", only_with=("of", "other"))
    made = FigurePanel("some", "Some", options=(of, unit), cost_with=lambda chosen: "two passes" if chosen else "")
    qtbot.addWidget(made)
    entries, entry = made.option_menu.actions["of"], made.option_menu.menus["unit"].menuAction()
    assert [action.toolTip() for action in entries.values()] == ["The one", "Costs two passes"]
    assert made.option_menu.numbers["unit"].toolTip() == "Any but all costs a pass"
    assert (entry.isEnabled(), entry.toolTip()) == (False, "Only with Of: the other")
    entries["other"].trigger()
    assert entry.isEnabled()
    made.show_measurement(Measurement())
    assert made.measuring is not None
    assert made.measuring.cost.words == "costs two passes"
    made.show_measurement(Measurement(3, 1.2, 2))
    assert made.measuring.cost.words == "1.2 s, 2 passes"
    assert "two passes" in made.measuring.cost.toolTip()
