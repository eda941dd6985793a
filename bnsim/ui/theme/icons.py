"""Icons: the SVG files in resources/icons, tinted with a color of the theme.

Every file draws in black; black is replaced by the wanted color before rendering. `bnsim.svg`, the app's own,
keeps its colors.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from bnsim.plot.theme import Theme
from bnsim.spec.resources import resource

INK = "#000000"


@cache
def _source(name: str) -> str:
    return resource(f"icons/{name}.svg").read_text(encoding="utf-8")


def pixmap(name: str, color: str, size: int, scale: float = 1.0) -> QPixmap:
    """The icon at `size` logical pixels for a screen of that device pixel ratio."""
    renderer = QSvgRenderer(QByteArray(_source(name).replace(INK, color).encode()))
    picture = QPixmap(round(size * scale), round(size * scale))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, picture.width(), picture.height()))
    painter.end()
    picture.setDevicePixelRatio(scale)
    return picture


def icon(name: str, theme: Theme, color: str = "text") -> QIcon:
    """The icon in a color of the theme, paler where it is disabled."""
    scales = tuple(sorted({1.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}))
    return _tinted(name, theme.color(color), theme.color("text-disabled"), round(theme.size("icon")), scales)


@cache
def _tinted(name: str, color: str, disabled: str, size: int, scales: tuple[float, ...]) -> QIcon:
    """An icon in a color and a disabled color; cached, since a window uses most icons several times."""
    made = QIcon()
    for scale in scales:
        made.addPixmap(pixmap(name, color, size, scale), QIcon.Mode.Normal)
        made.addPixmap(pixmap(name, disabled, size, scale), QIcon.Mode.Disabled)
    return made


def app_icon() -> QIcon:
    """The icon of the app and its windows."""
    made = QIcon()
    for size in (16, 32, 48, 64, 128, 256):
        made.addPixmap(pixmap("bnsim", INK, size))
    return made
