"""The watches below the canvas: a row each with its values and its past, and a line to type another one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QScrollArea, QTreeWidgetItem, QWidget

from bnsim.plot.theme import Theme
from bnsim.runner.updates import Update
from bnsim.session.watch_seen import WatchSeen, WatchSeries
from bnsim.spec.breakpoints import OnWatch
from bnsim.spec.errors import InputError
from bnsim.spec.watches import Completion, Watch, completions
from bnsim.ui.language import tr
from bnsim.ui.model.document import Document
from bnsim.ui.model.lane_roles import lane_role
from bnsim.ui.model.watches import Watches, examples, place_of
from bnsim.ui.panels.expression_line import ExpressionLine
from bnsim.ui.panels.list_below import ListBelow
from bnsim.ui.panels.watch_cells import EXPRESSION, HOW, HOW_WORDS, PADDING, PAST, VALUE, series_words
from bnsim.ui.panels.watch_rows import WatchRows
from bnsim.ui.panels.when_bar import CHANGES, WhenBar

HINT = "Nothing is watched. Right-click any number, card or point of a figure, type an expression above, or try {}."
EXAMPLE = "loss, norm(dW[0]) / norm(W[0]), …"
LINKS = Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard

TOLD = Qt.ItemDataRole.UserRole + 40
"""What a row says already: with many watches, writing it anew takes milliseconds an iteration."""


class WatchList(ListBelow):
    """Rows of watches below the line in which one is typed, or edited."""

    when_asked = Signal(str, object)
    """What is to be done, "break", "last" or "next", and the `OnWatch` that says where."""
    figure_asked = Signal(str)
    """The figure of this expression is to be shown."""

    def __init__(
        self, watches: Watches, document: Document, seek: Callable[[int], int], parent: QWidget | None = None
    ) -> None:
        super().__init__("watches", "Watches", parent)
        self._watches, self._document = watches, document
        self._edited: Watch | None = None
        self._examples: tuple[str, ...] = ()
        self._update = Update()
        self._make_head()
        self.error = self._label("watches.error", "danger")
        self.error.hide()
        self.hint = self._label("watches.hint", "muted")
        self.hint.setTextFormat(Qt.TextFormat.RichText)
        self.hint.setTextInteractionFlags(LINKS)
        self.hint.linkActivated.connect(self._take_example)
        self.rows = self._make_rows(seek)
        self.when = WhenBar(self)
        self.when.asked.connect(self.when_asked)
        # What has no room in a low or narrow window is scrolled to.
        self._hint_room = QScrollArea(self)
        self._hint_room.setObjectName("watches.room")
        self._hint_room.setFrameShape(QFrame.Shape.NoFrame)
        self._hint_room.setWidgetResizable(True)
        self._hint_room.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._hint_room.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._hint_room.setWidget(self.hint)
        for part in (self.error, self._hint_room, self.rows, self.when):
            self.column.addWidget(part)
        watches.changed.connect(self._fill)
        document.changed.connect(self._offer)
        self.fit(0)
        self.hide()
        self._fill()

    @property
    def current(self) -> Watch | None:
        """The watch of the current row; None if there is none."""
        row = self.rows.current_row
        return self._watches.items[row] if 0 <= row < len(self._watches.items) else None

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.when.set_theme(theme)
        self.error.setStyleSheet(f"color: {theme.color('danger')}")
        self.line.set_theme(theme)
        self.fit(self.window().height())
        self._offer()
        self._show()

    def _fit_rows(self) -> None:
        row = self.rows.fontMetrics().lineSpacing() + 2 * PADDING
        self.rows.setFixedHeight(self._of(2, 3, 6) * row + 2)
        self._hint_room.setFixedHeight(self._of(3, 3, 3) * self.hint.fontMetrics().lineSpacing() + 4)

    def show_update(self, update: Update) -> None:
        """Show the values of the present moment."""
        self._update = update
        self._show()

    def show_again(self) -> None:
        """Show the moment that came while the list was closed, in the type of the present theme."""
        self.fit(self.window().height())
        self._show()

    def forget(self) -> None:
        """Another document has been opened: what was typed is of the one before."""
        self.new()

    # Parts

    def _label(self, name: str, role: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setProperty("role", role)
        label.setWordWrap(True)
        return label

    def _make_head(self) -> None:
        self.line = ExpressionLine(self._complete, self)
        self.line.setObjectName("watches.line")
        self.line.setAccessibleName(tr("Expression to watch"))
        self.line.setPlaceholderText(EXAMPLE)
        self.line.returnPressed.connect(self._take_line)
        self.line.textEdited.connect(self._line_edited)
        self.line.left.connect(self.new)
        self._add_head(self.line)

    def _make_rows(self, seek: Callable[[int], int]) -> WatchRows:
        rows = WatchRows(self._color, seek, self)
        rows.customContextMenuRequested.connect(self._open_menu)
        rows.itemDoubleClicked.connect(self._edit_clicked)
        rows.currentItemChanged.connect(self._show_when)
        rows.chosen.connect(self.edit_current)
        rows.removed.connect(self.remove_current)
        return rows

    def _complete(self, text: str, cursor: int) -> tuple[Completion, ...]:
        return completions(text, cursor, self._document.experiment)

    def _color(self, of: WatchSeries | str) -> QColor:
        assert self._theme is not None
        role = of if isinstance(of, str) else lane_role(self._document.experiment, of.stack)
        return QColor(self._theme.color(role))

    # Rows

    @Slot()
    def _fill(self) -> None:
        chosen = max(self.rows.current_row, 0)
        items = self._watches.items
        if self._edited not in items:
            self._edited = None
        self.rows.clear()
        self.rows.addTopLevelItems([QTreeWidgetItem([each.expression]) for each in items])
        if items:
            self.rows.setCurrentIndex(self.rows.model().index(min(max(chosen, 0), len(items) - 1), EXPRESSION))
        self.rows.setVisible(bool(items))
        for part in (self.hint, self._hint_room):
            part.setVisible(not items)
        self.when.setVisible(bool(items))
        self.rows.fit_columns()
        self._offer()
        self._show()

    @Slot()
    def _offer(self) -> None:
        """Offer examples that work in the document, while nothing is watched."""
        if self._hint_room.isHidden() or self._theme is None:
            return
        color = self._theme.color("accent")
        self._examples = examples(self._document.experiment)
        *before, last = (
            f'<a href="{number}" style="color:{color}">{escape(each)}</a>' for number, each in enumerate(self._examples)
        )
        self.hint.setText(tr(HINT).format(f" {tr('or')} ".join(filter(None, (", ".join(before), last)))))

    def _show(self) -> None:
        if self.isHidden() or self._theme is None:
            return
        self.rows.show_update(self._update)
        seen = self.rows.cells.seen
        for row, watch in enumerate(self._watches.items):
            item = self.rows.topLevelItem(row)
            if item is not None:
                self._write(item, watch, seen.get(watch.expression))
        self._show_when()

    @Slot()
    def _show_when(self) -> None:
        if self.current is not None:
            seen = next((each for each in self._update.watches if each.expression == self.current.expression), None)
            values = [] if seen is None else [each.value for each in seen.series if each.value is not None]
            self.when.show_watch(self.current.expression, next(iter(values), None))

    def _write(self, item: QTreeWidgetItem, watch: Watch, seen: WatchSeen | None) -> None:
        series = () if seen is None else seen.series
        problem = "" if seen is None else seen.problem
        told = (problem, self._theme, tuple((each.stack, each.lane, each.value, each.how) for each in series))
        before = item.data(EXPRESSION, TOLD)
        if told == before:
            return
        item.setData(EXPRESSION, TOLD, told)
        how = ", ".join(tr(HOW_WORDS[each]) for each in dict.fromkeys(each.how for each in series))
        values = problem or " · ".join(map(series_words, series))
        item.setText(VALUE, values)
        item.setText(HOW, how)
        if before is None or told[:2] != before[:2]:
            item.setForeground(VALUE, self._color("danger" if problem else "text"))
            item.setForeground(HOW, self._color("text-muted"))
        said = ", ".join(filter(None, (f"{watch.expression}: {values}", how)))
        item.setData(EXPRESSION, Qt.ItemDataRole.AccessibleTextRole, said)

    # What one can do

    @Slot()
    def new(self) -> None:
        """Have the line empty for another watch."""
        self._edited = None
        self.line.clear()
        self._line_edited()

    @Slot()
    def edit_current(self) -> None:
        """Have the current watch in the line, where Enter takes what it has become and Escape leaves it as it was."""
        if self.current is not None:
            self._edited = self.current
            self.line.setText(self.current.expression)
            self.line.selectAll()
            self._line_edited()
            self.line.setFocus()

    @Slot(QTreeWidgetItem, int)
    def _edit_clicked(self, _item: QTreeWidgetItem, column: int) -> None:
        if column != PAST:
            self.edit_current()

    @Slot(str)
    def _take_example(self, number: str) -> None:
        self._watches.add(self._examples[int(number)])

    @Slot()
    def remove_current(self) -> None:
        if self.current is not None:
            self._watches.remove(self.current)

    @Slot()
    def _line_edited(self) -> None:
        self.error.hide()
        self.line.set_invalid(False)
        self.line.setAccessibleDescription("")

    @Slot()
    def _take_line(self) -> None:
        text = self.line.text()
        if not text.strip():
            return
        try:
            if self._edited is None:
                self._watches.add(text)
            else:
                self._watches.replace(self._edited, text)
        except InputError as error:
            self._refuse(str(error), len(text) - len(text.lstrip()))
            return
        self.new()

    def _refuse(self, message: str, before: int) -> None:
        """Say what is wrong below the line, and mark the place; `before` is how many spaces it begins with."""
        place = place_of(message)
        self.line.point_at(None if place is None else place + before)
        self.line.setAccessibleDescription(message)
        self.error.setText(message)
        self.error.show()

    def say_when(self, expression: str) -> None:
        """Have that watch current, and the keyboard where it is said when a run is to stop."""
        for row, watch in enumerate(self._watches.items):
            if watch.expression == expression:
                self.rows.setCurrentIndex(self.rows.model().index(row, EXPRESSION))
        self.when.kind.setFocus()

    def ask_when(self, what: str) -> bool:
        """Ask for "break", "last" or "next" of the current watch; False if there is none."""
        if self.current is not None:
            self.when.ask(what)
        return self.current is not None

    @Slot()
    def _break_on_current(self) -> None:
        if self.current is not None:
            self.when_asked.emit("break", OnWatch(expression=self.current.expression))

    @Slot()
    def _show_figure_of_current(self) -> None:
        if self.current is not None:
            self.figure_asked.emit(self.current.expression)

    @Slot(QPoint)
    def _open_menu(self, at: QPoint) -> None:
        if self.current is None:
            return
        menu = QMenu(self)
        menu.setObjectName("watches.menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("&Edit"), self.edit_current)
        menu.addAction(tr("Open as a &figure"), self._show_figure_of_current)
        menu.addSeparator()
        words = self.when.words.replace("&", "&&")
        if words != tr(CHANGES):
            menu.addAction(tr(f"Break when it &{CHANGES}"), self._break_on_current).setObjectName(
                "watches.breakChanges"
            )
        for name, text in (
            ("break", "&Break when it {}"),
            ("last", "Run bac&k to where it last {}"),
            ("next", "Run &on to where it next {}"),
        ):
            menu.addAction(tr(text).format(words), partial(self.when.ask, name)).setObjectName(f"watches.{name}")
        menu.addSeparator()
        menu.addAction(tr("&Remove"), self.remove_current)
        menu.addAction(tr("Remove &all"), self._watches.clear)
        menu.popup(self.rows.viewport().mapToGlobal(at))
