"""The window's exports: the dialog, the clipboard, the last one again, and the picture of the window itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from bnsim.figures import FIGURES
from bnsim.figures.options import Value
from bnsim.plot.carried import Carried
from bnsim.plot.theme import Theme
from bnsim.plot.writers import FILMS, Picture, boxes_in, write
from bnsim.runner.orders import Collect, DrawFigure, Order, TellPast
from bnsim.runner.updates import Notice, Update
from bnsim.spec.datasets import FileData
from bnsim.spec.whole_file import written_whole
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.commands.state_keeper import StateKeeper
from bnsim.ui.exporting.background import Background
from bnsim.ui.exporting.dragging import DraggedFiles, drag_out
from bnsim.ui.exporting.drawing import Copied, copied, free_place
from bnsim.ui.exporting.filming import Filming
from bnsim.ui.exporting.mime import mime_of, png_of
from bnsim.ui.model import preferences
from bnsim.ui.model.document import Document
from bnsim.ui.model.export_choices import ExportChoices, keep_choices, load_choices
from bnsim.ui.model.exportable import Exportable, Film, HasExport
from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.theme.style import Appearance
from bnsim.ui.window.dialogs import Questions
from bnsim.ui.window.export_target import ExportTarget

if TYPE_CHECKING:
    from bnsim.session import Session
    from bnsim.session.past import Past
    from bnsim.ui.exporting.dialog import Carry, ExportDialog

WINDOW_SCALE = 2.0
NOTHING_SHOWN = "There is nothing to export yet: open a panel, or step once."
Report = Callable[[int, int], None]
AGAIN, COPY, DRAG, WINDOW = "again", "copy", "drag", "window"


class Exporting(QObject):
    """Exports what `target` says. `give` takes an order of the runner's, `ask` has the questions about files."""

    def __init__(
        self,
        document: Document,
        target: ExportTarget,
        state: StateKeeper,
        give: Callable[[Order], object],
        ask: Questions,
        notify: Callable[[Notice], object],
        appearance: Appearance,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._window, self._document, self._target = window, document, target
        self._state, self._give, self._ask, self._notify = state, give, ask, notify
        self._appearance = appearance
        self.background = Background(self)
        self.dialog: ExportDialog | None = None
        self._axes = NormAxes(self)
        self._filming = Filming(give, self)
        self._waited_for: list[Future[Any]] = []
        self._dragged = DraggedFiles()
        self._last: _Last | None = None
        target.changed.connect(self.refresh)

    def serve(self, panel: FigurePanel) -> None:
        """Export and copy the panel's figure, with all of its points, when its menu or its window asks for it."""
        panel.draw_in_full = partial(self._in_full, panel)
        panel.export_asked.connect(partial(self.export_as, panel))
        panel.films = partial(self._films, panel)
        panel.preview_asked.connect(partial(self.export_of, panel))
        panel.copy_asked.connect(partial(self.copy_of, panel))

    def serve_handles(self, docks: Sequence[PanelDock]) -> None:
        """Have pictures dragged out of the panels by their handles."""
        for dock in docks:
            dock.drag_asked.connect(partial(self.drag_from, dock))

    def export(self) -> None:
        """Open the dialog for what has the focus, or had it last."""
        source = self._target.source()
        if source is None:
            self._notify(Notice(NOTHING_SHOWN, "problem"))
        else:
            self.export_of(source)

    def export_of(self, source: QObject) -> None:
        """Open the dialog for what that shows."""
        what = _shown_by(source)
        if what is None or what.make is None:
            self._notify(Notice(NOTHING_SHOWN, "problem"))
            return
        choices = load_choices(self._appearance.theme.name)
        self._open(what, choices, self._folder() / self._base(what), partial(self._written, source))

    def _open(
        self, what: Exportable, choices: ExportChoices, place: Path, written: Callable[[Path, ExportChoices], None]
    ) -> ExportDialog:
        if self.dialog is not None:
            self.dialog.reject()
        from bnsim.ui.exporting.dialog import ExportDialog

        self._begin(what)
        carry = self._carry()
        made = self.dialog = ExportDialog(
            what,
            choices,
            place,
            self.background,
            self._ask.ask_folder,
            self._ask.ask_replace,
            self._window,
            carry=carry,
            own_data=isinstance(self._document.experiment.data, FileData),
            filming=self._filming,
        )
        made.set_theme(self._appearance.theme)
        made.written.connect(written)
        made.copy_asked.connect(self.copy_this)
        made.finished.connect(self._closed)
        made.open()
        return made

    def export_as(self, source: QWidget, format: str) -> None:
        """Ask for a file and write what that widget shows in that format, in the style that was chosen last."""
        what = _shown_by(source)
        path = None if what is None else self._ask.ask_export(self._base(what), format)
        if path is None:
            return
        preferences.update(folder=str(path.parent))
        choices = replace(load_choices(self._appearance.theme.name), format=format)
        self._last = _Last(source, path, choices)
        self._write(source, path, choices, place_of=lambda path: path)

    def export_again(self) -> None:
        """Write what was exported last, as it is now, beside the last file."""
        if self._last is None:
            return
        last = self._last
        if last.choices.format in FILMS:
            self._film_again(last)
        else:
            self._write(last.source, last.place, last.choices, place_of=free_place, part=last.part)

    def _film_again(self, last: _Last) -> None:
        """Make the film once more, in the dialog, which says how far it is and can be told to give up."""
        what = _shown_by(last.source)
        if what is None or what.make is None or not what.films:
            self._notify(Notice(NOTHING_SHOWN, "problem"))
            return
        self._open(what, last.choices, last.place.with_suffix(""), self._filmed).write_at_once(last.film)

    @Slot(object, object)
    def _filmed(self, place: Path, choices: ExportChoices) -> None:
        self._notify(Notice(f"Saved {place}", "done"))

    def _write(
        self,
        source: QObject,
        path: Path,
        choices: ExportChoices,
        *,
        place_of: Callable[[Path], Path],
        part: str = "",
    ) -> None:
        what = _shown_by(source)
        if what is None or what.make is None:
            self._notify(Notice(NOTHING_SHOWN, "problem"))
            return
        self._begin(what)
        self._notify(Notice(f"Writing {path.name}…"))
        work = partial(_written, what.with_part(part), path, choices, self._carry(), place_of)
        self.background.ask(f"{AGAIN} {path}", work, self._wrote, self._fail)

    def copy(self) -> None:
        """Copy what has the focus as a picture, and what it says as text."""
        self.copy_of(self._target.source())

    def copy_of(self, source: QWidget | None) -> None:
        """Copy what that widget shows."""
        what = _shown_by(source)
        if what is None:
            self._notify(Notice(NOTHING_SHOWN, "problem"))
        else:
            self.copy_this(what, load_choices(self._appearance.theme.name))

    def drag_from(self, dock: PanelDock) -> None:
        """Draw the panel's picture, and have it hang on the pointer if the button is still down then."""
        what = _shown_by(dock)
        if what is None:
            self._notify(Notice(NOTHING_SHOWN, "problem"))
            return
        self._begin(what)
        choices, carry = load_choices(self._appearance.theme.name), self._carry()

        def draw() -> tuple[Copied, Path]:
            made = copied(what, choices.style, carry(choices))
            return made, self._dragged.write(made)

        self.background.ask(DRAG, draw, partial(self._drag, dock), self._fail)

    def _drag(self, dock: PanelDock, made: tuple[Copied, Path]) -> None:
        if QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            drag_out(dock.handle, *made)

    def copy_this(self, what: Exportable, choices: ExportChoices) -> None:
        """Copy a picture as it would be written."""
        self._begin(what)
        carry = self._carry()
        work = lambda: copied(what, choices.style, carry(choices))  # noqa: E731
        self.background.ask(COPY, work, self._copied, self._fail)

    def export_axes(self) -> None:
        """Open the dialog for what normalizations average over."""
        self.export_of(self._axes)

    def export_window(self) -> None:
        """Ask for a file, and write the whole window as a picture."""
        picture = self._grabbed()
        path = self._ask.ask_export("bnsim", "png")
        if path is None:
            return
        preferences.update(folder=str(path.parent))

        image = picture.toImage()

        def save() -> Path:
            with written_whole(path) as file:
                file.write(png_of(image))
            return path

        self.background.ask(WINDOW, save, lambda saved: self._notify(Notice(f"Saved {saved}", "done")), self._fail)

    def show_update(self, update: Update) -> None:
        """Follow what can be exported."""
        self.refresh()

    def set_theme(self, theme: Theme) -> None:
        if self.dialog is not None:
            self.dialog.set_theme(theme)

    def close(self) -> None:
        """Finish what is being written, and wait for no figure any more."""
        if self.dialog is not None:
            self.dialog.reject()
        for each in self._waited_for:
            each.cancel()
        self._filming.stop()
        self.background.close()
        self._dragged.remove()

    @Slot()
    def refresh(self) -> None:
        """Say in the menus what would be exported."""
        what = self._target.now()
        self._state.set_exports("" if what is None else what.title, "" if self._last is None else self._last.place.name)

    def _in_full(self, panel: FigurePanel) -> DrawFigure | None:
        if panel.name not in FIGURES or panel.frozen:
            return None
        return DrawFigure(panel.name, Future(), panel.ghosts)

    def _films(self, panel: FigurePanel) -> tuple[Film, ...]:
        """The film of a panel's figure, with what is chosen of it."""
        about = FIGURES[panel.name].about_layer
        layer = (self._state.now.current if panel.layer is None else panel.layer) if about else 0
        return (Film("Over the training", partial(_over_training, panel.name, panel.options, layer or None)),)

    def _begin(self, what: Exportable) -> None:
        self._waited_for = [each for each in self._waited_for if not each.done()]
        if isinstance(what.order, DrawFigure):
            self._waited_for.append(what.order.drawn)
        elif isinstance(what.order, Collect):
            self._waited_for.append(what.order.made)
        if what.order is not None:
            self._give(what.order)

    def _carry(self) -> Carry:
        """Ask the runner how it came to this moment; the function waits for that, in another thread."""
        document = self._document.to_save
        told: tuple[Future[Past], ...] = (Future(),)
        if isinstance(document.experiment.data, FileData):
            told = (*told, Future())
        for with_data, each in enumerate(told):
            self._waited_for.append(each)
            self._give(TellPast(document, each, with_data=bool(with_data)))
        return lambda choices: _carried(told[-1 if choices.attaches and choices.embeds else 0], choices)

    def _grabbed(self) -> QPixmap:
        """The window with twice as many pixels as it has on the screen."""
        from bnsim.ui.window.grabbing import grabbed  # pyqtgraph comes with it

        return grabbed(self._window, WINDOW_SCALE)

    def _folder(self) -> Path:
        kept = preferences.load().folder
        return Path(kept) if kept else Path.home()

    def _base(self, what: Exportable) -> str:
        return what.name if self._document.path is None else f"{self._document.path.stem}-{what.name}"

    def _written(self, source: QObject, place: Path, choices: ExportChoices) -> None:
        preferences.update(folder=str(place.parent))
        keep_choices(choices)
        dialog = self.dialog
        chosen = ("", "") if dialog is None else (dialog.part_words, dialog.film_words)
        self._last = _Last(source, place, choices, *chosen)
        self._notify(Notice(f"Saved {place}", "done"))
        self.refresh()

    def _wrote(self, written: tuple[Path, str]) -> None:
        place, lacking = written
        self._notify(Notice(f"Saved {place}; {lacking}" if lacking else f"Saved {place}", "done"))
        self.refresh()

    def _copied(self, made: Copied) -> None:
        QGuiApplication.clipboard().setMimeData(mime_of(made))
        self._notify(Notice("Copied as a picture and as text" if made.png else "Copied as LaTeX", "done"))

    def _fail(self, sentence: str) -> None:
        if sentence:
            self._notify(Notice(sentence, "problem"))

    @Slot()
    def _closed(self) -> None:
        self.dialog = None


class _Last(NamedTuple):
    """What was exported last: of what, where to, how; which part of it, "" for all, and which film."""

    source: QObject
    place: Path
    choices: ExportChoices
    part: str = ""
    film: str = ""


class NormAxes(QObject):
    """What normalizations average over, as a picture that nothing in the window shows."""

    def exportable(self) -> Exportable:
        """The picture."""
        from bnsim.ui.views.norm_axes import axes_diagram  # formulas come with it, which few windows need

        return Exportable("axes", "What normalizations average over", axes_diagram, fits=True)


def _shown_by(source: object) -> Exportable | None:
    return source.exportable() if isValid(source) and isinstance(source, HasExport) else None


def _over_training(
    name: str, options: Mapping[str, Value], layer: int | None, session: Session, most: int, report: Report
) -> Sequence[Picture]:
    """In the runner's thread: the figure after some iterations, on the same axes."""
    from bnsim.decks.frames import frames, spread

    iterations = spread(session.iteration, most)
    told = partial(_told, report, len(iterations))
    return frames(session, name, options, iterations, told, layer_id=layer)


def _told(report: Report, all_of: int, done: int) -> None:
    report(done, all_of)


def _carried(told: Future[Past], choices: ExportChoices) -> Carried:
    """What a file carries of how the run came to its moment: all, or the words alone."""
    from bnsim.session.past import carried  # the engine comes with it

    whole = carried(told.result())
    return whole if choices.attaches else Carried(whole.lines, whole.source)


def _written(
    what: Exportable, path: Path, choices: ExportChoices, carry: Carry, place_of: Callable[[Path], Path]
) -> tuple[Path, str]:
    """Write it, and return where it is and which characters it shows boxes for."""
    picture, place = what.picture(choices.style), place_of(path)
    write(picture, place, style=choices.style, carried=carry(choices))
    return place, boxes_in(picture, place)
