"""Where windows stand: with their frame on the screen, a second one beside the first, cards whole where it is small."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QProxyStyle, QStyle, QWidget

from bnsim.plot.theme import load_theme
from bnsim.ui.canvas.items.style import Level
from bnsim.ui.theme.style import style_sheet
from bnsim.ui.window import layout

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

SCREENS = [QRect(0, 0, 1280, 720), QRect(0, 25, 1680, 995), QRect(1920, 0, 2560, 1440), QRect(-1366, 0, 1366, 728)]
Opener = Callable[..., "MainWindow"]


def framed(place: QRect) -> QRect:
    """With the title bar and borders of a common window manager."""
    return place.adjusted(-2, -30, 2, 4)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_first_window_is_on_the_screen_with_its_frame(screen: QRect) -> None:
    place = layout.first_place(screen)
    assert screen.contains(framed(place))
    assert place.width() == min(1680, place.width())
    assert screen.width() - place.width() <= 20 or place.width() == 1680


@pytest.mark.parametrize("screen", SCREENS)
def test_further_windows_are_on_the_screen_and_not_on_one_another(screen: QRect) -> None:
    place = layout.first_place(screen)
    for _ in range(6):
        second = layout.cascaded(screen, place)
        assert screen.contains(framed(second))
        assert second.topLeft() != place.topLeft()
        assert place.width() - second.width() <= layout.CASCADE
        place = second


@pytest.mark.parametrize("screen", SCREENS)
def test_what_was_left_elsewhere_comes_back_onto_the_screen(screen: QRect) -> None:
    for place in (QRect(5000, -300, 900, 600), QRect(screen.topLeft(), screen.size()), QRect(-4000, 900, 9000, 9000)):
        assert screen.contains(framed(layout.kept_inside(screen, place)))
    inside = QRect(screen.x() + 50, screen.y() + 60, 800, 500)
    assert layout.kept_inside(screen, inside) == inside


def test_a_new_window_is_placed_beside_the_one_it_was_asked_from(qtbot: QtBot) -> None:
    first, second = QWidget(), QWidget()
    qtbot.addWidget(first)
    qtbot.addWidget(second)
    available = first.screen().availableGeometry()
    first.setGeometry(available.adjusted(6, 36, -106, -106))
    layout.cascade(second, first)
    assert second.geometry() == first.geometry().translated(layout.CASCADE, layout.CASCADE)


def test_two_lanes_are_whole_in_a_small_window(open_window: Opener) -> None:
    window = open_window()
    window.resize(1100, 700)
    QApplication.processEvents()
    canvas = window.canvas
    assert canvas.card_style.level == Level.NEAR
    assert len(canvas.cards.layout.lanes) == 2
    assert not canvas.verticalScrollBar().isVisible()
    seen = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
    for name in ("card:0:0", "card:1:0"):
        card = next(card for card in canvas.cards.all_cards() if card.objectName() == name)
        assert seen.contains(card.mapRectToScene(card.card_rect()))


class WithIcons(QProxyStyle):
    """As desktops have it that want icons on the buttons of dialogs."""

    def styleHint(self, hint: QStyle.StyleHint, *rest: object) -> int:
        wanted = hint == QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons
        return 1 if wanted else super().styleHint(hint, *rest)  # type: ignore[arg-type]


def test_buttons_of_dialogs_have_words_alone(qtbot: QtBot, qapp: QApplication) -> None:
    before = qapp.style().name()
    qapp.setStyle(WithIcons("Fusion"))
    try:
        dialog = QWidget()
        qtbot.addWidget(dialog)
        dialog.setStyleSheet(style_sheet(load_theme("light")))
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, dialog)
        dialog.show()
        assert [button.icon().isNull() for button in box.buttons()] == [True, True]
    finally:
        qapp.setStyle(before or "Fusion")
