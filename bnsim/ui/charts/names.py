"""The names of lines and rules in a plot: each beside its line, or in the key where it has no place there."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QElapsedTimer, QObject, QPointF, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QFontMetricsF, QPainter

from bnsim.plot.figure import Figure
from bnsim.plot.marks import Rule, Series
from bnsim.plot.theme import Theme
from bnsim.ui.charts import items, labels, name_key, quick, scale
from bnsim.ui.theme.style import color, font

LONGEST_NAME = 0.55
"""How much of the plot's width the name of a line takes at most."""
SHORT_NAME = 12
"""Names of at most so many of their heights are not shortened."""
NO_ROOM: labels.Size = (0.0, 0.0)
LABEL_MS = 200
FAST_LABEL_MS = 500
"""Milliseconds between two searches for the best places of names: at rest or in steps, and while figures come fast."""
LOST_LABEL_MS = 100
"""The same where a name has no place of its own any more."""
PLACING_SHARE = 0.05
"""The search takes at most this share of the window's time while figures come fast."""


def _shortened(name: str, room: float, metrics: QFontMetricsF) -> str:
    """The name of a line in a plot `room` pixels wide; what is left out of a long one ends in "…"."""
    short = SHORT_NAME * metrics.height()
    if metrics.horizontalAdvance(name) <= short:
        return name
    return metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(LONGEST_NAME * room, min(room - 4, short)))


class Names(QObject):
    """Writes the names of one plot's figure. They go along with their lines at each change; better places for them are
    looked for several times a second at most.

    While figures come fast, what is to be painted are its `words`. `repaint` is called when what lies over the plot,
    words and key, is another one.
    """

    def __init__(self, plot: pg.PlotItem, repaint: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._view = plot.vb
        self._repaint = repaint
        self._figure: Figure | None = None
        self._theme: Theme | None = None
        self._smooth = True
        self._items = items.Items(plot)
        self._choices: dict[str, int] = {}
        self.words: list[quick.Words] = []
        self._keyed: frozenset[str] = frozenset()
        """Names of lines that stand in the key of names, since there is no place beside their lines."""
        self._bare = False
        """Rules are without their names, which leave the lines' no place."""
        self.key: name_key.NameKey | None = None
        self._timer = QTimer(self, singleShot=True, interval=LABEL_MS)
        self._timer.timeout.connect(self.place_now)
        self._placed_at = QElapsedTimer()
        self._placed_at.start()
        self._placing_took = 0.0
        """Milliseconds that it took to find places for the names the last time."""

    def set_theme(self, theme: Theme) -> None:
        """Write all names anew, once the figure is shown again."""
        self._theme = theme
        self._items.clear()
        self.words = []

    def show_figure(self, figure: Figure, *, fast: bool) -> None:
        """Name the lines of a figure that has been drawn; `fast`: of one of many a second."""
        self._figure = figure
        if self._smooth == fast:
            self._smooth = not fast
            self._items.set_visible(self._smooth)
            self.place_now()
        else:
            self.place_soon()

    def forget(self) -> None:
        """Have no figure; with the next one places are looked for anew."""
        self.stop()
        self._figure = None
        self._items.clear()
        self.words = []
        self._choices = {}
        self._keyed, self.key, self._bare = frozenset(), None, False

    def stop(self) -> None:
        """Look for no better places any more until something changes."""
        self._timer.stop()

    def paint_key(self, painter: QPainter, area: QRectF) -> None:
        """Paint the key, if there is one, in the pixels of which the plot's area is this."""
        if self.key is not None and self._theme is not None:
            name_key.paint(painter, self.key, self._theme, area)

    def place_soon(self) -> None:
        """Have the names go along with their lines, and look for better places if it is time, else at rest."""
        least = LABEL_MS if self._smooth else max(FAST_LABEL_MS, self._placing_took / PLACING_SHARE)
        if self._placed_at.elapsed() >= least:
            self.place_now()
        else:
            whole = self._place_labels(labels.follow)
            if whole or self._placed_at.elapsed() < max(LOST_LABEL_MS, self._placing_took / PLACING_SHARE):
                self._timer.start()
            else:
                self.place_now()

    @Slot()
    def place_now(self) -> None:
        """Place the names at once, before a picture is taken."""
        self._timer.stop()
        self._placed_at.restart()
        self._place_labels(labels.place)
        self._placing_took = self._placed_at.nsecsElapsed() / 1e6
        self._placed_at.restart()

    def _place_labels(self, find: Callable[..., list[labels.Placed | None]]) -> bool:
        """Write the names of lines and rules where `find` says, in pixels of the plot's area; False if not all.

        One that would be taken for another line's is left out, and stands in the key once places are searched for.
        """
        figure, theme = self._figure, self._theme
        if figure is None or theme is None:
            return True
        area = self._view.rect()
        metrics = QFontMetricsF(font(theme, "label", bold=True))
        small = QFontMetricsF(font(theme, "tick"))
        # Hundreds of thin lines are everywhere; names stay off single ones.
        drawn = [series for series in figure.lines if series.weight != "thin" or series.line != "solid"]
        order: list[Series | Rule] = [*sorted(drawn, key=lambda series: not series.label)]
        order += [rule for rule in figure.rules if rule.label]
        lines = [self.pixels_of(mark) for mark in order]
        shapes = [small if isinstance(mark, Rule) else metrics for mark in order]
        words = [
            mark.label if isinstance(mark, Rule) else _shortened(mark.label, area.width(), metrics) for mark in order
        ]
        names = [f"rule {mark.y}" if isinstance(mark, Rule) else mark.name for mark in order]
        if find is labels.place:
            # While figures come fast a name that has gone into the key stays there: it would come and go.
            self._keyed = frozenset() if self._smooth else self._keyed & set(names)
        # As they are painted, with a pixel of the background all around. What is in the key takes no room, but others
        # must not be taken for it.
        whole: list[labels.Size | None] = [
            None
            if not text
            else NO_ROOM
            if name in self._keyed
            else (shape.horizontalAdvance(text) + 4, shape.height() + 2)
            for name, text, shape in zip(names, words, shapes, strict=True)
        ]
        bare = [None if isinstance(mark, Rule) else size for mark, size in zip(order, whole, strict=True)]
        if find is labels.place:
            self._bare = False
        sizes = bare if self._bare else whole
        kept = self._found(find, names, lines, sizes, next_to=self._bare)
        if find is labels.place and bare != whole and self._lost(names, sizes, kept):
            # A name may lie on a rule that has none itself.
            without = self._found(find, names, lines, bare, next_to=True)
            if self._lost(names, bare, without) < self._lost(names, bare, kept):
                sizes, kept, self._bare = bare, without, True
        if find is labels.place:
            kept = self._fill_key(names, order, lines, sizes, kept)
        self._show_names(names, [(text, mark.role) for text, mark in zip(words, order, strict=True)], kept, theme)
        return not self._lost(names, sizes, kept)

    def _found(
        self,
        find: Callable[..., list[labels.Placed | None]],
        names: list[str],
        lines: list[labels.Points],
        sizes: list[labels.Size | None],
        *,
        next_to: bool,
    ) -> list[labels.Placed | None]:
        """Where `find` says that names of these sizes stand; None for one in the key, and one without its own place.

        `next_to`: only what is right beside its line.
        """
        area = self._view.rect()
        found = find(lines, sizes, area.width(), area.height(), [self._choices.get(name) for name in names])
        self._choices.update({name: spot.choice for name, spot in zip(names, found, strict=True) if spot is not None})
        own = labels.own_places(found, lines, sizes, area.width(), area.height())
        return [
            None if name in self._keyed or (next_to and spot is not None and not labels.is_next_to(spot)) else spot
            for name, spot in zip(names, own, strict=True)
        ]

    def _lost(self, names: list[str], sizes: list[labels.Size | None], kept: list[labels.Placed | None]) -> int:
        """How many names that have a size stand nowhere."""
        every = zip(names, sizes, kept, strict=True)
        return sum(spot is None and size is not None and name not in self._keyed for name, size, spot in every)

    def _fill_key(
        self,
        names: list[str],
        marks: list[Series | Rule],
        lines: list[labels.Points],
        sizes: list[labels.Size | None],
        kept: list[labels.Placed | None],
    ) -> list[labels.Placed | None]:
        """Put the names of lines that have no place of their own into the key, and that where it covers least.

        Where it has no free place beside the other names, those of all lines are in it, so that none is below it; and
        where it has none either, without those of an earlier moment.
        Returns the places of the names that stay beside their lines. A rule's is left out: what the rule stands for is
        seen in a larger panel.
        """
        missing = {name for name, size, spot in zip(names, sizes, kept, strict=True) if size and spot is None}
        # A line that is out of view needs no name.
        self._keyed |= {name for name, line in zip(names, lines, strict=True) if name in missing and self._seen(line)}
        told = {mark.label for name, mark in zip(names, marks, strict=True) if name in self._keyed}
        # One entry has all lines of its name.
        self._keyed |= {name for name, mark in zip(names, marks, strict=True) if mark.label and mark.label in told}
        kept = [None if name in self._keyed else spot for name, spot in zip(names, kept, strict=True)]
        boxes = {
            name: QRectF(spot.x, spot.y, *size)
            for name, spot, size in zip(names, kept, sizes, strict=True)
            if spot and size is not None
        }
        made = self._key_of(self._keyed, names, marks, lines, list(boxes.values()))
        if made is not None and made.covers and self._smooth:  # while figures come fast, they would stay in it
            rules = {name for name, mark in zip(names, marks, strict=True) if isinstance(mark, Rule)}
            past = {name for name, mark in zip(names, marks, strict=True) if isinstance(mark, Series) and mark.ghost}
            every = self._keyed | boxes.keys() - rules
            beside = [boxes[name] for name in boxes.keys() & rules]
            # What is pale is told in the panel's corner, too.
            best = made
            for keyed in (every, every - past):
                told = {mark.label for name, mark in zip(names, marks, strict=True) if name in keyed - rules}
                tried = self._key_of(keyed, names, marks, lines, beside)
                if tried is not None and len(tried.entries) == len(told) and tried.covers < best.covers:
                    best = tried
            if best is not made:
                made, self._keyed = best, every
                kept = [None if name in every else spot for name, spot in zip(names, kept, strict=True)]
        self.key = made
        self._repaint()
        return kept

    def _key_of(
        self,
        keyed: Set[str],
        names: list[str],
        marks: list[Series | Rule],
        lines: list[labels.Points],
        boxes: list[QRectF],
    ) -> name_key.NameKey | None:
        """The key of the names `keyed`, where it covers the least of the lines and of the names in `boxes`."""
        assert self._theme is not None
        area = self._view.rect()
        named = [
            (mark.label, mark)
            for name, mark in zip(names, marks, strict=True)
            if name in keyed and isinstance(mark, Series)
        ]
        made = name_key.arranged(named, self._theme, area.width(), area.height())
        return name_key.placed(made, lines, boxes, area.width(), area.height()) if made else None

    def _seen(self, line: labels.Points) -> bool:
        area = self._view.rect()
        dense = labels.densely(line, area.width())
        return bool(((dense >= (0, 0)) & (dense <= (area.width(), area.height()))).all(axis=1).any())

    def pixels_of(self, mark: Series | Rule) -> labels.Points:
        """A line of the figure in pixels of the plot's area, without the cost of a call for each point."""
        assert self._figure is not None
        (x_low, x_high), (y_low, y_high) = self._view.viewRange()
        area = self._view.rect()
        y = scale.position(np.atleast_1d(mark.y), self._figure.y.scale)
        down = (y_high - y) / (y_high - y_low) * area.height()
        if isinstance(mark, Rule):
            return np.column_stack(([0.0, area.width()], np.repeat(down, 2)))
        x = scale.position(mark.x, self._figure.x.scale)
        return np.column_stack(((x - x_low) / (x_high - x_low) * area.width(), down))

    def _show_names(
        self, names: list[str], texts: list[tuple[str, str]], placed: list[labels.Placed | None], theme: Theme
    ) -> None:
        self.words = []
        if self._smooth:
            self._items.begin()
        for name, (text, role), spot in zip(names, texts, placed, strict=True):
            if spot is None:
                continue
            if self._smooth:
                self._write(name, text, role, spot)
            else:
                shape = font(theme, "tick") if name.startswith("rule") else font(theme, "label", bold=True)
                self.words.append(quick.words(text, role, shape, theme, spot))
        if self._smooth:
            self._items.finish()
        else:
            self._repaint()

    def _write(self, name: str, text: str, role: str, spot: labels.Placed) -> None:
        assert self._theme is not None
        theme = self._theme

        def make() -> Any:
            behind = color(theme, "plot-background", 0.72)
            item = pg.TextItem(text, color=theme.text_color(role), anchor=(0, 0), fill=behind)
            item.setFont(font(theme, "tick") if name.startswith("rule") else font(theme, "label", bold=True))
            # Typesetting anew at each paint would cost as much as drawing all lines.
            item.textItem.setCacheMode(item.textItem.CacheMode.DeviceCoordinateCache)
            item.textItem.document().setDocumentMargin(1)
            item.updateTextPos()
            return item

        item = self._items.item((name, text), make, items.FRONT)
        item.setPos(self._view.mapToView(QPointF(spot.x, spot.y)))
