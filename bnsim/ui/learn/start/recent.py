"""Files that were open lately, each with a small picture, and the other ways to begin."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from bnsim.plot.theme import Theme
from bnsim.spec.numerals import count
from bnsim.spec.places import is_there
from bnsim.ui.language import tr
from bnsim.ui.learn.start.buttons import Row, Way
from bnsim.ui.model import pictures
from bnsim.ui.model.pictures import Picture

MOST = 3
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
GONE = "not there any more"
NONE_YET = "Files that you open or save are shown here."
RECENT, OWN = "RECENT", "YOUR OWN"
OTHERS = (
    ("Blank", "file.new", "new", "one empty lane, to drop layers on"),
    ("From a data file…", "file.newFromData", "import-data", "CSV, NPZ or IDX, with and without BatchNorm"),
    ("Open…", "file.open", "open", "an experiment, a run, an exported figure"),
)
"""Other ways to begin: words, action, icon, and what comes then."""


class Recent(QFrame):
    """The files, newest first, and links below them to other ways to begin; these at length while there is no file."""

    opened = Signal(object)
    """The `Path` of a file to open."""
    action_asked = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "start")
        self._theme: Theme | None = None
        self.rows: list[Row] = []
        self._newest: Path | None = None
        self._heading = QLabel(tr(RECENT), self)
        self._heading.setProperty("role", "heading")
        self.ways: list[Way] = []
        self._none = QLabel(tr(NONE_YET), self)
        self._none.setProperty("role", "muted")
        self._none.setWordWrap(True)
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        links = QHBoxLayout()
        links.setSpacing(6)
        self.go_on = QPushButton(tr("Continue"), self)
        self.go_on.setObjectName("start.continue")
        self.go_on.setProperty("kind", "link")
        self.go_on.clicked.connect(self._go_on)
        links.addWidget(self.go_on)
        self._links: list[QPushButton] = []
        for words, action, icon, below in OTHERS:
            way = Way(f"start.way:{action}", icon, tr(words), tr(below), self)
            way.clicked.connect(partial(self._ask, action))
            self.ways.append(way)
            link = QPushButton(tr(words), self)
            link.setObjectName(f"start.{action}")
            link.setProperty("kind", "link")
            link.clicked.connect(partial(self._ask, action))
            links.addWidget(link)
            self._links.append(link)
        links.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 14)
        column.setSpacing(6)
        column.addWidget(self._heading)
        for way in self.ways:
            column.addWidget(way)
        column.addLayout(self._list)
        column.addStretch()
        column.addWidget(self._none)
        column.addLayout(links)

    def show_files(self, paths: list[Path], now: datetime) -> None:
        """Show the newest of these files."""
        for old in self.rows:
            self._list.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.rows = []
        for path in paths[:MOST]:
            gone = not is_there(path)
            picture = pictures.kept(path)
            below = tr(GONE) if gone else told(path, picture, now)
            row = Row(f"start.recent:{path.name}", path.stem, below, str(path), picture, self, gone=gone)
            row.clicked.connect(partial(self._open, path))
            if self._theme is not None:
                row.set_theme(self._theme)
            self._list.addWidget(row)
            self.rows.append(row)
        self._newest = next((path for path in paths if is_there(path)), None)
        self._heading.setText(tr(RECENT if self.rows else OWN))
        for part in (self._none, *self.ways):
            part.setVisible(not self.rows)
        for link in self._links:
            link.setVisible(bool(self.rows))
        self.go_on.setVisible(self._newest is not None)
        if self._newest is not None:
            self.go_on.setToolTip(tr("Open {}, as you left it").format(self._newest.name))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for row in (*self.rows, *self.ways):
            row.set_theme(theme)

    @Slot()
    def _go_on(self) -> None:
        if self._newest is not None:
            self.opened.emit(self._newest)

    def _ask(self, action: str, _checked: bool = False) -> None:
        self.action_asked.emit(action)

    def _open(self, path: Path, _checked: bool = False) -> None:
        self.opened.emit(path)


def told(path: Path, picture: Picture | None, now: datetime) -> str:
    """When it was used last, and how far it had run: "yesterday, iteration 300"."""
    try:
        changed = path.stat().st_mtime
    except OSError:
        return GONE
    at = max(changed, 0.0 if picture is None else picture.made_at)
    words = day(datetime.fromtimestamp(at), now)
    return words if picture is None or not picture.updates else f"{words}, {tr('iteration')} {count(picture.updates)}"


def day(then: datetime, now: datetime) -> str:
    """A day as one says it: today, yesterday, Tuesday, last week, or its date."""
    days = (now.date() - then.date()).days
    if days <= 0:
        return tr("today")
    if days == 1:
        return tr("yesterday")
    if days < 7:
        return tr(DAYS[then.weekday()])
    return tr("last week") if days < 14 else f"{then:%Y-%m-%d}"
