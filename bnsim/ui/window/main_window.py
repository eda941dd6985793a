"""The main window: makes its parts and connects them. No part knows another one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QContextMenuEvent, QGuiApplication, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QMenu, QToolBar, QVBoxLayout, QWidget
from shiboken6 import isValid

from bnsim.runner.orders import Size
from bnsim.runner.updates import Figures, Update
from bnsim.session.arrays import Tensor
from bnsim.spec.experiment import Experiment
from bnsim.spec.fork_changes import Change
from bnsim.spec.tries import Try
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.commands import canvas, exporting, layouts, learn, lessons, slides, stage, views, window
from bnsim.ui.commands.actions import Actions
from bnsim.ui.commands.blocks import BlockCommands
from bnsim.ui.commands.breakpoints import BreakpointCommands
from bnsim.ui.commands.clicker import ClickerKeys
from bnsim.ui.commands.code import CodeCommands
from bnsim.ui.commands.command_palette import CommandPalette
from bnsim.ui.commands.context_menus import ContextMenus
from bnsim.ui.commands.editing import Editor
from bnsim.ui.commands.files import FileCommands
from bnsim.ui.commands.fillers import fillers_of
from bnsim.ui.commands.former_runs import FormerRunCommands
from bnsim.ui.commands.lanes import LaneCommands
from bnsim.ui.commands.layers import LayerCommands
from bnsim.ui.commands.menus import BREAKPOINTS, build_menus, fill
from bnsim.ui.commands.points import PointEntries
from bnsim.ui.commands.run import ORDERS_TO_RUN, RunCommands
from bnsim.ui.commands.search_rows import Settings
from bnsim.ui.commands.stack import StackCommands
from bnsim.ui.commands.state_keeper import StateKeeper
from bnsim.ui.commands.transport_keys import TransportKeys
from bnsim.ui.commands.watches import WatchCommands
from bnsim.ui.commands.weights import WeightCommands
from bnsim.ui.language import begin, problem, tr
from bnsim.ui.model import preferences
from bnsim.ui.model.breakpoints import SIGNS, Breakpoints
from bnsim.ui.model.document import Document
from bnsim.ui.model.recovery import Work
from bnsim.ui.model.selection import Selection
from bnsim.ui.panels.breakpoint_list import BreakpointList
from bnsim.ui.panels.list_below import ListBelow
from bnsim.ui.theme.choice import nearest_size
from bnsim.ui.theme.icons import app_icon
from bnsim.ui.theme.style import appearance
from bnsim.ui.timeline.strip import TimelineStrip
from bnsim.ui.transport.bar import PACES, Transport
from bnsim.ui.transport.scaling import WeightScaler
from bnsim.ui.views.view import View
from bnsim.ui.widgets.numbers import NumberMenu
from bnsim.ui.widgets.spoken import interpret
from bnsim.ui.window import dialogs, reading_order
from bnsim.ui.window.areas import Areas
from bnsim.ui.window.autosave import Autosaver
from bnsim.ui.window.bridge import RunnerBridge
from bnsim.ui.window.data_import import DataImport
from bnsim.ui.window.delivery import Delivery
from bnsim.ui.window.docks import Docks
from bnsim.ui.window.drops import WindowDrops
from bnsim.ui.window.equation_in_front import EquationInFront
from bnsim.ui.window.export_target import ExportTarget
from bnsim.ui.window.exporting import Exporting
from bnsim.ui.window.figure_gallery import FigureGallery
from bnsim.ui.window.findings import FindingsRow
from bnsim.ui.window.forking import Forking
from bnsim.ui.window.garbage import garbage_collector
from bnsim.ui.window.help import Help
from bnsim.ui.window.layout import cascade, keep_layout, restore_layout
from bnsim.ui.window.lessons import Lessons
from bnsim.ui.window.looks import Looks
from bnsim.ui.window.panel_height import PanelHeight
from bnsim.ui.window.panel_layout import PanelLayout
from bnsim.ui.window.panels import Panels
from bnsim.ui.window.papers import Papers
from bnsim.ui.window.problem_list import ProblemList
from bnsim.ui.window.projector import Projector
from bnsim.ui.window.resuming import Resuming
from bnsim.ui.window.returning import Returning
from bnsim.ui.window.room import Room
from bnsim.ui.window.shared_file import SharedFile
from bnsim.ui.window.showing import Showing
from bnsim.ui.window.slides import SlideMaker
from bnsim.ui.window.speaking import EditsSaid, Speaking
from bnsim.ui.window.stage_panel import StagePanel
from bnsim.ui.window.staging import Staging
from bnsim.ui.window.standing_orders import StandingOrders
from bnsim.ui.window.start import Start
from bnsim.ui.window.status_bar import StatusBar
from bnsim.ui.window.sweeps import Sweeps
from bnsim.ui.window.theming import Theming
from bnsim.ui.window.watches import WatchesRow

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the first paint
    from bnsim.session.past import Past
    from bnsim.session.saved_run import SavedRun


class MainWindow(QMainWindow):
    """A window for one document: transport on top, canvas in the middle, figure panels below."""

    def __init__(self, experiment: Experiment | None = None, *, remembers: bool = True) -> None:
        super().__init__()
        interpret(reading_order.interface_of)
        garbage_collector().serve(self)
        self.setObjectName("window")
        self._remembers = remembers
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowIcon(app_icon())
        kept = preferences.load()
        begin(kept.language)
        self._appearance = appearance(kept.theme, nearest_size(kept.text_size))
        self._closed = self._keeps_work = False

        self._make_model(experiment)
        self._make_parts()
        self._make_commands()
        self._make_showing()
        self._lay_out()
        self._connect()
        self._make_theming()
        restore_layout(self, remembered=self._remembers)
        EquationInFront(self.docks.right, self.docks.inspector.objectName(), self.actions_by_name)
        self._retitle()
        self.canvas.set_contents(preferences.load().cards if self._remembers else "values")
        self.canvas.setFocus()
        if not_spoken := problem():
            self.messages.refuse(not_spoken)
        # After the first paint: making the session imports the engine.
        self._first_order = QTimer(self, singleShot=True, interval=0)
        self._first_order.timeout.connect(self._order_experiment)
        self._first_order.start()

    # What a person or a script asks for

    def step(self, size: Size) -> None:
        self.run_commands.step(size)

    def step_back(self, size: Size) -> None:
        self.run_commands.step_back(size)

    def reset(self) -> None:
        self.run_commands.reset()

    @Slot(object)
    def show_tensor(self, tensor: Tensor) -> None:
        """Show a tensor in the tensor view, and bring that to the front."""
        self.shelf.show_tensor(tensor)

    def settle(self) -> None:
        """Wait until the runner has carried out all its orders, and show the result. Not while it plays."""
        self.bridge.settle()

    @Slot(int)
    def go_to(self, layer_id: int) -> None:
        """Select that layer and bring its card into view; 0 is the experiment."""
        self.selection.set([layer_id] if layer_id else [], layer_id)
        if layer_id:
            self.selection.blocks.open_around(self.document.experiment, layer_id)
            self.canvas.reveal(layer_id)
            self.canvas.setFocus()

    def new_window(self) -> None:
        """Open another window beside this one, with the default experiment."""
        self.another_window()

    def another_window(self) -> MainWindow:
        """Open another window beside this one and return it."""
        return self._beside(MainWindow())

    def open_beside(self, experiment: Experiment) -> None:
        """Open an experiment, which is not saved yet, in another window."""
        self._beside(MainWindow(experiment))

    def _beside(self, made: MainWindow) -> MainWindow:
        cascade(made, self)
        made.show()
        return made

    def recover(self, work: Work) -> None:
        """Go on with work that a crash left behind: the document, its breakpoints, and the place in time."""
        self.resuming.recover(work)

    def go_on_with(self, run: SavedRun, path: Path) -> None:
        """Go on with a run that was read from `path`, where it stood."""
        self.resuming.go_on_with(run, path)

    def go_back_to(self, past: Past, path: Path | None) -> None:
        """Bring back the moment that the picture at `path` carries, with its document; None for one that is no file.

        Where its data is not found, it is asked for.
        """
        self.returning.bring_back(past, path)

    def _lane(self) -> int:
        return self.state.now.lane

    def close_keeping(self) -> None:
        """Close the window without a question; what is unsaved is offered by the next start."""
        self._keeps_work = True
        self.close()

    def close_asking(self) -> bool:
        """Close the window unless the person keeps unsaved changes; True if it was closed."""
        return self.files.may_lose_changes() and self.close()

    def close_all_asking(self) -> None:
        """Close all windows, this one first, until the person keeps one."""
        for each in QApplication.topLevelWidgets():
            if isinstance(each, MainWindow) and not each.close_asking():
                return

    def toggle_projector(self) -> None:
        """Turn projector mode on or off."""
        self.projector.toggle()

    def go_to_area(self, step: int) -> None:
        """Give the keyboard to the next area of the window (1), or to the one before (-1)."""
        self.areas.go(step)

    @property
    def parts_to_read(self) -> list[QWidget]:
        """What a screen reader finds in the window, in order."""
        return reading_order.in_order(self, self.areas.in_order(), self.start.page if self.start.shown else None)

    def end_tour(self) -> None:
        """End the tour, if one is on its way."""
        self.start.tour.end()

    def open_gallery(self) -> None:
        """Show all figures with previews; one that is chosen opens as a panel."""
        self.figure_gallery.open()

    def open_sweeps(self) -> None:
        """Show the dialog of sweeps."""
        self.sweeps.open()

    def toggle_findings(self) -> None:
        """Open the list of findings below the canvas, or close it."""
        self.findings_row.toggle()

    # Parts

    def _make_model(self, experiment: Experiment | None) -> None:
        self.document = Document(experiment, self)
        self.selection = Selection(self)
        self.breakpoints = Breakpoints(self.document, self)
        self.state = StateKeeper(self.document, self.selection, self.breakpoints, self)
        self.bridge = RunnerBridge(self)
        self.runner = self.bridge.runner
        self.orders = StandingOrders(self.runner.give, self.document, self.selection, self.breakpoints, self)

    def _make_parts(self) -> None:
        self.messages = StatusBar(self)
        self.setStatusBar(self.messages)
        self.looks = Looks(self._appearance, self.state, self.messages.notice, self)
        self._deliver = Delivery(self.messages.refuse)
        self.actions_by_name = Actions(self, self.state)
        self.projector = Projector(self, self._appearance)
        self.transport = Transport(self.actions_by_name, preferences.load().pace, self)
        self.keys = TransportKeys(self)
        self.canvas = CanvasView(self.document, self.selection, self)
        self.canvas.share_escape(self._escape_leaves)
        self.run_commands = RunCommands(self.runner.give, self.selection, self.transport)
        self.timeline = TimelineStrip(self.run_commands.seek, self)
        self.scaler = WeightScaler(self.runner.give, self.actions_by_name["run.undoScaling"], self)
        self.weight_commands = WeightCommands(self.runner.give, self.document, self.selection, self.scaler.open)
        self.problems = ProblemList(self.document, self.selection, self)
        kept = preferences.load() if self._remembers else preferences.Preferences()
        self.findings_row = FindingsRow(self.document, self.canvas, self.messages, self.state, kept, self)
        refuse = self.messages.refuse
        self.watches_row = WatchesRow(self.document, self.breakpoints, self.state, refuse, kept, self.runner.give, self)
        self.palette_box = CommandPalette(self)
        add_breakpoint = QMenu(self)
        add_breakpoint.setObjectName("breakpoints.addMenu")
        fill(add_breakpoint, self.actions_by_name, BREAKPOINTS)
        self.breakpoint_list = BreakpointList(self.breakpoints, self.document, add_breakpoint, self)
        ask = dialogs.Questions(self)
        give, notify = self.runner.give, self.messages.notice
        target = ExportTarget(self)
        self.exporting = Exporting(self.document, target, self.state, give, ask, notify, self._appearance, self)
        self.slides = SlideMaker(self.document, give, ask.ask_slides, notify, self._appearance, self)
        self.panels = Panels(self.document, self.selection, self.state, self.projector, give, notify, self)
        self.number_menu = NumberMenu(self)
        self.point_entries = PointEntries(self.document, self.number_menu, self)
        docks = self.docks = Docks(self, self.document, self.selection, self.breakpoint_list, ask, self._make_panel)
        self.palette_panel, self.outline, self.inspector = docks.palette, docks.outline, docks.inspector
        self.settings = Settings(self.document, self.inspector, self.go_to)
        self.palette_box.serve(self.settings)
        self.panel_docks, self.shelf = docks.panels, docks.shelf
        target.serve(self.panel_docks)
        self.exporting.serve_handles(self.panel_docks)
        self.stage = StagePanel(docks.right, self)
        self.staging = Staging(self, self.document, self.canvas, self.shelf, self.panel_docks, self._appearance, notify)
        panel_height = PanelHeight(self, self.panel_docks)
        self.panel_layout = PanelLayout(self, self.panel_docks, panel_height)
        self.room = Room(
            self,
            self.projector,
            docks,
            self.panels,
            self.panel_layout,
            panel_height,
            self.stage,
            self.canvas,
            self.timeline,
            (self.findings_row, self.watches_row),
        )
        self.panels.serve(self.panel_docks, self.panel_layout, self.room.reset)
        self.figure_gallery = FigureGallery(self, self.document, self.selection, self.panel_docks)
        self.sweeps = Sweeps(self.document, self.exporting.serve, self.open_beside, self.messages.notice, self)
        self.forking = Forking(self.document, self.run_commands.stop, self)
        self.data_import = DataImport(self.bridge, self.document, self.selection, ask.ask_data_file, self)
        self.autosave = Autosaver(self.document, self)
        self.resuming = Resuming(
            self.document, self.orders, give, self.autosave, self._order_if_waiting, self.messages, self
        )
        self.returning = Returning(self.bridge, self.document, ask.ask_data_file, self.resuming.go_back, notify, self)
        self.files = FileCommands(
            self.document, ask, self.data_import.show_file, notify, give, self.go_on_with, self.go_back_to, self._lane
        )
        self.papers = Papers(self.document, self.files.may_lose_changes, give, notify, self.state, self)
        self.start = Start(self, self)
        self.lessons = Lessons(self, self, give, notify)
        self.code = CodeCommands(self.document, ask, QGuiApplication.clipboard().setText, notify, give)
        self.former_runs = FormerRunCommands(give, ask.ask_text, self.state.set_compares_runs)
        self.shared_file = SharedFile(self.document, self.messages.notice, self)
        self.editor = Editor(self.document, self.selection, self.messages.refuse)
        self.stack_commands = StackCommands(self.editor, ask.ask_number)

    def _make_panel(self, name: str, title: str) -> FigurePanel:
        panel = self.panels.make(name, title)
        self.exporting.serve(panel)
        panel.entries_at = self.point_entries.at
        return panel

    def _make_commands(self) -> None:
        actions, weights = self.actions_by_name, self.weight_commands
        clicker = ClickerKeys(actions, self.state)
        self.projector.changed.connect(clicker.set_on_stage)
        lanes = LaneCommands(
            self.editor,
            self.canvas.rename_lane,
            weights.scale_lane,
            self.docks.show_own_training,
            iteration=lambda: self.showing.iteration,
            ask_fork=self.forking.open,
        )
        breakpoints = BreakpointCommands(self.breakpoints, self.document, self.selection)
        self.context_menus = ContextMenus(self.canvas, actions, lanes, breakpoints)
        self._lanes = lanes
        actions.serve(
            {
                FileCommands: self.files,
                CodeCommands: self.code,
                Document: self.document,
                LayerCommands: LayerCommands(self.editor, QGuiApplication.clipboard(), self.files.open_copied),
                BlockCommands: BlockCommands(self.document, self.selection, self.messages.refuse),
                StackCommands: self.stack_commands,
                LaneCommands: lanes,
                RunCommands: self.run_commands,
                ClickerKeys: clicker,
                FormerRunCommands: self.former_runs,
                WeightCommands: weights,
                BreakpointCommands: breakpoints,
                WatchCommands: WatchCommands(self.watches_row, self.document, self.selection),
                canvas.Canvas: self.canvas,
                views.Views: self.shelf,
                layouts.Panels: self.panels,
                stage.Stage: self.staging,
                exporting.Exports: self.exporting,
                slides.Slides: self.slides,
                learn.Learning: self.start,
                lessons.Lessons: self.lessons,
                window.Window: self,
                window.Looks: self.looks,
                window.Help: Help(self, self.palette_box, self._appearance),
            }
        )
        toggles = [dock.toggleViewAction() for dock in self.docks.all]
        build_menus(
            self.menuBar(),
            actions,
            fillers_of(
                self.files,
                self.panel_docks,
                self.stack_commands,
                self.palette_panel.add,
                toggles,
                self.former_runs,
                self.papers.open_example,
                self.papers.open,
                actions["file.papers"],
            ),
        )

    def _make_showing(self) -> None:
        self.showing = Showing(
            self.document, self.selection, self.canvas, self.transport, self.panel_docks, self._deliver, self
        )
        self.showing.serve(
            data=(self.canvas, self.outline, self.inspector),
            problems=(self.canvas, self.outline, self.problems),
            hints=(self.inspector,),
            updates=(
                self.run_commands,
                self.former_runs,
                self.state,
                self.context_menus,
                self.timeline,
                self.scaler,
                self.breakpoint_list,
                self.findings_row.findings,
                self.watches_row.list,
                self.shelf,
                self.figure_gallery,
                self.forking,
                self.lessons,
                self.code,
                self.exporting,
                self.messages,
                self.start,
                self.autosave,
                Speaking(self.transport, self.transport.position),
            ),
        )

    def _make_theming(self) -> None:
        self._theming = Theming(
            self._appearance,
            (
                self.actions_by_name,
                self.transport,
                self.timeline,
                self.scaler,
                self.breakpoint_list,
                *self.lists_below,
                self.room,
                self.number_menu,
                self.messages,
                self.canvas,
                self.palette_panel,
                self.outline,
                self.problems,
                self.inspector,
                self.shelf,
                self.figure_gallery,
                self.sweeps,
                self.forking,
                self.exporting,
                self.staging,
                self.start,
                self.lessons,
                self.papers.bar,
                self.settings,
                self.areas,
                *self.panel_docks,
            ),
            self._deliver,
            self,
        )

    def _lay_out(self) -> None:
        middle = QWidget(self)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.papers.bar)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.scaler)
        column.addWidget(self.timeline)
        column.addWidget(self.problems)
        for below in self.lists_below:
            column.addWidget(below)
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(column, 1)
        row.addWidget(self.stage)  # as high as all of them: an explanation is read from top to bottom
        self.setCentralWidget(middle)
        lists = (self.problems, *self.lists_below)
        self.areas = Areas(self)
        self.areas.serve(
            (self.transport,),
            (self.papers.bar, self.canvas, self.stage, self.scaler, self.timeline, *lists),
            (self.messages,),
        )
        bar = QToolBar(tr("Transport"), self)
        bar.setObjectName("toolbar.transport")
        bar.setMovable(False)
        bar.setFloatable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.toggleViewAction().setVisible(False)
        bar.addWidget(self.transport)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)

    def _connect(self) -> None:
        self._connect_model()
        self._connect_canvas()
        self._connect_evidence()
        self.transport.pace_changed.connect(self.run_commands.pace_changed)
        self.bridge.updated.connect(self.showing.show_update)
        self.bridge.figures_made.connect(self._show_figures)
        self.bridge.noticed.connect(self.messages.notice)
        self.bridge.found.connect(self.shelf.show_found)
        self.bridge.run_read.connect(self.files.show_run)
        self.autosave.failed.connect(self.messages.refuse)
        self.scaler.refused.connect(self.messages.refuse)
        self.scaler.left.connect(self.canvas.setFocus)

    def _connect_model(self) -> None:
        self.actions_by_name.ran.connect(self._action_ran)
        self.projector.changed.connect(self.state.set_projected)
        self.room.begin()
        self.document.changed.connect(self._experiment_changed)
        self.document.replaced.connect(self._document_replaced)
        self.document.file_changed.connect(self._retitle)
        self.selection.changed.connect(self._choose_figures)
        self.breakpoints.changed.connect(self._show_breakpoints)

    def _connect_canvas(self) -> None:
        EditsSaid(self.canvas, self.document.undo_stack)
        view, refuse = self.canvas, self.messages.refuse
        view.refused.connect(refuse)
        view.contents_changed.connect(self.state.set_card_contents)
        view.action_asked.connect(self.actions_by_name.run)
        view.menu_asked.connect(self.context_menus.open)
        view.lane_named.connect(self._name_lane)
        view.lane_toggled.connect(self._hide_or_show_lane)
        view.tensor_asked.connect(self.shelf.show_of_selected)
        # Later: what they ask would keep the program waiting that the file was dragged from.
        later = Qt.ConnectionType.QueuedConnection
        view.file_dropped.connect(self.files.open_dropped, later)
        view.picture_dropped.connect(self.files.open_picture, later)
        WindowDrops(self.files.open_dropped, self.files.open_picture, self)
        view.own_file_asked.connect(self.data_import.ask_file, later)
        self.palette_panel.own_file_asked.connect(self.data_import.ask_file)
        self.inspector.own_file_asked.connect(self.data_import.ask_file)
        self.inspector.file_edited.connect(self.data_import.edit)
        self.data_import.refused.connect(self.inspector.refuse_data)
        self.data_import.refused.connect(refuse)
        self.outline.refused.connect(refuse)
        self.outline.rename_asked.connect(view.rename_lane)
        self.outline.menu_asked.connect(self.context_menus.open)

    def _connect_evidence(self) -> None:
        self.problems.chosen.connect(self.go_to)
        self.breakpoint_list.gone_to.connect(self.go_to)
        self.panels.chosen_anew.connect(self._choose_figures)
        for dock in self.panel_docks:
            dock.filling_asked.connect(self.orders.fill_in)
            dock.dismiss_asked.connect(self.former_runs.dismiss)
        self.shelf.view_made.connect(self._serve_view)
        self.shelf.lenses_changed.connect(self.orders.set_lenses)
        self.shelf.inquired.connect(self.orders.ask)
        self.shelf.given_up.connect(self.orders.give_up)
        self.shelf.refused.connect(self.messages.refuse)
        self.start.refused.connect(self.messages.refuse)
        self.findings_row.serve(self.shelf, self.go_to, self._lanes)
        self.watches_row.serve(self.number_menu)
        self.watches_row.list.figure_asked.connect(self.figure_gallery.open_watch)
        self.shelf.layer_chosen.connect(self.go_to)
        self.shelf.operation_chosen.connect(self.run_commands.go_to_operation)
        self.shelf.fork_asked.connect(self._fork)
        self.shelf.change_asked.connect(self._fork_with)
        self.point_entries.why_asked.connect(self.shelf.ask_why)
        self.point_entries.loss_asked.connect(self.shelf.ask_why_loss)
        self.former_runs.begin()
        self.figure_gallery.wanted.connect(self.orders.set_previews)
        self.bridge.previewed.connect(self.figure_gallery.show_preview)
        self._choose_figures()

    @property
    def lists_below(self) -> tuple[ListBelow, ...]:
        """The lists that open below the canvas."""
        return self.findings_row.list, self.watches_row.list

    @property
    def update_shown(self) -> Update:
        """The update that is on screen."""
        return self.showing.update

    @property
    def figures_shown(self) -> Figures:
        """The figures that are on screen."""
        return self.showing.figures

    # What follows from what

    @Slot()
    def _experiment_changed(self) -> None:
        if not self._closed:
            self.messages.clear_problem()
            self._order_experiment()

    @Slot()
    def _order_experiment(self) -> None:
        if self._closed:
            return
        # A document that came before the first paint is under way; ordered again, it would drop what was ordered since.
        self._first_order.stop()
        self.showing.experiment_changed()
        self.selection.keep_existing(self.document.experiment)
        self.orders.set_experiment()
        self.state.expect_session()
        self.data_import.ask_before_reading(self._data_agreed_to)

    def _order_if_waiting(self) -> None:
        """Order the experiment of a new window, if that waits for the first paint."""
        if self._first_order.isActive():
            self._order_experiment()

    def _data_agreed_to(self) -> None:
        """The run can be made now; work that was recovered goes on where it stood, unless it was edited meanwhile."""
        self.orders.set_experiment()
        self.resuming.data_may_be_read()

    @Slot()
    def _document_replaced(self) -> None:
        if not self._closed:
            self.selection.set([])
            self.showing.document_replaced()
            self.shelf.forget()
            self.findings_row.findings.forget()
            self.watches_row.list.forget()
            self.panels.document_replaced()

    @Slot(object)
    def _serve_view(self, view: View) -> None:
        """Serve what a view that was just made has of panels, and its numbers."""
        view.serve_numbers(self.number_menu)
        view.copy_asked.connect(partial(self.exporting.copy_of, view))
        view.export_asked.connect(partial(self.exporting.export_as, view))
        for panel in view.findChildren(FigurePanel):
            self.exporting.serve(panel)
            panel.entries_at = self.point_entries.at

    @Slot()
    def _choose_figures(self) -> None:
        if self._closed or not isValid(self):  # docks hide, too, while the window is being destroyed
            return
        self.orders.set_figures(self.panels.wanted(self.selection.current))

    @Slot(object)
    def _show_figures(self, figures: Figures) -> None:
        self.showing.show_figures(figures)
        self.start.show_figures(figures)
        self.room.show_figures(figures)

    @Slot()
    def _show_breakpoints(self) -> None:
        marks = self.breakpoints.marks()
        self.canvas.show_breakpoints(marks)
        self.outline.show_breakpoints({layer_id: SIGNS[mark] for layer_id, mark in marks.items()})

    @Slot(str)
    def _action_ran(self, name: str) -> None:
        if name in ORDERS_TO_RUN:
            self.messages.clear_problem()

    @Slot(int, str)
    def _name_lane(self, stack_id: int, name: str) -> None:
        self._lanes.at(stack_id).rename(name)

    @Slot(int, int, object)
    def _fork(self, stack_id: int, iteration: int, tried: Try) -> None:
        self._lanes.at(stack_id).try_out(tried, iteration)

    @Slot(int, int, object, str)
    def _fork_with(self, stack_id: int, iteration: int, change: Change, name: str) -> None:
        self._lanes.at(stack_id).fork(lambda _experiment, _stack: (change,), name, iteration)

    @Slot(int)
    def _hide_or_show_lane(self, stack_id: int) -> None:
        self._lanes.at(stack_id).hide_or_show()

    def _escape_leaves(self) -> bool:
        """Whether Escape ends a pointer, a dark screen or projector mode."""
        return self.staging.takes_escape() or self.projector.takes_escape()

    @Slot()
    def _retitle(self) -> None:
        self.setWindowModified(self.document.modified)
        self.setWindowTitle(tr(f"{self.document.name}[*] — bnsim"))

    # Events

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self.number_menu.open(self, event):
            super().contextMenuEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.panel_layout.window_shown()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.room.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.staging.takes_escape():
            self.staging.uncover()
            return
        if event.key() == Qt.Key.Key_Escape and self.projector.on:
            self.projector.leave()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._closed:
            event.accept()
            return
        # Asked only where a person closes it: a script that calls close() means it.
        if event.spontaneous() and not self.files.may_lose_changes():
            event.ignore()
            return
        self.projector.leave()
        self.lessons.close()
        self._closed = True
        if self._remembers:
            keep_layout(self)
            preferences.update(pace=PACES.index(self.transport.pace), cards=self.canvas.card_style.contents)
        self.sweeps.close()
        self.start.close()
        self.staging.close()
        self.exporting.close()
        self.slides.close()
        self.autosave.close(keep=self._keeps_work)
        self.shared_file.close()
        self.orders.close()
        self.actions_by_name.close()
        self.messages.close_timer()
        self.bridge.close()
        garbage_collector().free_when_destroyed(self)
        event.accept()
