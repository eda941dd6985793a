"""The dialog of an export: the file as it will be at the left, how it is made at the right, its name below."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from bnsim.plot.carried import NOTHING, Carried
from bnsim.plot.figure import Figure
from bnsim.plot.pages import room_of
from bnsim.plot.theme import Theme
from bnsim.plot.writers import FILMS, Picture, formats_of, write
from bnsim.ui.exporting.background import Background
from bnsim.ui.exporting.drawing import Drawn, drawn, still
from bnsim.ui.exporting.filming import Filming
from bnsim.ui.exporting.form import WIDTH, ExportForm, page_words
from bnsim.ui.exporting.place import FilePlace
from bnsim.ui.language import tr
from bnsim.ui.model.export_choices import ExportChoices
from bnsim.ui.model.exportable import Exportable
from bnsim.ui.theme.style import by_text
from bnsim.ui.widgets.default_button import make_default
from bnsim.ui.widgets.spoken import call
from bnsim.ui.widgets.wheel import ignore_wheel

SIZE = (1120, 660)
CALM_MS = 60
"""A preview is drawn once nothing was changed for so long."""
SCROLL_ROOM = 16
MARGINS = 80
"""Pixels of the window's width that are free beside the dialog's content."""
PREVIEW, WRITE, PICTURE = "preview", "write", "picture"

Carry = Callable[[ExportChoices], Carried]
"""What the file is to carry, by what is chosen; called in another thread."""


class ExportDialog(QDialog):
    """Draws in the background, latest wins. `written` has the place of the file, and what was chosen for it."""

    written = Signal(object, object)
    copy_asked = Signal(object, object)
    """The picture is to be copied as it is drawn here: what, and what is chosen."""

    def __init__(
        self,
        what: Exportable,
        choices: ExportChoices,
        place: Path,
        background: Background,
        ask_folder: Callable[[Path], Path | None],
        ask_replace: Callable[[Path], bool],
        parent: QWidget,
        *,
        carry: Carry | None = None,
        own_data: bool = False,
        filming: Filming | None = None,
    ) -> None:
        """`place` is the folder and the name, without an ending, offered; `ask_folder` asks for another folder.

        `ask_replace` asks whether a file that exists is replaced. Without `carry` a file carries nothing, without
        `filming` there are no films.
        """
        super().__init__(parent)
        self.setObjectName("export")
        self.setWindowTitle(tr("Export"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._what, self._background = what, background
        self._ask_replace = ask_replace
        self._carry, self._own_data, self._filming = carry, own_data, filming
        if filming is not None:
            filming.progressed.connect(self._show_progress)
        self._picture: Picture | None = None
        self._drawn: Drawn | None = None
        self._at_once: str | None = None
        """The film of that name is to be written as soon as it can be, without a press of Export."""
        self._room = parent.size()
        self.form = ExportForm(choices, self)
        self._timer = QTimer(self, singleShot=True, interval=CALM_MS)
        self._timer.timeout.connect(self._draw)
        self._lay_out(place, ask_folder)
        self.form.changed.connect(self._changed)
        self.form.entered.connect(self.accept)
        self.file.offer(self.choices.format)
        room = self._room
        self.resize(
            min(by_text(SIZE[0]), max(room.width() - 40, 560)), min(by_text(SIZE[1]), max(room.height() - 40, 420))
        )
        self._make()
        self.file.setFocus()

    @Slot()
    def _make(self) -> None:
        """Have the picture made, of all or of the part that is chosen."""
        self._made_for = room_of(self.choices.style)
        work = partial(self._taken().picture, self.choices.style)
        self._busy("Drawing…")
        self._background.ask(PICTURE, work, self._show_picture, self._fail)

    def _taken(self) -> Exportable:
        """What is exported, with the part of it that is chosen."""
        return self._what.with_part(self.part_words)

    @property
    def part_words(self) -> str:
        """The name of the part that is chosen, "" for all of it."""
        chosen = self.part.currentIndex() - 1
        return "" if chosen < 0 else self._what.parts[chosen][0]

    @property
    def film_words(self) -> str:
        """The name of the film that is chosen."""
        films = self._what.films
        return films[max(self.form.film.currentIndex(), 0)].words if films else ""

    def write_at_once(self, film: str) -> None:
        """Write the film of that name as soon as its first picture is shown; how far it is and Cancel are there."""
        self._at_once = film

    @property
    def choices(self) -> ExportChoices:
        """What is chosen."""
        return self.form.choices

    @property
    def place(self) -> Path:
        """Where the file is written, its ending that of the format."""
        return self.file.path

    def accept(self) -> None:
        """Write the file; the dialog closes once it is there."""
        if self._picture is None or not self.write.isEnabled():
            return
        place = self.place
        if place.exists() and not self._ask_replace(place):
            self.file.ask_anew()
            return
        self._timer.stop()
        self._background.drop(PREVIEW)
        self._busy(f"Writing {place.name}…")
        self.write.setEnabled(False)
        picture, choices, carry = self._picture, self.choices, self._carried
        work: Callable[[], Path] = lambda: _write(picture, place, choices, carry)  # noqa: E731
        if choices.format in FILMS and self._filming is not None:
            work = self._filming.begin(self._what.films[self.form.film.currentIndex()], place, choices)
        self._background.ask(WRITE, work, self._written, self._fail)

    def done(self, result: int) -> None:
        for kind in (PREVIEW, PICTURE, WRITE):
            self._background.drop(kind)
        if self._filming is not None:
            self._filming.stop()
        self._timer.stop()
        super().done(result)

    def set_theme(self, theme: Theme) -> None:
        """Take colors from the theme; what is exported has its own."""
        self.preview.set_theme(theme)

    # Its parts

    def _lay_out(self, place: Path, ask_folder: Callable[[Path], Path | None]) -> None:
        from bnsim.ui.exporting.preview import FilePreview

        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        title = QLabel(tr(self._what.title), self)
        title.setObjectName("export.title")
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setProperty("role", "title")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        self.part = QComboBox(self)
        self.part.setObjectName("export.part")
        call(self.part, tr("How much of it"))
        self.part.addItems([tr("All of it"), *(tr(words) for words, _ in self._what.parts)])
        self.part.setVisible(bool(self._what.parts))
        self.part.currentIndexChanged.connect(self._make)
        ignore_wheel(self.part)
        head.addWidget(self.part)
        column.addLayout(head)
        row = QHBoxLayout()
        row.setSpacing(20)
        left = QVBoxLayout()
        left.setSpacing(6)
        self.preview = FilePreview(self)
        self.about = QLabel(self)
        self.about.setObjectName("export.about")
        self.about.setProperty("role", "muted")
        left.addWidget(self.preview, 1)
        left.addWidget(self.about)
        area = QScrollArea(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setFixedWidth(by_text(WIDTH) + SCROLL_ROOM)
        area.setWidget(self.form)
        row.addLayout(left, 1)
        row.addWidget(area)
        column.addLayout(row, 1)
        self.problem = QLabel(self)
        self.problem.setObjectName("export.problem")
        self.problem.setProperty("role", "problem")
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setWordWrap(True)
        self.problem.hide()
        column.addWidget(self.problem)
        column.addLayout(self._bottom(place, ask_folder))

    def _bottom(self, place: Path, ask_folder: Callable[[Path], Path | None]) -> QBoxLayout:
        """The file's name and what one can do; one above the other where the window has not the room."""
        both = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        both.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.file = FilePlace(place, ask_folder, self.form.has_format, self)
        self.file.typed.connect(self._name_typed)
        self.progress = QProgressBar(self)
        self.progress.setObjectName("export.progress")
        self.progress.setAccessibleName(tr("Drawing the file"))
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(90)
        kept = self.progress.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(kept)
        self.copy = self._button("copy", "Copy (Ctrl+Shift+C)")
        self.copy.clicked.connect(lambda: self.copy_asked.emit(self._taken(), self.choices))
        cancel = self._button("cancel", "Cancel")
        cancel.clicked.connect(self.reject)
        self.write = self._button("write", "Export")
        make_default(self.write)
        self.write.setProperty("accent", True)
        self.write.clicked.connect(self.accept)
        self.write.setMinimumWidth(max(84, self.write.minimumWidth()))
        row.addWidget(self.progress)
        row.addStretch(0)
        row.addWidget(self.copy)
        row.addWidget(cancel)
        row.addWidget(self.write)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):  # from anywhere: Enter in a list would open it
            QShortcut(QKeySequence(keys), self, self.accept)
        QShortcut(QKeySequence("Ctrl+Shift+C"), self, self.copy.click)
        both.addWidget(self.file, 1)
        both.addLayout(row)
        if both.minimumSize().width() > self._room.width() - MARGINS:
            both.setDirection(QBoxLayout.Direction.TopToBottom)
        return both

    def _button(self, name: str, words: str) -> QPushButton:
        button = QPushButton(tr(words), self)
        button.setObjectName(f"export.{name}")
        button.setAutoDefault(False)
        return button

    # What happens

    def _show_picture(self, picture: Picture) -> None:
        self._picture = picture
        self.form.offer(
            formats_of(picture),
            [film.words for film in self._what.films] if self._filming is not None else [],
            figure=isinstance(picture, Figure),
            can_attach=self._carry is not None,
            own_data=self._own_data,
        )
        self.file.offer(self.choices.format)
        self._draw()

    @Slot()
    def _changed(self) -> None:
        if self._what.fits and room_of(self.choices.style) != self._made_for:
            self._picture = None  # it is laid out for another page
            self._make()
        self.part.setEnabled(self.choices.format not in FILMS)
        self.file.offer(self.choices.format)
        self._timer.start()

    @Slot(str)
    def _name_typed(self, ending: str) -> None:
        self._say("")
        if ending:  # who types one means the format
            self.form.format.setCurrentIndex(self.form.format.findData(ending))

    @Slot()
    def _draw(self) -> None:
        picture, choices, carry = self._picture, self.choices, self._carried
        if picture is None:
            return
        self._busy("Drawing…")
        work = lambda: drawn(picture, choices.format, choices.style, carry(choices))  # noqa: E731
        if choices.format in FILMS:
            work = partial(still, picture, choices.format, choices.frames, choices.style)
        self._background.ask(PREVIEW, work, self._show_drawn, self._fail)

    def _carried(self, choices: ExportChoices) -> Carried:
        return NOTHING if self._carry is None else self._carry(choices)

    def _show_drawn(self, shown: Drawn) -> None:
        self._drawn = shown
        style = self.choices.style
        self.preview.show_file(shown.png, shown.text, style.size)
        pixels = self.preview.sheet.picture.size()
        words = page_words((pixels.width(), pixels.height()), style, self.choices.format, len(shown.content))
        self.about.setText(words)
        self.progress.hide()
        self._say("")
        self.write.setEnabled(True)
        if self._at_once is not None:
            names, film, self._at_once = [film.words for film in self._what.films], self._at_once, None
            if film in names:
                self.form.film.setCurrentIndex(names.index(film))
            self.accept()

    @Slot(str, int, int)
    def _show_progress(self, words: str, done: int, all_of: int) -> None:
        """Show how far a film is."""
        if not self.write.isEnabled():
            self.progress.setRange(0, all_of)
            self.progress.setValue(done)
            self.about.setText(tr(f"Making the film: {done} of {all_of} {words}"))

    def _written(self, place: Path) -> None:
        self.written.emit(place, self.choices)
        super().accept()

    def _fail(self, sentence: str) -> None:
        self._at_once = None
        self.progress.hide()
        self._say(sentence)
        self.write.setEnabled(self._picture is not None)

    def _busy(self, words: str) -> None:
        self.progress.setRange(0, 0)
        self.progress.show()
        self.progress.setToolTip(tr(words))

    def _say(self, sentence: str) -> None:
        self.problem.setText(tr(sentence))
        self.problem.setVisible(bool(sentence))


def _write(picture: Picture, place: Path, choices: ExportChoices, carry: Carry) -> Path:
    write(picture, place, style=choices.style, carried=carry(choices))
    return place
