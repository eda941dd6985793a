"""The panels of a window as a `Layout`: reads how they are arranged, and arranges them so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QObject, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QMainWindow, QTabBar

from bnsim.spec.layout import WHOLE, Area, Layout, Panel, Place
from bnsim.ui.panels.cuts import Node, Split, Tabs, cut, leaves, tabs_of
from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.window.panel_height import PanelHeight
from bnsim.ui.window.side_dock import SideDock

AREAS: Mapping[Area, Qt.DockWidgetArea] = MappingProxyType(
    {
        "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
        "right": Qt.DockWidgetArea.RightDockWidgetArea,
        "left": Qt.DockWidgetArea.LeftDockWidgetArea,
        "top": Qt.DockWidgetArea.TopDockWidgetArea,
    }
)
LEAST = 170
"""Pixels that a panel needs either way."""
CANVAS = 320
"""Pixels kept for canvas and bars, either way, before panels are put beside or below each other."""
SIDE = 240
"""Pixels of the width that are kept for the dock at the left, below which no panels are."""
SHARED = 0.8
"""The most of the window that one area gets."""


class _Group(NamedTuple):
    """Docks at one place, which their tabs belong to, and the one in front."""

    front: PanelDock
    docks: list[PanelDock]
    place: QRect


class PanelLayout(QObject):
    """Knows the docks of one window. `busy` while it moves them: what is visible then means nothing."""

    arranged = Signal()
    """All panels are in their places."""

    def __init__(self, window: QMainWindow, docks: Sequence[PanelDock], height: PanelHeight) -> None:
        super().__init__(window)
        self._window = window
        self._docks = {dock.name: dock for dock in docks}
        self._height = height
        self._trees: dict[Area, Node] = {}
        self._last = Layout()
        self._wanted: Layout | None = None
        self._sides: list[tuple[SideDock, int]] = []
        """The docks at the sides with their widths, which those of panels must not change."""
        self._strange: tuple[Panel, ...] = ()
        """Panels of the document whose figures this app does not have."""
        self.linked = True
        self.busy = self._unsettled = False

    def kept(self) -> Layout | None:
        """What a document is saved with: how the panels are arranged, None where the window was never shown."""
        return self.read() if self._window.isVisible() else self._wanted

    def read(self) -> Layout:
        """How the panels are arranged now; what was asked for last while the window is not shown."""
        if not self._window.isVisible():
            return self._last
        panels = [panel for area in AREAS for panel in self._docked(area)]
        panels += [self._panel(dock, "floating", self._on_screen(dock)) for dock in self._open() if dock.isFloating()]
        shares = {area: self._share(area) for area in AREAS}
        return Layout(panels=(*panels, *self._strange), linked=self.linked, **shares)

    def arrange(self, layout: Layout) -> tuple[str, ...]:
        """Arrange the panels so; returns the names of figures that there are none of."""
        known = [panel for panel in layout.panels if panel.figure in self._docks]
        self._strange = tuple(panel for panel in layout.panels if panel.figure not in self._docks)
        self._last = self._wanted = layout
        self.linked = layout.linked
        self.busy = True
        self._sides = [(dock, dock.width()) for dock in self._window.findChildren(SideDock) if dock.isVisible()]
        try:
            self._take_all_out()
            for panel in known:
                self._docks[panel.figure].panel.choose(panel.layer, panel.every, panel.options)
            self._trees = {}
            for area in AREAS:
                node = cut(tabs_of(panel for panel in known if panel.area == area), *self._room(area))
                if node is not None:
                    self._trees[area] = node
                    self._put(area, node)
            self._float([panel for panel in known if panel.area == "floating"])
            self._close_rest({panel.figure for panel in known})
        finally:
            self.busy = False
        self._unsettled = not self._window.isVisible()
        self._height.start_anew(layout.bottom)
        self._resize()
        QTimer.singleShot(0, self, self._settle)  # Qt has laid all docks out by then
        self.arranged.emit()
        return tuple(panel.figure for panel in self._strange)

    def with_choices(self, layout: Layout) -> Layout:
        """The layout with what is chosen now of each figure in it."""
        made = {panel.figure: self._docks[panel.figure] for panel in layout.panels if panel.figure in self._docks}
        panels = tuple(
            self._panel(made[each.figure], each.area, each.at, front=each.front)
            if each.figure in made and made[each.figure].made
            else each
            for each in layout.panels
        )
        return replace(layout, panels=panels, linked=self.linked)

    def forget(self) -> None:
        """The docks have been put elsewhere."""
        self._trees = {}

    def window_shown(self) -> None:
        """Give panels that were arranged before the window was shown their sizes in it."""
        if self._unsettled:
            self._unsettled = False
            QTimer.singleShot(0, self, self._settle)

    # Reading

    def _open(self) -> list[PanelDock]:
        return [dock for dock in self._docks.values() if not dock.isHidden()]

    def _in_area(self, area: Area) -> list[PanelDock]:
        window = self._window
        return [dock for dock in self._open() if not dock.isFloating() and window.dockWidgetArea(dock) == AREAS[area]]

    def _docked(self, area: Area) -> Iterator[Panel]:
        groups = self._groups(area)
        whole = _around(groups)
        for group in groups:
            at = _share_of(group.place, whole)
            for dock in group.docks:
                yield self._panel(dock, area, at, front=len(group.docks) > 1 and dock is group.front)

    def _groups(self, area: Area) -> list[_Group]:
        """The docks of an area by place, in the order of their tabs."""
        docks = {dock.title: dock for dock in self._in_area(area)}
        found = []
        for bar in self._window.findChildren(QTabBar):
            titles = [bar.tabText(index) for index in range(bar.count())]
            group = [docks[title] for title in titles if title in docks]
            front = next((dock for dock in group if dock.seen), None)
            if len(group) > 1 and front is not None and _is_below(bar, front.geometry()):
                found.append(_Group(front, group, front.geometry().united(bar.geometry())))
                docks = {title: dock for title, dock in docks.items() if dock not in group}
        found += [_Group(dock, [dock], dock.geometry()) for dock in docks.values() if dock.seen]
        return found

    def _share(self, area: Area) -> float:
        whole, window = _around(self._groups(area)), self._window
        if whole.isEmpty():
            return 0.0
        upright = area in ("bottom", "top")
        share = whole.height() / window.height() if upright else whole.width() / window.width()
        return round(min(max(share, 0.0), 1.0), 3)

    def _on_screen(self, dock: PanelDock) -> Place:
        return _share_of(dock.geometry(), dock.screen().availableGeometry())

    @staticmethod
    def _panel(dock: PanelDock, area: Area, at: Place, *, front: bool = False) -> Panel:
        panel = dock.panel
        return Panel(
            figure=dock.name,
            area=area,
            at=at,
            front=front,
            layer=panel.layer,
            every=panel.every,
            options=dict(panel.options),
        )

    # Arranging

    def _take_all_out(self) -> None:
        for dock in self._docks.values():
            if dock.isFloating():
                dock.setFloating(False)
            self._window.removeDockWidget(dock)

    def _room(self, area: Area) -> tuple[int, int]:
        """How many panels fit side by side, and one below the other."""
        size = self._window.size()
        if area in ("bottom", "top"):
            return max(1, (size.width() - SIDE) // LEAST), max(1, (size.height() - CANVAS) // LEAST)
        return max(1, (size.width() - 2 * CANVAS) // LEAST), max(1, (size.height() - CANVAS // 2) // LEAST)

    def _put(self, area: Area, node: Node) -> None:
        first = self._first(node)
        self._window.addDockWidget(AREAS[area], first)
        first.show()
        self._divide(node)
        for group in leaves(node):
            dock = self._docks[group.names[0]]
            for name in group.names[1:]:
                other = self._docks[name]
                self._window.tabifyDockWidget(dock, other)
                other.show()
                dock = other

    def _divide(self, node: Node) -> None:
        """Put the parts of a split beside its first dock, which is in its place; outer splits come first."""
        if isinstance(node, Tabs):
            return
        way = Qt.Orientation.Horizontal if node.side_by_side else Qt.Orientation.Vertical
        docks = [self._first(part) for part in node.parts]
        for before, dock in pairwise(docks):
            self._window.splitDockWidget(before, dock, way)
            dock.show()
        for part in node.parts:
            self._divide(part)

    def _first(self, node: Node) -> PanelDock:
        return self._docks[next(leaves(node)).names[0]]

    def _float(self, panels: Sequence[Panel]) -> None:
        for panel in panels:
            dock = self._docks[panel.figure]
            self._window.addDockWidget(AREAS["bottom"], dock)
            dock.show()
            room = self._window.screen().availableGeometry()
            dock.float_at(_part_of(panel.at, room))

    def _close_rest(self, names: set[str]) -> None:
        """Keep a place for those that are closed: they open as tabs of the last panel below."""
        below = (
            [self._docks[name] for group in leaves(self._trees["bottom"]) for name in group.names]
            if ("bottom" in self._trees)
            else []
        )
        for dock in self._docks.values():
            if dock.name not in names:
                self._window.addDockWidget(AREAS["bottom"], dock)
                dock.hide()
                if below:
                    self._window.tabifyDockWidget(below[-1], dock)
        self._raise_fronts()

    def _raise_fronts(self) -> None:
        """Bring tabs to the front; those of a window that is not shown yet do not come."""
        for group in (group for node in self._trees.values() for group in leaves(node)):
            if len(group.names) > 1:
                self._docks[group.front].raise_()

    @Slot()
    def _settle(self) -> None:
        self._raise_fronts()
        self._resize()
        self.arranged.emit()

    def _resize(self) -> None:
        """Give areas and splits their shares of the window as it is now."""
        window, layout = self._window.size(), self._last
        for area, node in self._trees.items():
            upright = area in ("bottom", "top")
            share = min(float(getattr(layout, area)), SHARED)
            length = round(share * (window.height() if upright else window.width()))
            if length and area != "bottom":
                way = Qt.Orientation.Vertical if upright else Qt.Orientation.Horizontal
                self._window.resizeDocks([self._first(node)], [length], way)
            whole = _around(self._groups(area)).size()
            self._share_out(node, whole.width(), whole.height())
        docks = [dock for dock, _ in self._sides]
        self._window.resizeDocks(docks, [width for _, width in self._sides], Qt.Orientation.Horizontal)
        self._height.fit_now()

    def _share_out(self, node: Node, width: int, height: int) -> None:
        """Give the parts of a split in so many pixels theirs."""
        if isinstance(node, Split):
            way = Qt.Orientation.Horizontal if node.side_by_side else Qt.Orientation.Vertical
            docks = [self._front(part) for part in node.parts]
            length = width if node.side_by_side else height
            pixels = [max(1, round(share * length)) for share in node.shares]
            self._window.resizeDocks(docks, pixels, way)
            for part, own in zip(node.parts, pixels, strict=True):
                self._share_out(part, *((own, height) if node.side_by_side else (width, own)))

    def _front(self, node: Node) -> PanelDock:
        return self._docks[next(leaves(node)).front]


def _is_below(bar: QTabBar, dock: QRect) -> bool:
    """Whether a bar of tabs is that of a dock: Qt leaves others standing in the window."""
    at = bar.geometry()
    beside = at.left() < dock.right() and dock.left() < at.right()
    return bar.isVisible() and beside and abs(at.top() - dock.bottom()) < at.height()


def _around(groups: Sequence[_Group]) -> QRect:
    whole = QRect()
    for group in groups:
        whole = whole.united(group.place)
    return whole


def _share_of(part: QRect, whole: QRect) -> Place:
    if whole.isEmpty():
        return WHOLE
    left, width = (part.left() - whole.left()) / whole.width(), part.width() / whole.width()
    top, height = (part.top() - whole.top()) / whole.height(), part.height() / whole.height()
    left, top, width, height = (round(min(max(share, 0.0), 1.0), 3) for share in (left, top, width, height))
    return left, top, width, height


def _part_of(at: Place, whole: QRect) -> QRect:
    left, top, width, height = at
    return QRect(
        round(whole.left() + left * whole.width()),
        round(whole.top() + top * whole.height()),
        round(width * whole.width()),
        round(height * whole.height()),
    )
