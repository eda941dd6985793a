"""The menus of the right mouse button and the menu key: on cards, on a lane's title, on empty ground."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QColor, QKeySequence, QPixmap
from PySide6.QtWidgets import QMenu

from bnsim.session.arrays import GRADIENT, VALUE
from bnsim.spec.experiment import MAX_STACKS
from bnsim.spec.layers import Block, Repeat, Residual
from bnsim.ui.canvas.items.lane_titles import lane_at
from bnsim.ui.model.fields import main_field

if TYPE_CHECKING:
    from bnsim.ui.canvas.view import CanvasView

COLORS = ("Vermilion", "Blue", "Green", "Purple")
NAME = "canvas.menu"


def open_menu(view: CanvasView, position: QPoint | None, where: QPoint) -> None:
    """The menu for a point of the viewport; None: for the selection, by key."""
    if position is None:
        card = view.cards.card_of(view.selection.current)
        if card is not None and card.isVisible():
            where = view.viewport().mapToGlobal(view.card_on_viewport(card, card.card_rect()).center())
    stack_id = lane_at(view, position) if position is not None and view.card_at(position) is None else 0
    menu = lane_menu(view, stack_id) if stack_id else cards_menu(view)
    menu.popup(where)


def open_menu_of(view: CanvasView, stack_id: int, where: QPoint) -> None:
    """The menu of that stack, or with 0 of the selected layers, at a point of the screen."""
    (lane_menu(view, stack_id) if stack_id else cards_menu(view)).popup(where)


def cards_menu(view: CanvasView) -> QMenu:
    """For the selected layers, or for none."""
    menu = _menu(view)
    chosen = view._chosen()
    some = bool(chosen)
    keys = QKeySequence.StandardKey
    _add(menu, "Cu&t", view.cut, some, keys.Cut)
    _add(menu, "&Copy", view.copy, some, keys.Copy)
    _add(menu, "&Paste", view.paste, True, keys.Paste)
    _add(menu, "D&uplicate", view.duplicate, some, "Ctrl+D")
    _add(menu, "&Delete", view.delete_selected, some, keys.Delete)
    if some and view.extend_menu is not None:
        menu.addSeparator()
        view.extend_menu(menu)
    menu.addSeparator()
    _add(menu, "Group into &Residual", lambda: view.group_selected(Residual), some)
    _add(menu, "Group into R&epeat", lambda: view.group_selected(Repeat), some)
    _add(menu, "U&ngroup", view.ungroup_selected, any(isinstance(layer, Block) for layer in chosen))
    _add(menu, "&Open or collapse block", view.toggle_selected_block, some and _in_block(view), "Ctrl+E")
    menu.addSeparator()
    card = view.cards.cards.get(view.selection.current)
    field = main_field(type(view.document.experiment.layer(card.face.layer_id))) if card is not None else None
    _add(menu, f"Edit &{field.title.lower()}" if field else "Edit &in place", view.edit_selected, bool(field), "F2")
    _add(menu, "Select &all", view.select_all, True, keys.SelectAll)
    menu.addSeparator()
    one = bool(view.selection.current)
    _add(menu, "Show &output", lambda: view.tensor_asked.emit(VALUE), one, "Alt+O")
    _add(menu, "Show gra&dient", lambda: view.tensor_asked.emit(GRADIENT), one, "Alt+G")
    menu.addSeparator()
    _add(menu, "Add &lane", view.add_lane, len(view.document.experiment.stacks) < MAX_STACKS)
    return menu


def lane_menu(view: CanvasView, stack_id: int) -> QMenu:
    """For one lane."""
    menu = _menu(view)
    experiment = view.document.experiment
    stack = experiment.stack(stack_id)
    number, count = experiment.stacks.index(stack), len(experiment.stacks)
    _add(menu, "Re&name…", lambda: view.rename_lane(stack_id))
    colors = menu.addMenu("&Color")
    colors.setObjectName(f"{NAME}.color")
    for index, name in enumerate(COLORS):
        action = _add(colors, name, lambda color=index + 1: view.recolor_lane(stack_id, color))  # type: ignore[misc]
        mark = QPixmap(12, 12)
        mark.fill(QColor(view.card_style.theme.color(f"lane{index}")))
        action.setIcon(mark)
        action.setCheckable(True)
        action.setChecked(index == stack.lane_color(number))
    _add(colors, "By its place", lambda: view.recolor_lane(stack_id, 0), stack.color != 0)
    _add(menu, "&Show" if stack.hidden else "&Hide", lambda: view.hide_lane(stack_id))
    menu.addSeparator()
    _add(menu, "Move &up", lambda: view.move_lane(stack_id, -1), number > 0)
    _add(menu, "Move do&wn", lambda: view.move_lane(stack_id, 1), number < count - 1)
    menu.addSeparator()
    _add(menu, "&Duplicate lane", lambda: view.duplicate_lane(stack_id), count < MAX_STACKS)
    _add(menu, "&Add lane", view.add_lane, count < MAX_STACKS)
    _add(menu, "&Remove lane", lambda: view.remove_lane(stack_id))
    return menu


def _in_block(view: CanvasView) -> bool:
    """Whether the current layer is a block or in one."""
    experiment, current = view.document.experiment, view.selection.current
    if not current:
        return False
    stacks = [stack.id for stack in experiment.stacks]
    return isinstance(experiment.layer(current), Block) or experiment.container(current)[0] not in stacks


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
