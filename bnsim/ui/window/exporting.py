"""The window's exports: the dialog, the clipboard, the last one again, and the picture of the window itself."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import QWidget

from bnsim.figures import FIGURES
from bnsim.plot.carried import NOTHING, Carried
from bnsim.plot.figure import Figure
from bnsim.plot.theme import Theme
from bnsim.plot.writers import formats_of, write
from bnsim.runner.orders import DrawFigure, Order
from bnsim.runner.updates import Notice, Update
from bnsim.spec.whole_file import written_whole
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.commands.state_keeper import StateKeeper
from bnsim.ui.exporting.background import Background
from bnsim.ui.exporting.drawing import Copied, copied, free_place
from bnsim.ui.exporting.mime import mime_of, png_of
from bnsim.ui.model import preferences
from bnsim.ui.model.document import Document
from bnsim.ui.model.export_choices import ExportChoices, keep_choices, load_choices
from bnsim.ui.model.exportable import Exportable, HasExport
from bnsim.ui.theme.style import Appearance
from bnsim.ui.window.dialogs import Questions
from bnsim.ui.window.export_target import ExportTarget

if TYPE_CHECKING:
    from bnsim.ui.exporting.dialog import ExportDialog

WINDOW_SCALE = 2.0
NOTHING_SHOWN = "There is nothing to export yet: open a panel, or step once."
AGAIN, COPY, WINDOW = "again", "copy", "window"


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
        self._waited_for: list[Future[Figure]] = []
        self._last: tuple[QWidget, Path, ExportChoices] | None = None
        target.changed.connect(self.refresh)

    def serve(self, panel: FigurePanel) -> None:
        """Have the panel's figure drawn with all of its points when it is exported."""
        panel.draw_in_full = partial(self._in_full, panel)

    def export(self) -> None:
        """Open the dialog for what has the focus, or had it last."""
        source = self._target.source()
        if source is None:
            self._notify(Notice(NOTHING_SHOWN, "problem"))
        else:
            self.export_of(source)

    def export_of(self, source: QWidget) -> None:
        """Open the dialog for what that widget shows."""
        what = source.exportable() if isinstance(source, HasExport) else None
        if what is None or what.make is None:
            self._notify(Notice(NOTHING_SHOWN, "problem"))
            return
        if self.dialog is not None:
            self.dialog.reject()
        from bnsim.ui.exporting.dialog import ExportDialog

        self._begin(what)
        made = self.dialog = ExportDialog(
            what,
            load_choices(self._appearance.theme.name),
            self._folder() / self._base(what),
            self.background,
            self._ask.ask_folder,
            self._ask.ask_replace,
            self._window,
        )
        made.set_theme(self._appearance.theme)
        made.written.connect(partial(self._written, source))
        made.copy_asked.connect(self.copy_this)
        made.finished.connect(self._closed)
        made.open()

    def export_again(self) -> None:
        """Write what was exported last, as it is now, beside the last file."""
        if self._last is None:
            return
        source, path, choices = self._last
        what = source.exportable() if isinstance(source, HasExport) else None
        if what is None or what.make is None:
            self._notify(Notice(NOTHING_SHOWN, "problem"))
            return
        self._begin(what)
        self._notify(Notice(f"Writing {path.name}…"))
        work = partial(_write_beside, what, path, choices, NOTHING)
        self.background.ask(AGAIN, work, self._wrote_again, self._fail)

    def copy(self) -> None:
        """Copy what has the focus as a picture, and what it says as text."""
        what = self._target.now()
        if what is None:
            self._notify(Notice(NOTHING_SHOWN, "problem"))
        else:
            self.copy_this(what, load_choices(self._appearance.theme.name))

    def copy_this(self, what: Exportable, choices: ExportChoices) -> None:
        """Copy a picture as it would be written."""
        self._begin(what)
        work = partial(copied, what, choices.style, NOTHING)
        self.background.ask(COPY, work, self._copied, self._fail)

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
        self.background.close()

    @Slot()
    def refresh(self) -> None:
        """Say in the menus what would be exported."""
        what = self._target.now()
        self._state.set_exports("" if what is None else what.title, "" if self._last is None else self._last[1].name)

    def _in_full(self, panel: FigurePanel) -> DrawFigure | None:
        if panel.name not in FIGURES or panel.frozen:
            return None
        return DrawFigure(panel.name, Future(), panel.ghosts)

    def _begin(self, what: Exportable) -> None:
        self._waited_for = [each for each in self._waited_for if not each.done()]
        if isinstance(what.order, DrawFigure):
            self._waited_for.append(what.order.drawn)
        if what.order is not None:
            self._give(what.order)

    def _grabbed(self) -> QPixmap:
        """The window with twice as many pixels as it has on the screen."""
        window = self._window
        made = QPixmap(window.size() * WINDOW_SCALE)
        made.setDevicePixelRatio(WINDOW_SCALE)
        window.render(made)
        return made

    def _folder(self) -> Path:
        kept = preferences.load().folder
        return Path(kept) if kept else Path.home()

    def _base(self, what: Exportable) -> str:
        return what.name if self._document.path is None else f"{self._document.path.stem}-{what.name}"

    def _written(self, source: QWidget, place: Path, choices: ExportChoices) -> None:
        preferences.update(folder=str(place.parent))
        keep_choices(choices)
        self._last = source, place, choices
        self._notify(Notice(f"Saved {place}", "done"))
        self.refresh()

    def _wrote_again(self, place: Path) -> None:
        self._notify(Notice(f"Saved {place}", "done"))

    def _copied(self, made: Copied) -> None:
        QGuiApplication.clipboard().setMimeData(mime_of(made))
        self._notify(Notice("Copied as a picture and as text" if made.png else "Copied as LaTeX", "done"))

    def _fail(self, sentence: str) -> None:
        if sentence:
            self._notify(Notice(sentence, "problem"))

    @Slot()
    def _closed(self) -> None:
        self.dialog = None


def _write_beside(what: Exportable, path: Path, choices: ExportChoices, carried: Carried) -> Path:
    assert what.make is not None
    picture = what.make()
    if choices.format not in formats_of(picture):
        choices = replace(choices, format=formats_of(picture)[0])
    place = free_place(path)
    write(picture, place, style=choices.style, carried=carried)
    return place
