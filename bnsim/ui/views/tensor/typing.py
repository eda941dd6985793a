"""Typing another number over one of a parameter: the lane is forked with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from bnsim.lenses.tensor.lens import TensorSeen
from bnsim.plot.theme import Theme
from bnsim.spec.fork_changes import SetNumber
from bnsim.spec.numerals import significant
from bnsim.ui.views.tensor.cell_editor import CellEditor, why_fixed
from bnsim.ui.views.tensor.drawing import Element, TensorDrawing
from bnsim.ui.views.tensor.page import TensorPage


class CellTyping:
    """Opens a field over a cell of a page. `fork` is given what a fork does otherwise, and its name."""

    def __init__(
        self, page: TensorPage, refuse: Callable[[str], object], fork: Callable[[TensorSeen, SetNumber, str], object]
    ) -> None:
        self._page, self._refuse, self._fork = page, refuse, fork
        self.editor: CellEditor | None = None

    def begin(self, seen: TensorSeen | None, element: Element, text: str, theme: Theme) -> None:
        """Open the field over an element, with what was typed already; or say why that cannot be."""
        drawing = self._page.shown
        several = isinstance(drawing, TensorDrawing) and max(drawing.step()) > 1
        why = why_fixed(seen, element, several=several)
        if why:
            self._refuse(why)
            return
        assert seen is not None
        assert seen.values is not None
        place = element if len(seen.offer.shape) == 2 else element[1:]
        value = float(seen.values[element[0] - seen.corner[0], element[1] - seen.corner[1]])
        there, cell = self._over(element)
        cell.moveTo(there.mapTo(self._page, cell.topLeft()))
        self.editor = CellEditor(value, text, cell, theme, self._page, there)
        self.editor.entered.connect(lambda number: self._enter(seen, place, number))

    def _over(self, element: Element) -> tuple[QWidget, QRect]:
        drawing = self._page.shown
        if isinstance(drawing, TensorDrawing):
            return drawing, drawing.element_rect(element).toAlignedRect()
        table = self._page.table
        return table.viewport(), table.cell_rect(element)

    def _enter(self, seen: TensorSeen, place: tuple[int, ...], number: float) -> None:
        change = SetNumber(key=seen.key, index=place, value=number)
        where = ", ".join(map(str, place))
        self._fork(seen, change, f"{seen.offer.symbol}[{where}] = {significant(number)}")
