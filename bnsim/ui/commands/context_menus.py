"""The menus of the right mouse button and the menu key: on cards, lane titles and empty ground, and in the outline."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QColor, QKeySequence, QPixmap
from PySide6.QtWidgets import QMenu

from bnsim.session.arrays import GRADIENT, VALUE
from bnsim.spec import edits
from bnsim.spec.experiment import MAX_STACKS
from bnsim.spec.layers import Block, Repeat, Residual
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.commands.blocks import BlockCommands, block_around
from bnsim.ui.commands.lanes import LaneCommands
from bnsim.ui.commands.layers import LayerCommands
from bnsim.ui.model.fields import main_field

COLORS = ("Vermilion", "Blue", "Green", "Purple")
NAME = "canvas.menu"


class ContextMenus:
    """Makes them when they are asked for. `extend` adds to the menu of cards what others know to do with them."""

    def __init__(
        self,
        canvas: CanvasView,
        layers: LayerCommands,
        lanes: LaneCommands,
        blocks: BlockCommands,
        extend: Callable[[QMenu], None] | None = None,
    ) -> None:
        self._canvas = canvas
        self._layers = layers
        self._lanes = lanes
        self._blocks = blocks
        self._extend = extend

    def open(self, stack_id: int, where: QPoint) -> None:
        """The menu of that stack, or with 0 of the selected layers, at a point of the screen."""
        (self.lane_menu(stack_id) if stack_id else self.cards_menu()).popup(where)

    def cards_menu(self) -> QMenu:
        """For the selected layers, or for none."""
        view, layers = self._canvas, self._layers
        menu = _menu(view)
        chosen = edits.chosen_layers(view.document.experiment, view.selection.layer_ids)
        some = bool(chosen)
        keys = QKeySequence.StandardKey
        _add(menu, "Cu&t", layers.cut, some, keys.Cut)
        _add(menu, "&Copy", layers.copy, some, keys.Copy)
        _add(menu, "&Paste", layers.paste, True, keys.Paste)
        _add(menu, "D&uplicate", layers.duplicate, some, "Ctrl+D")
        _add(menu, "&Delete", layers.delete, some, keys.Delete)
        if some and self._extend is not None:
            menu.addSeparator()
            self._extend(menu)
        menu.addSeparator()
        _add(menu, "Group into &Residual", lambda: layers.group(Residual), some)
        _add(menu, "Group into R&epeat", lambda: layers.group(Repeat), some)
        _add(menu, "U&ngroup", layers.ungroup, any(isinstance(layer, Block) for layer in chosen))
        inside = some and bool(block_around(view.document.experiment, view.selection.current))
        _add(menu, "&Open or collapse block", self._blocks.open_or_collapse, inside, "Ctrl+E")
        menu.addSeparator()
        card = view.cards.cards.get(view.selection.current)
        field = main_field(type(view.document.experiment.layer(card.face.layer_id))) if card is not None else None
        _add(menu, f"Edit &{field.title.lower()}" if field else "Edit &in place", view.edit_selected, bool(field), "F2")
        _add(menu, "Select &all", layers.select_all, True, keys.SelectAll)
        menu.addSeparator()
        one = bool(view.selection.current)
        _add(menu, "Show &output", lambda: view.tensor_asked.emit(VALUE), one, "Alt+O")
        _add(menu, "Show gra&dient", lambda: view.tensor_asked.emit(GRADIENT), one, "Alt+G")
        menu.addSeparator()
        _add(menu, "Add &lane", self._lanes.add, len(view.document.experiment.stacks) < MAX_STACKS)
        return menu

    def lane_menu(self, stack_id: int) -> QMenu:
        """For one lane."""
        view, lanes = self._canvas, self._lanes
        menu = _menu(view)
        experiment = view.document.experiment
        stack = experiment.stack(stack_id)
        number, count = experiment.stacks.index(stack), len(experiment.stacks)
        _add(menu, "Re&name…", lambda: view.rename_lane(stack_id))
        colors = menu.addMenu("&Color")
        colors.setObjectName(f"{NAME}.color")
        for index, name in enumerate(COLORS):
            action = _add(colors, name, lambda color=index + 1: lanes.recolor(stack_id, color))  # type: ignore[misc]
            mark = QPixmap(12, 12)
            mark.fill(QColor(view.card_style.theme.color(f"lane{index}")))
            action.setIcon(mark)
            action.setCheckable(True)
            action.setChecked(index == stack.lane_color(number))
        _add(colors, "By its place", lambda: lanes.recolor(stack_id, 0), stack.color != 0)
        _add(menu, "&Show" if stack.hidden else "&Hide", lambda: lanes.hide_or_show(stack_id))
        menu.addSeparator()
        _add(menu, "Move &up", lambda: lanes.move(stack_id, -1), number > 0)
        _add(menu, "Move do&wn", lambda: lanes.move(stack_id, 1), number < count - 1)
        menu.addSeparator()
        _add(menu, "&Duplicate lane", lambda: lanes.duplicate(stack_id), count < MAX_STACKS)
        _add(menu, "&Add lane", lanes.add, count < MAX_STACKS)
        _add(menu, "&Remove lane", lambda: lanes.remove(stack_id))
        return menu


def _menu(view: CanvasView) -> QMenu:
    menu = QMenu(view)
    menu.setObjectName(NAME)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def _add(
    menu: QMenu,
    text: str,
    call: Callable[[], None],
    enabled: bool = True,
    key: QKeySequence.StandardKey | str | None = None,
) -> QAction:
    action = menu.addAction(text)
    action.setObjectName(f"{NAME}.{text.replace('&', '').rstrip('…').replace(' ', '')}")
    action.setEnabled(enabled)
    if key is not None:
        # Only said here: the keys belong to the window, and to the canvas while it has the focus.
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.triggered.connect(lambda _checked=False: call())
    return action
