"""The main window: puts the parts together and connects them. No part knows another one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QApplication, QToolBar, QVBoxLayout, QWidget
from shiboken6 import isValid

from bnsim.lenses.lens import Inquiry, Lens
from bnsim.plot.theme import Theme
from bnsim.runner.data import DataSummary
from bnsim.runner.orders import Ask, Pause, SetExperiment, SetFigures, SetLenses, Size
from bnsim.runner.runnable import still_true
from bnsim.runner.updates import Figures, Update
from bnsim.session.arrays import Tensor
from bnsim.spec.experiment import Experiment
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.commands.blocks import BlockCommands
from bnsim.ui.commands.breakpoints import BreakpointCommands
from bnsim.ui.commands.command_palette import CommandPalette
from bnsim.ui.commands.context_menus import ContextMenus
from bnsim.ui.commands.editing import Editor
from bnsim.ui.commands.key_sheet import ShortcutSheet
from bnsim.ui.commands.lanes import LaneCommands
from bnsim.ui.commands.layers import LayerCommands
from bnsim.ui.commands.menus import build_menus
from bnsim.ui.commands.run import BACK, FORWARD, RunCommands
from bnsim.ui.commands.stack import StackCommands
from bnsim.ui.commands.table import Actions
from bnsim.ui.commands.transport_keys import TransportKeys
from bnsim.ui.model import preferences
from bnsim.ui.model.breakpoints import Breakpoints
from bnsim.ui.model.document import Document
from bnsim.ui.model.lane_choice import shown_lane
from bnsim.ui.model.selection import Selection
from bnsim.ui.panels.breakpoint_list import BreakpointList
from bnsim.ui.theme.choice import ThemeChoice
from bnsim.ui.theme.icons import app_icon
from bnsim.ui.theme.style import appearance
from bnsim.ui.timeline.strip import TimelineStrip
from bnsim.ui.transport.bar import PACES, Transport
from bnsim.ui.window import dialogs
from bnsim.ui.window.bridge import RunnerBridge
from bnsim.ui.window.docks import Docks
from bnsim.ui.window.files import WindowFiles
from bnsim.ui.window.garbage import garbage_collector
from bnsim.ui.window.layout import LAYOUT_VERSION, cascade, keep_layout, panel_share, restore_layout
from bnsim.ui.window.problem_list import ProblemList
from bnsim.ui.window.projector import Projector


class MainWindow(WindowFiles):
    """One experiment: canvas in the middle, transport on top, evidence below."""

    def __init__(self, experiment: Experiment | None = None, *, remembers: bool = True) -> None:
        super().__init__()
        garbage_collector().serve(self)
        self.setObjectName("window")
        self._remembers = remembers
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowIcon(app_icon())
        self._appearance = appearance(preferences.load().theme)
        self.document = Document(experiment, self)
        self.selection = Selection(self)
        self.bridge = RunnerBridge(self)
        self.runner = self.bridge.runner
        self.update_shown = Update()
        self.figures_shown = Figures()
        self._data_shown: DataSummary | None = None
        self._closed = False
        self._sized = False

        self.actions_by_name = Actions(self)
        self.projector = Projector(self, self._appearance)
        self._add_undo_actions()
        self.transport = Transport(self.actions_by_name, preferences.load().pace, self)
        self.run_commands = RunCommands(self)
        self.keys = TransportKeys(self)
        self.canvas = CanvasView(self.document, self.selection, self)
        self.canvas.share_escape(lambda: self.projector.on)
        self.editor = Editor(self.document, self.selection, self.refuse)
        self.layer_commands = LayerCommands(self.editor, QGuiApplication.clipboard())
        self.lane_commands = LaneCommands(self.editor)
        self.block_commands = BlockCommands(self.document, self.selection, self.refuse)
        self.breakpoints = Breakpoints(self.document, self)
        self.breakpoint_commands = BreakpointCommands(self.breakpoints, self)
        self.context_menus = ContextMenus(
            self.canvas,
            self.layer_commands,
            self.lane_commands,
            self.block_commands,
            self.breakpoint_commands.extend_menu,
        )
        self.breakpoint_list = BreakpointList(self.breakpoints, self.document, self.breakpoint_commands, self)
        self.timeline = TimelineStrip(self.run_commands.seek, self)
        self.problems = ProblemList(self.document, self.selection, self)
        self._lay_center()
        self.palette_box = CommandPalette(self)
        self._add_transport()
        self._add_status_bar()
        self._add_docks()
        self.stack_commands = StackCommands(
            self.actions_by_name,
            self.canvas,
            self.editor,
            self.layer_commands,
            self.lane_commands,
            self.block_commands,
        )
        build_menus(
            self,
            self.actions_by_name,
            self.palette_panel.add,
            self.panel_docks,
            self.open_path,
            self.stack_commands,
        )
        self._connect()
        self._set_theme(self._appearance.theme)
        self._default_layout = self.saveState(LAYOUT_VERSION)
        restore_layout(self, remembered=self._remembers)
        self._retitle()
        contents = preferences.load().cards if self._remembers else "values"
        self.canvas.set_contents(contents)
        self.actions_by_name[f"view.{contents}"].setChecked(True)
        self.canvas.setFocus()
        # After the first paint: making the session imports the engine.
        QTimer.singleShot(0, self, self._experiment_changed)

    # What a person asks for

    def step(self, size: Size) -> None:
        self.run_commands.step(size)

    def step_back(self, size: Size) -> None:
        self.run_commands.step_back(size)

    def reset(self) -> None:
        self.run_commands.reset()

    def show_tensor(self, tensor: Tensor) -> None:
        """In the tensor view, which comes to the front."""
        self.shelf.show_tensor(tensor)

    def settle(self) -> None:
        """Wait until the runner has done all it was told, and show it. Not for use while it plays."""
        self.bridge.settle()

    # Parts

    def _add_undo_actions(self) -> None:
        stack = self.document.undo_stack
        for name, action, keys in (
            ("edit.undo", stack.createUndoAction(self, "&Undo"), "Ctrl+Z"),
            ("edit.redo", stack.createRedoAction(self, "&Redo"), "Ctrl+Shift+Z"),
        ):
            action.setShortcuts([QKeySequence(keys)] + ([QKeySequence("Ctrl+Y")] if name == "edit.redo" else []))
            self.actions_by_name.add(name, action, name.removeprefix("edit."))

    def _lay_center(self) -> None:
        middle = QWidget(self)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.timeline)
        column.addWidget(self.problems)
        self.setCentralWidget(middle)

    def _add_transport(self) -> None:
        bar = QToolBar("Transport", self)
        bar.setObjectName("toolbar.transport")
        bar.setMovable(False)
        bar.setFloatable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.toggleViewAction().setVisible(False)
        bar.addWidget(self.transport)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)

    def _add_docks(self) -> None:
        docks = self.docks = Docks(self, self.document, self.selection, self.breakpoint_list)
        self.palette_panel, self.outline, self.inspector = docks.palette, docks.outline, docks.inspector
        self.panel_docks, self.shelf = docks.panels, docks.shelf
        for dock in self.panel_docks:
            dock.visibilityChanged.connect(lambda _visible: self._watch())
        for panel in self.findChildren(FigurePanel):
            panel.export_asked.connect(lambda suffix, panel=panel: self.export(panel, suffix))

    def _connect(self) -> None:
        on = self.actions_by_name
        for name, call in (
            ("file.new", self._new),
            ("file.newWindow", self._new_window),
            ("file.open", self._open),
            ("file.save", self.save),
            ("file.saveAs", self.save_as),
            ("file.revert", self._revert),
            ("file.close", self._close_asking),
            ("file.quit", self._quit),
            *self._canvas_actions().items(),
            ("edit.units", self.canvas.edit_selected),
            ("view.values", lambda: self.canvas.set_contents("values")),
            ("view.gradients", lambda: self.canvas.set_contents("gradients")),
            ("view.structure", lambda: self.canvas.set_contents("structure")),
            ("view.zoomIn", self.canvas.zoom.enlarge),
            ("view.zoomOut", self.canvas.zoom.shrink),
            ("view.fit", self.canvas.zoom.fit),
            ("view.layout", lambda: self.restoreState(self._default_layout, LAYOUT_VERSION)),
            ("view.projector", self.projector.toggle),
            ("help.find", lambda: self.palette_box.open_for(self.menuBar())),
            ("help.keys", self._show_keys),
            ("help.about", lambda: dialogs.show_about(self)),
            *(command for view in self.shelf.views for command in view.commands()),
        ):
            on[name].triggered.connect(lambda _checked=False, call=call: call())
        for choice in ("system", "light", "dark"):
            on[f"view.{choice}"].setChecked(self._appearance.choice == choice)
            on[f"view.{choice}"].triggered.connect(lambda _checked=False, choice=choice: self._choose_theme(choice))
        for name in (*FORWARD, *BACK):
            on[name].triggered.connect(self.clear_problem)
        self._appearance.changed.connect(self._set_theme)
        self.document.changed.connect(lambda _experiment: self._experiment_changed())
        self.document.file_changed.connect(self._retitle)
        self.selection.changed.connect(self._selection_changed)
        self.canvas.refused.connect(self.refuse)
        self.canvas.action_asked.connect(self._run_canvas_action)
        self.canvas.menu_asked.connect(self.context_menus.open)
        self.canvas.lane_named.connect(self.lane_commands.rename)
        self.canvas.lane_toggled.connect(self.lane_commands.hide_or_show)
        # Later: what they ask would keep the program waiting that the file was dragged from.
        later = Qt.ConnectionType.QueuedConnection
        self.canvas.file_dropped.connect(self._open_dropped, later)
        self.canvas.own_file_asked.connect(self.import_own_file, later)
        self.palette_panel.own_file_asked.connect(self.import_own_file)
        self.inspector.own_file_asked.connect(self.import_own_file)
        self.outline.refused.connect(self.refuse)
        self.outline.rename_asked.connect(self.canvas.rename_lane)
        self.outline.menu_asked.connect(self.context_menus.open)
        self.canvas.tensor_asked.connect(self.shelf.show_of_selected)
        self.problems.chosen.connect(self._go_to)
        self.breakpoint_list.gone_to.connect(self._go_to)
        self.breakpoint_commands.attach(self.canvas, self.outline)
        self.projector.changed.connect(self._projected)
        self.bridge.updated.connect(self._show)
        self.bridge.figures_made.connect(self._show_figures)
        self.bridge.noticed.connect(self.notice)
        self.bridge.found.connect(self.shelf.show_found)
        self.shelf.lenses_changed.connect(self._set_lenses)
        for view in self.shelf.views:
            view.inquired.connect(self._ask)
            view.given_up.connect(self._give_up)
            view.tensor_chosen.connect(self.show_tensor)
            view.refused.connect(self.refuse)
        self._selection_changed()

    def _canvas_actions(self) -> dict[str, Callable[[], None]]:
        layers = self.layer_commands
        return {
            "edit.cut": layers.cut,
            "edit.copy": layers.copy,
            "edit.paste": layers.paste,
            "edit.duplicate": layers.duplicate,
            "edit.delete": layers.delete,
            "edit.selectAll": layers.select_all,
        }

    @Slot(str)
    def _run_canvas_action(self, name: str) -> None:
        self._canvas_actions()[name]()

    # What comes back

    def _show(self, update: Update) -> None:
        if update.experiment is not self.document.experiment:
            return  # made for an experiment that has been edited since; the next one is on its way
        if update.data is not self._data_shown:
            self._data_shown = update.data
            for part in (self.canvas, self.outline, self.inspector):
                part.show_data(update.data)
        if update.preparing:
            self._show_waiting()
            return
        before, self.update_shown = self.update_shown, update
        if update.frame is not before.frame or update.frame is None:
            self.canvas.show_frame(update.frame)
        if update.problems != before.problems or update.experiment is not before.experiment:
            self.canvas.show_problems(update.problems)
            self.outline.show_problems(update.problems)
            self.problems.show_problems(update.problems)
            self.inspector.show_problems(update.problems)
        self.run_commands.show_update(update)
        self.transport.show_update(update, self.selection.current)
        self.timeline.show_update(update)
        self.breakpoint_list.show_update(update)
        self.shelf.show_update(update)
        frame = update.frame
        ready = "" if frame is None else "compiled" if frame.kernels_ready else "compiling; NumPy meanwhile"
        left_out = f"left out: {', '.join(update.left_out)}" if update.left_out else ""
        self._engine.setText(" · ".join(filter(None, (left_out, ready))))

    def _show_figures(self, figures: Figures) -> None:
        if figures.experiment is not self.document.experiment:
            return
        self.figures_shown = figures
        for dock in self.panel_docks:
            dock.panel.show_figure(figures.by_name.get(dock.panel.name), fast=figures.fast)

    def _show_waiting(self) -> None:
        """Numbers of another experiment must not stand on the cards of this one."""
        self.canvas.show_frame(None)
        self.transport.show_waiting()

    def _experiment_changed(self) -> None:
        if self._closed:
            return
        self.clear_problem()
        frame, before = self.update_shown.frame, self.update_shown.experiment
        if frame and before and not still_true(frame, before, self.document.experiment):
            self._show_waiting()
        path = self.document.path
        self.selection.keep_existing(self.document.experiment)
        folder = None if path is None else path.parent
        # A document just opened has no edits yet: it starts anew, whatever was there before.
        restart = self.document.undo_stack.count() == 0
        self.runner.give(SetExperiment(self.document.experiment, folder, restart))

    def _selection_changed(self) -> None:
        for name in ("cut", "copy", "duplicate", "delete", "units"):
            self.actions_by_name[f"edit.{name}"].setEnabled(bool(self.selection.layer_ids))
        self._watch()

    def _watch(self) -> None:
        if self._closed or not isValid(self):  # docks hide, too, while the window is being destroyed
            return
        shown = (dock for dock in self.panel_docks if dock.isVisible() or not (self.isVisible() or dock.isHidden()))
        wanted = tuple(dock.panel.name for dock in shown)
        self.runner.give(SetFigures(wanted, self.selection.current or None))

    def _set_lenses(self, lenses: tuple[Lens, ...]) -> None:
        if not self._closed:
            self.runner.give(SetLenses(lenses))

    def _ask(self, inquiry: Inquiry) -> None:
        self.runner.give(Ask(inquiry))

    def _give_up(self) -> None:
        self.runner.give(Pause())

    def _projected(self, on: bool) -> None:
        self.actions_by_name["view.projector"].setChecked(on)
        self.canvas.setFocus()
        self._sized = False
        self._share_height()
        QTimer.singleShot(0, self, self._reveal_executed)  # once the canvas has its new size

    def _reveal_executed(self) -> None:
        frame, experiment = self.update_shown.frame, self.document.experiment
        if frame is None or self.update_shown.experiment is not experiment:
            return
        lane = shown_lane(frame, self.selection.current)
        layers = experiment.stack(lane.stack_id).layers
        if lane.executed is not None and lane.executed.layer < len(layers):
            self.canvas.reveal(layers[lane.executed.layer].id)

    def _go_to(self, layer_id: int) -> None:
        """To the layer's card; 0 is the experiment."""
        self.selection.set([layer_id] if layer_id else [], layer_id)
        if layer_id:
            self.selection.blocks.open_around(self.document.experiment, layer_id)
            self.canvas.reveal(layer_id)
            self.canvas.setFocus()

    def _show_keys(self) -> None:
        sheet = self.findChild(ShortcutSheet)
        if sheet is None:
            sheet = ShortcutSheet(self.menuBar(), self._appearance.theme, self)
            sheet.open()

    # Theme, title, layout

    def _choose_theme(self, choice: ThemeChoice) -> None:
        preferences.update(theme=choice)
        self._appearance.choose(choice)

    def _set_theme(self, theme: Theme) -> None:
        self.actions_by_name.set_theme(theme)
        self.transport.set_theme(theme)
        self.timeline.set_theme(theme)
        self.breakpoint_list.set_theme(theme)
        self.canvas.set_theme(theme)
        self.palette_panel.set_theme(theme)
        self.outline.set_theme(theme)
        self.problems.set_theme(theme)
        self.inspector.set_theme(theme)
        self.shelf.set_theme(theme)
        for dock in self.panel_docks:
            dock.set_theme(theme)

    def _retitle(self) -> None:
        self.setWindowModified(self.document.modified)
        self.setWindowTitle(f"{self.document.name}[*] — bnsim")
        changed = self.document.path is not None and self.document.modified
        self.actions_by_name["file.revert"].setEnabled(changed)

    def _new_window(self) -> None:
        window = MainWindow()
        cascade(window, self)
        window.show()

    def _quit(self) -> None:
        for window in QApplication.topLevelWidgets():
            if isinstance(window, MainWindow) and not window._close_asking():
                return

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.docks.fit(self.width())
        self._share_height()

    def _share_height(self) -> None:
        # Qt lets the canvas alone pay for a smaller window; the evidence gives its part.
        docked = [dock for dock in self.panel_docks if not (dock.isFloating() or dock.isHidden())]
        share = round(panel_share(self.height(), projected=self.projector.on) * self.height())
        if docked and (not self._sized or docked[0].height() > share):
            self._sized = True
            self.resizeDocks(docked[:1], [share], Qt.Orientation.Vertical)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.projector.on:
            self.projector.leave()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._closed:
            event.accept()
            return
        # Asked only where a person closes it: a script that calls close() means it.
        if event.spontaneous() and not self._may_drop_changes():
            event.ignore()
            return
        self.projector.leave()
        self._closed = True
        if self._remembers:
            keep_layout(self)
            preferences.update(pace=PACES.index(self.transport.pace), cards=self.canvas.card_style.contents)
        self._message_timer.stop()
        self.bridge.close()
        garbage_collector().free_when_destroyed(self)
        event.accept()
