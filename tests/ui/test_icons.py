"""Icons are sharp on every screen the app can be moved to."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from bnsim.plot.theme import Theme, load_theme, screen_theme
from bnsim.ui.theme import icons
from bnsim.ui.theme.style import appearance, style_sheet


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0, 3.0])
def test_an_icon_has_the_pixels_of_the_sharpest_screen(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, scale: float
) -> None:
    screens = [SimpleNamespace(devicePixelRatio=lambda: scale)]
    monkeypatch.setattr(icons, "QGuiApplication", SimpleNamespace(screens=lambda: screens))
    theme = load_theme("light")
    side = round(theme.size("icon"))
    shown = icons.icon("restore", theme).pixmap(QSize(side, side), scale)
    assert shown.width() == round(scale * side)


def test_a_new_screen_has_the_icons_drawn_anew(qapp: QApplication) -> None:
    told: list[Theme] = []
    shared = appearance()
    shared.changed.connect(told.append)
    qapp.screenAdded.emit(qapp.primaryScreen())
    shared.changed.disconnect(told.append)
    assert told == [shared.theme]


@pytest.mark.parametrize("text", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("projected", [False, True])
def test_buttons_show_their_icons_at_every_size_of_text(qtbot: QtBot, text: float, projected: bool) -> None:
    theme = screen_theme("light", text=text, projected=projected)
    button = QPushButton()
    qtbot.addWidget(button)
    button.setStyleSheet(style_sheet(theme))
    button.ensurePolished()
    assert abs(button.iconSize().height() - theme.size("icon-button")) <= 0.5


def test_a_menu_shows_which_of_its_entries_with_icons_is_chosen(qtbot: QtBot) -> None:
    theme = load_theme("light")
    menu = QMenu()
    qtbot.addWidget(menu)
    menu.setStyleSheet(style_sheet(theme))
    entry = menu.addAction(icons.icon("undo", theme), "Light")
    entry.setCheckable(True)
    pictures = []
    for is_chosen in (False, True):
        entry.setChecked(is_chosen)
        pictures.append(menu.grab().toImage())
    accent = theme.color("accent")
    framed = [
        any(each.pixelColor(x, y).name() == accent for x in range(each.width()) for y in range(each.height()))
        for each in pictures
    ]
    assert framed == [False, True]
