"""The window that the audience sees: canvas, explanation and one panel of a lecturer's window, as large as they get."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QCursor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QScreen
from PySide6.QtWidgets import QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.stage.cover import Cover
from bnsim.ui.stage.mirror import Mirror
from bnsim.ui.theme.style import color

REFRESH_MS = 60
"""Least milliseconds between two pictures."""
OPENING_MS = 2000
"""Within which a window manager gives a new window the keyboard; later it is a person who does."""
GAP = 8
LEFT = (0.55, 0.7)
"""The share of the width for canvas and panel where there is an explanation beside them, at least and at most."""
LEAST = (960, 540)
PART = 0.75
"""Of the lecturer's screen, where the audience has none of its own."""


class AudienceWindow(QWidget):
    """Looks at the lecturer's window, and is drawn anew whenever something of that is.

    `sources` gives the canvas, the explanation and the panel to show at present, None for what there is none of;
    `card` the middle of the card at work, in pixels of the canvas.
    """

    closed = Signal()

    def __init__(
        self,
        window: QWidget,
        sources: Callable[[], tuple[QWidget | None, ...]],
        card: Callable[[], QPointF | None] = lambda: None,
    ) -> None:
        super().__init__(window, Qt.WindowType.Window)
        self.setObjectName("audience")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setWindowTitle(tr("bnsim: what the audience sees"))
        self.setMinimumSize(*LEAST)
        self._theme: Theme | None = None
        self._window, self._sources = window, sources
        self.canvas = Mirror("canvas", self, card)
        self.explanation, self.panel = Mirror("explanation", self, on_top=True), Mirror("panel", self)
        self.mirrors = (self.canvas, self.explanation, self.panel)
        self.cover = Cover(self, self._pointer)
        self._timer = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self._gives_focus_back = False
        """Whether the focus that a window manager gives this one goes back: once, just after it opens."""
        window.installEventFilter(self)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_on(self, screen: QScreen | None) -> None:
        """Fill that screen; None: be a window that can be dragged to wherever the audience sees it.

        The keyboard stays with the lecturer's window.
        """
        self._gives_focus_back = True
        QTimer.singleShot(OPENING_MS, self, self._keep_focus)
        if screen is None:
            self.showNormal()
            room = self._window.screen().availableGeometry()
            place = QRect(QPoint(), (room.size() * PART).boundedTo(QSize(1280, 720)).expandedTo(self.minimumSize()))
            place.moveBottomRight(room.bottomRight())  # where it was may be on no screen any more
            self.setGeometry(place)
        else:
            self.setGeometry(screen.geometry())
            self.showFullScreen()
        self.refresh()

    def refresh(self) -> None:
        """Look at what there is to show now, and draw it."""
        for mirror, source in zip(self.mirrors, self._sources(), strict=True):
            if mirror.source is not source:
                mirror.show_source(source)
        self._share()
        for mirror in self.mirrors:
            mirror.refresh()

    def _share(self) -> None:
        """Give canvas, explanation and panel their places."""
        room = self.rect()  # to the edges, lest anything be drawn smaller than in a window of the same size
        left = room
        if self.explanation.source is not None:
            # As wide as makes both equally large.
            own, beside = self.canvas.aspect().width(), self.explanation.aspect().width()
            share = own / (own + beside) if own + beside else LEFT[0]
            wide = round(min(max(share, LEFT[0]), LEFT[1]) * room.width())
            left = QRect(room.left(), room.top(), wide, room.height())
            self.explanation.setGeometry(room.adjusted(wide, 0, 0, 0))
        size = self.canvas.aspect()
        height = left.height()
        if self.panel.source is not None and not size.isEmpty():
            wanted = round(left.width() * size.height() / size.width())
            beside = self.panel.aspect().height() + GAP  # a figure is not cut if it can be whole
            height = min(max(wanted, round(0.4 * left.height())), round(0.6 * left.height()), left.height() - beside)
            height = max(height, round(0.4 * left.height()))
            self.panel.setGeometry(left.adjusted(0, height + GAP, 0, 0))
        self.canvas.setGeometry(left.x(), left.y(), left.width(), height)

    def _keep_focus(self) -> None:
        self._gives_focus_back = False

    def _pointer(self) -> QPointF | None:
        """Where the lecturer's pointer is in this picture; None where it is on nothing of it."""
        at = QCursor.pos()
        for mirror in self.mirrors:
            if not mirror.isHidden() and (found := mirror.reflected(at)) is not None:
                return QPointF(mirror.pos()) + found
        return None

    # Events

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and self._gives_focus_back:
            self._keep_focus()
            # Not at once: the window manager is not done with giving it.
            QTimer.singleShot(0, self._window, self._window.activateWindow)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._keep_focus()
        super().mousePressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A window is asked to update itself whenever anything in it is.
        if event.type() in (QEvent.Type.UpdateRequest, QEvent.Type.Resize) and not self._timer.isActive():
            self._timer.start()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()
        if not self._timer.isActive():
            self._timer.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            QCoreApplication.sendEvent(self._window, event)  # it ends what it ends there
        elif event.key() == Qt.Key.Key_F11:
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is not None:
            with QPainter(self) as painter:
                painter.fillRect(self.rect(), color(self._theme, "window"))

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self._timer.stop()
        self.cover.clear()
        self._window.removeEventFilter(self)
        self.closed.emit()
