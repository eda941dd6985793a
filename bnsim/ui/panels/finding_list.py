"""The findings below the canvas: a row each, and of the chosen one why it matters and what to try."""

from __future__ import annotations

from functools import partial
from html import escape
from itertools import pairwise

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QColor, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QTreeWidgetItem,
    QWidget,
)

from bnsim.lenses.findings.finding import Finding
from bnsim.plot.theme import Theme
from bnsim.spec.experiment import MAX_STACKS
from bnsim.spec.numerals import count, counted
from bnsim.spec.tries import fork_changes, try_words
from bnsim.ui.language import tr
from bnsim.ui.model.document import Document
from bnsim.ui.model.findings import Findings
from bnsim.ui.model.lane_roles import lane_role
from bnsim.ui.panels.list_below import ListBelow
from bnsim.ui.panels.rows import Rows
from bnsim.ui.theme.icons import icon
from bnsim.ui.widgets.elided_label import ElidedLabel

TITLE, LANE, SENTENCE = range(3)
KIND = {"warning": "warning", "note": "about"}
"""The icon of each severity: a triangle, a disc."""
WORDS = {"warning": "warning", "note": "note"}
COLOR = {"warning": "danger", "note": "text-muted"}
TRACED = {
    "gradient": "Trace the gradient there to the loss, link by link",
    "value": "Trace the value there to the mini-batch, link by link",
    "spread": "Trace how far samples are apart there to the mini-batch, link by link",
    "loss": "Rate, gradient and update ratio of every weight",
}
"""What Why shows, by what a finding is about."""
BETWEEN = 14
"""Pixels between what is pressed: links have no frames."""
NOW = 2**53
"""The iteration at which a lane is what its stack says."""
NONE = "No findings: no rule has anything to say of this moment."


class FindingList(ListBelow):
    """Rows of findings; below them what belongs to the current one."""

    gone_to = Signal(int)
    """The id of a layer whose card is to be shown."""
    why_asked = Signal(object)
    """A `Finding` about a gradient, a value or the loss: why is it so?"""
    fork_asked = Signal(object, object)
    """A `Finding` and a `Try`: its lane is to be forked so."""

    def __init__(self, findings: Findings, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("findings", "Findings", parent)
        self._findings = findings
        self._document = document
        self._shown: tuple[tuple[str, int], ...] = ()
        self._make_head()
        self.rows = self._make_rows()
        self.column.addWidget(self.rows)
        self.column.addWidget(self._make_foot())
        for before, after in pairwise((self.rows, self._room, self.go_button, self.fork_button, self.why_button)):
            self.setTabOrder(before, after)
        findings.changed.connect(self.refresh)
        findings.rules_changed.connect(self.refresh)
        document.changed.connect(self.refresh)
        self.fit(0)
        self.hide()

    @property
    def current(self) -> Finding | None:
        """The finding of the current row; None if there is none."""
        row = self.rows.current_row
        return self._findings.items[row] if 0 <= row < len(self._findings.items) else None

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.rules_button.setIcon(icon("more", theme, "text-muted"))
        self._shown = ()
        self.fit(self.window().height())
        self.refresh()

    def _fit_rows(self) -> None:
        line = self._words.fontMetrics().lineSpacing()
        row = self.rows.sizeHintForRow(0) if self.rows.topLevelItemCount() else line + 4
        self.rows.setFixedHeight(self._of(2, 3, 5) * row + 2)
        self._room.setFixedHeight(self._of(2, 2, 3) * line + 3)

    # Parts

    def _make_head(self) -> None:
        self._summary = ElidedLabel(self)
        self._summary.setObjectName("findings.summary")
        self._summary.setProperty("role", "muted")
        self.rules_button = self._button("rules", tr("Which rules speak"))
        self.rules_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.rules_menu = QMenu(self)
        self.rules_menu.setObjectName("findings.rulesMenu")
        self.rules_menu.setToolTipsVisible(True)
        self.rules_menu.aboutToShow.connect(self._fill_rules)
        self.rules_button.setMenu(self.rules_menu)
        self._make_links()
        self._links = (self.go_button, self.fork_button, self.why_button)
        self._offered: tuple[QPushButton, ...] = ()
        """Of these, those for what can be done about the chosen finding."""
        self._add_head(self._summary, *self._links, self.rules_button, between=BETWEEN)

    def _link(self, name: str, words: str) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(f"findings.{name}")
        button.setAccessibleDescription(tr(words))
        button.setToolTip(tr(words))
        button.setProperty("kind", "link")
        return button

    def _make_rows(self) -> Rows:
        rows = Rows("findings.list", tr("List of findings"), 3, self)
        rows.setAccessibleDescription(tr("Enter goes to the layer."))
        rows.setUniformRowHeights(True)
        rows.setAllColumnsShowFocus(True)
        rows.header().setStretchLastSection(True)
        for section in (TITLE, LANE):
            rows.header().setSectionResizeMode(section, QHeaderView.ResizeMode.ResizeToContents)
        rows.customContextMenuRequested.connect(self._open_menu)
        rows.itemDoubleClicked.connect(self.go_to_current)
        rows.currentItemChanged.connect(self._show_current)
        rows.chosen.connect(self.go_to_current)
        return rows

    def _make_links(self) -> None:
        """What one can do about the chosen finding stands in the head: below, its words have the whole width."""
        self.go_button = self._link("go", "Select the layer and show its card")
        self.go_button.setAccessibleName(tr("Go to its layer"))
        self.go_button.clicked.connect(self.go_to_current)
        self.fork_button = self._link("fork", "A lane with the same past that tries something from here on")
        self.fork_button.setText(tr("Fork here"))
        self.fork_menu = QMenu(self)
        self.fork_menu.setObjectName("findings.forkMenu")
        self.fork_menu.aboutToShow.connect(self._fill_tries)
        self.fork_button.setMenu(self.fork_menu)
        self.fork_button.setProperty("menu", True)
        self.why_button = self._link("why", TRACED["gradient"])
        self.why_button.setText(tr("Why"))
        self.why_button.clicked.connect(self.ask_why)

    def _make_foot(self) -> QScrollArea:
        self._words = QLabel(self)
        self._words.setObjectName("findings.words")
        self._words.setTextFormat(Qt.TextFormat.RichText)
        self._words.setWordWrap(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._words.setMargin(1)
        # What has no room in a low or narrow window is scrolled to.
        self._room = QScrollArea(self)
        self._room.setObjectName("findings.room")
        self._room.setAccessibleName(tr("The chosen finding"))
        self._room.setFrameShape(QFrame.Shape.NoFrame)
        self._room.setWidgetResizable(True)
        self._room.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._room.setWidget(self._words)
        return self._room

    # Rows

    @Slot()
    def refresh(self) -> None:
        """Show the findings as they are now; the chosen one stays chosen while it is there."""
        if self.isHidden():
            return
        items = self._findings.items
        keys = tuple((each.rule, each.stack) for each in items)
        if keys != self._shown:
            self._fill(keys)
        for row, finding in enumerate(items):
            if (item := self.rows.topLevelItem(row)) is not None:
                self._write(item, finding)
        self._fit_rows()
        self._summary.set_words(self._summed_up())
        self._show_current()

    def _fill(self, keys: tuple[tuple[str, int], ...]) -> None:
        """Make the rows anew, the current one the same if it is among them."""
        at = self.rows.current_row
        chosen = self._shown[at] if 0 <= at < len(self._shown) else None
        self._shown = keys
        self.rows.clear()
        self.rows.addTopLevelItems([QTreeWidgetItem() for _ in keys])
        item = self.rows.topLevelItem(keys.index(chosen) if chosen in keys else 0)
        if item is not None:
            self.rows.setCurrentItem(item)

    def _write(self, item: QTreeWidgetItem, finding: Finding) -> None:
        title, sentence = tr(finding.title), tr(finding.sentence)
        if item.text(SENTENCE) == sentence:
            return
        bold = self.font()
        bold.setBold(True)
        for column, text in enumerate((title, finding.lane, sentence)):
            item.setText(column, text)
            item.setToolTip(column, sentence)
            if column != SENTENCE:
                item.setFont(column, bold)
        said = f"{tr(WORDS[finding.severity])}, {title}, {finding.lane}: {sentence}"
        item.setData(TITLE, Qt.ItemDataRole.AccessibleTextRole, said)
        if self._theme is not None:
            item.setIcon(TITLE, icon(KIND[finding.severity], self._theme, COLOR[finding.severity]))
            color = lane_role(self._document.experiment, finding.stack)
            item.setForeground(LANE, QBrush(QColor(self._theme.color(color))))

    def _summed_up(self) -> str:
        off = len(self._findings.silent)
        silent = tr(f"{counted(off, 'rule')} switched off") if off else ""
        return " · ".join(filter(None, (self._speaking(), silent)))

    def _speaking(self) -> str:
        speaking = len({each.rule for each in self._findings.items})
        if not speaking:
            return tr(NONE)
        from bnsim.lenses.findings.rules import RULES  # the engine comes with them

        return tr(f"{count(speaking)} of {count(len(RULES))} rules speak")

    @Slot()
    def _show_current(self) -> None:
        finding = self.current
        about = "" if finding is None else finding.about
        self.why_button.setToolTip(tr(TRACED.get(about, "")))
        offered = {
            self.go_button: finding is not None and finding.layer != 0,
            self.fork_button: finding is not None and bool(finding.tries),
            self.why_button: finding is not None and (about == "loss" or (about != "" and finding.layer != 0)),
        }
        if finding is not None:
            self.go_button.setText(tr(f"Go to {finding.name}"))
            self.go_button.setAccessibleName(self.go_button.text())
        self._offered = tuple(link for link, is_offered in offered.items() if is_offered)
        self._show_links()
        if finding is None:
            self._words.setText("")
            return
        sentence, mend, why = (escape(tr(words)) for words in (finding.sentence, finding.mend, finding.why))
        self._words.setText(f"{sentence}<br><b>{escape(tr('Try'))}</b> {mend}<br>{why}")
        self._words.setToolTip(_rule_words(finding.rule))

    # What one can do

    def _show_links(self) -> None:
        """Have them in the head if there is room in one line for all, else in the menu of the rules."""
        for link in self._links:
            link.ensurePolished()
        wanted = sum(link.sizeHint().width() + BETWEEN for link in self._offered) + self._tools
        margins = self.column.contentsMargins()
        spared = wanted > self.width() - margins.left() - margins.right()
        for link in self._links:
            link.setVisible(link in self._offered and not spared)
        self._halves[1].invalidate()
        self._fold()

    @property
    def _tools(self) -> int:
        """The width of the buttons that are always in the head."""
        return self.rules_button.sizeHint().width() + BETWEEN + self._close.sizeHint().width()

    def minimumSizeHint(self) -> QSize:
        """No wider than it has to be with what one can do in the menu."""
        hint, margins = super().minimumSizeHint(), self.column.contentsMargins()
        least = max(self._halves[0].minimumSize().width(), self._tools) + margins.left() + margins.right()
        return QSize(min(hint.width(), least), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._show_links()
        super().resizeEvent(event)

    @Slot()
    def go_to_current(self) -> None:
        """Ask to show the card of the current finding's layer."""
        finding = self.current
        if finding is not None and finding.layer:
            self.gone_to.emit(finding.layer)

    @Slot()
    def ask_why(self) -> None:
        """Ask why what the current finding is about is as it is."""
        if self.current is not None:
            self.why_asked.emit(self.current)

    @Slot()
    def _fill_tries(self) -> None:
        """Offer what a fork of the finding's lane can try; what there is nothing to do it to is not for this lane."""
        self.fork_menu.clear()
        finding = self.current
        if finding is None:
            return
        experiment = self._document.experiment
        stack = next((each for each in experiment.stacks if each.id == finding.stack), None)
        for tried in finding.tries:
            action = self.fork_menu.addAction(tr(try_words(tried)), partial(self.fork_asked.emit, finding, tried))
            action.setObjectName(f"findings.try.{tried.what}")
            room = len(experiment.stacks) < MAX_STACKS
            action.setEnabled(room and stack is not None and bool(fork_changes(tried, experiment, stack, NOW)))

    @Slot(QPoint)
    def _open_menu(self, at: QPoint) -> None:
        finding = self.current
        if finding is None:
            return
        menu = QMenu(self)
        menu.setObjectName("findings.menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if finding.layer:
            menu.addAction(tr(f"&Go to {finding.name}"), self.go_to_current)
        menu.addAction(tr("&Switch this rule off"), partial(self._findings.switch, finding.rule, on=False))
        menu.popup(self.rows.viewport().mapToGlobal(at))

    @Slot()
    def _fill_rules(self) -> None:
        from bnsim.lenses.findings.rules import RULES

        self.rules_menu.clear()
        for link in self._offered:
            if link.isHidden():
                action = self.rules_menu.addAction(link.text(), link.click)
                action.setObjectName(f"{link.objectName()}.entry")
                if link.menu() is not None:
                    self._fill_tries()
                    action.setMenu(link.menu())
        self.rules_menu.addSeparator()
        for rule in RULES.values():
            action = self.rules_menu.addAction(tr(rule.title))
            action.setObjectName(f"findings.rule.{rule.name}")
            action.setCheckable(True)
            action.setChecked(rule.name not in self._findings.silent)
            action.setToolTip(_rule_words(rule.name))
            action.toggled.connect(partial(self._switch, rule.name))

    def _switch(self, rule: str, on: bool) -> None:
        self._findings.switch(rule, on=on)


def _rule_words(name: str) -> str:
    """When a rule speaks, and where that is from."""
    from bnsim.lenses.findings.rules import RULES

    rule = RULES[name]
    return tr(f"Speaks when {rule.threshold}.\nSource: {rule.source}.")
