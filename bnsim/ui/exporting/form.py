"""The form of an export: format, page, look, and what of a figure is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFontDatabase, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from bnsim.plot.pages import points, room_on
from bnsim.plot.style import LEAST_TYPE, MOST_PIXELS, MOST_TYPE, STYLES, Style
from bnsim.plot.writers import ALL_NAMES, FILM_NAMES, FILMS, MOST_FRAMES
from bnsim.ui.exporting.drawing import TEXTS
from bnsim.ui.language import tr
from bnsim.ui.model.export_choices import ExportChoices
from bnsim.ui.theme.style import by_text
from bnsim.ui.widgets.number_box import NumberBox
from bnsim.ui.widgets.wheel import ignore_wheel

WIDTH = 292
STYLE_TITLES = {
    "figure": "Figure in a text",
    "slide": "Slide, 16:9",
    "slide-4-3": "Slide, 4:3",
    "half-slide": "Half a slide",
    "column": "Column of a paper",
}
THEMES = (("light", "Light"), ("dark", "Dark"))
PALETTES = (("standard", "Colors, told apart by all"), ("gray", "Gray, for paper that is copied"))
NAMES = (("beside", "Beside their lines"), ("key", "In a key"))
TEXT = (("text", "As text, to be edited"), ("outlines", "As outlines, alike anywhere"))
DRAWN = (
    ("title", "Title", "Its title"),
    ("verdict", "Verdict", "What it shows, in words"),
    ("caption", "Caption", "What is plotted and how it was measured"),
    ("source", "Source", "Which experiment it is of, by a short hash, and the seed"),
    ("theory", "Theory", "Lines that the measurement is held against"),
    ("grid", "Grid", "Lines across the plot"),
)
OWN_FONT = "The app's own"
LEAST_DPI = 36


class ExportForm(QWidget):
    """Emits `changed`; `choices` is what the form says. `entered`: Enter was pressed in a list, which Qt would open."""

    changed = Signal()
    entered = Signal()

    def __init__(self, choices: ExportChoices, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("export.form")
        self.setFixedWidth(by_text(WIDTH))
        families = _families()
        gone = choices.style.font not in families
        self._choices = replace(choices, style=replace(choices.style, font="")) if gone else choices
        self._filling = False
        self._rows: dict[str, tuple[QWidget, ...]] = {}
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self.format = self._combo("format", "For&mat", ())
        self.film = self._combo("film", "F&ilm of", ())
        self.frames = self._spin("frames", "Most &frames", 2, MOST_FRAMES, "", 12)
        self.page = self._combo("style", "&Style", [(name, tr(STYLE_TITLES.get(name, name))) for name in STYLES])
        self.theme = self._combo("theme", "&Theme", THEMES)
        self.transparent = self._tick("transparent", "Transpare&nt", "No ground behind the picture: the slide's shows")
        self._grid.addWidget(self.transparent, self._grid.rowCount(), 1)
        self.type = self._spin("type", "T&ype size", round(100 * LEAST_TYPE), round(100 * MOST_TYPE), " %", 5)
        self.font_name = self._combo("font", "F&ont", [("", OWN_FONT), *((name, name) for name in families)])
        self.palette_name = self._combo("palette", "&Palette", PALETTES)
        self.names = self._combo("names", "N&ames", NAMES)
        self._add_drawn()
        self.dpi = self._spin("dpi", "Dots per in&ch", LEAST_DPI, 1200, "", 12)
        self.text = self._combo("text", "&Words", TEXT)
        self.attaches = self._tick(
            "attaches", "Carry the e&xperiment", "Dropping the file on bnsim brings this moment back"
        )
        self.embeds = self._tick("embeds", "with my o&wn data", "Else the data is named by its hash, and asked for")
        self._grid.addWidget(self.attaches, self._grid.rowCount(), 0, 1, 2)
        self._grid.addWidget(self.embeds, self._grid.rowCount(), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid)
        column.addStretch(1)
        self._fill()

    @property
    def choices(self) -> ExportChoices:
        """What is chosen."""
        return self._choices

    def has_format(self, name: str) -> bool:
        """Whether a format is offered."""
        return self.format.findData(name) >= 0

    def offer(
        self, formats: Sequence[str], films: Sequence[str], *, figure: bool, can_attach: bool, own_data: bool
    ) -> None:
        """Offer what there is for this picture: its formats, what films of it show, and what is drawn of a figure."""
        self._filling = True
        self.format.clear()
        for format in (*formats, *(FILMS if films else ())):
            self.format.addItem(tr({**ALL_NAMES, **FILM_NAMES}[format]), format)
        self.film.clear()
        self.film.addItems([tr(film) for film in films])
        self._filling = False
        if self.format.findData(self._choices.format) < 0:
            self._choices = replace(self._choices, format=formats[0])
        self._figure, self._can_attach, self._own_data = figure, can_attach, own_data
        self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            return True
        return False

    # What it is made of

    def _add_drawn(self) -> None:
        row = self._grid.rowCount()
        label = QLabel(tr("Drawn"), self)
        label.setProperty("role", "muted")
        box = QWidget(self)
        inner = QGridLayout(box)
        inner.setContentsMargins(0, 3, 0, 0)
        inner.setVerticalSpacing(4)
        self.drawn: dict[str, QCheckBox] = {}
        for number, (name, words, tip) in enumerate(DRAWN):
            tick = self.drawn[name] = self._tick(name, words, tip)
            inner.addWidget(tick, number // 2, number % 2)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(box, row, 1)
        self._rows["drawn"] = (label, box)

    def _label(self, name: str, words: str, control: QWidget) -> None:
        row = self._grid.rowCount()
        label = QLabel(tr(words), self)
        label.setProperty("role", "muted")
        label.setBuddy(control)
        control.setObjectName(f"export.{name}")
        control.setAccessibleName(label.text().replace("&", ""))
        ignore_wheel(control)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(control, row, 1)
        self._rows[name] = (label, control)

    def _combo(self, name: str, words: str, choices: Sequence[tuple[str, str]]) -> QComboBox:
        combo = QComboBox(self)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(8)
        for value, title in choices:
            combo.addItem(tr(title), value)
        combo.currentIndexChanged.connect(self._take_style if name == "style" else self._read)
        combo.installEventFilter(self)
        self._label(name, words, combo)
        return combo

    def _spin(self, name: str, words: str, low: int, high: int, suffix: str, step: int) -> NumberBox:
        spin = NumberBox(self)
        spin.setRange(low, high)
        spin.setSuffix(suffix)
        spin.setSingleStep(step)
        spin.setKeyboardTracking(False)
        spin.valueChanged.connect(self._read)
        self._label(name, words, spin)
        return spin

    def _tick(self, name: str, words: str, tip: str) -> QCheckBox:
        tick = QCheckBox(tr(words), self)
        tick.setObjectName(f"export.{name}")
        tick.setToolTip(tr(tip))
        tick.toggled.connect(self._read)
        self._rows[name] = (tick,)
        return tick

    # What it says

    _figure, _can_attach, _own_data = True, False, False

    def _take_style(self) -> None:
        """Take the chosen page as it is ready to use; colors, font and words stay as they were chosen."""
        if self._filling:
            return
        old = self._choices.style
        kept = {name: getattr(old, name) for name in ("theme", "transparent", "font", "palette", "text", "source")}
        self._choices = replace(self._choices, style=replace(STYLES[self.page.currentData()], **kept))
        self._fill()
        self.changed.emit()

    def _read(self) -> None:
        if self._filling:
            return
        old = self._choices.style
        asked: dict[str, Any] = {name: tick.isChecked() for name, tick in self.drawn.items()}
        asked |= {
            "theme": self.theme.currentData(),
            "transparent": self.transparent.isChecked(),
            "font": self.font_name.currentData(),
            "palette": self.palette_name.currentData(),
            "names": self.names.currentData(),
            "text": self.text.currentData(),
        }
        if self.type.value() != round(100 * old.type):
            asked["type"] = self.type.value() / 100
        if self.dpi.value() != round(old.dpi):
            asked["dpi"] = float(min(self.dpi.value(), int(MOST_PIXELS / max(old.size))))
        before, self._choices = (
            self._choices,
            ExportChoices(
                self.format.currentData() or self._choices.format,
                replace(old, **asked),
                self.attaches.isChecked(),
                self.embeds.isChecked(),
                self.frames.value(),
            ),
        )
        self._fill()
        if self._choices != before:
            self.changed.emit()

    def _fill(self) -> None:
        """Show what is chosen, and only what has an effect on this picture in this format."""
        self._filling = True
        choices, style = self._choices, self._choices.style
        for combo, value in (
            (self.format, choices.format),
            (self.page, style.name),
            (self.theme, style.theme),
            (self.font_name, style.font),
            (self.palette_name, style.palette),
            (self.names, style.names),
            (self.text, style.text),
        ):
            combo.setCurrentIndex(max(combo.findData(value), 0))
        for name, tick in self.drawn.items():
            tick.setChecked(getattr(style, name))
        self.transparent.setChecked(style.transparent)
        self.type.setValue(round(100 * style.type))
        self.dpi.setValue(round(style.dpi))
        self.attaches.setChecked(choices.attaches)
        self.embeds.setChecked(choices.embeds)
        self.frames.setValue(choices.frames)
        self._filling = False
        drawn = choices.format not in TEXTS
        for name, widgets in self._rows.items():
            for widget in widgets:
                widget.setVisible(self._has_effect(name, drawn))
        self.embeds.setEnabled(choices.attaches)

    def _has_effect(self, name: str, drawn: bool) -> bool:
        format = self._choices.format
        film = format in FILMS
        if film and name in ("names", "transparent", "source", "attaches", "embeds"):
            return False
        if name in ("drawn", "source"):
            return drawn and (self._figure or self._can_attach)
        if name in ("names", *self.drawn):
            return drawn and self._figure
        own = {
            "format": True,
            "film": film,
            "frames": film,
            "dpi": format == "png",
            "text": format == "svg",
            "attaches": self._can_attach and drawn,
            "embeds": self._can_attach and self._own_data and drawn,
        }
        return own.get(name, drawn)


def _families() -> list[str]:
    """Fonts that are drawn at any size."""
    return [name for name in QFontDatabase.families() if QFontDatabase.isSmoothlyScalable(name)]


def page_words(pixels: tuple[int, int], style: Style, format: str, size: int) -> str:
    """How large the file is, as it is said below the preview; `pixels` are those of the picture, `size` its bytes."""
    if format in FILMS:
        return tr(f"{pixels[0]:,} × {pixels[1]:,} pixels · this moment as a frame of the film")
    kilobytes = f"{max(size / 1000, 1):,.0f} kB"
    if format in TEXTS:
        return kilobytes
    width, height = pixels
    # A diagram keeps its proportions on the page.
    across, down = room_on(points(style))
    scale = min(across / width, down / height) / 72.0
    inches = f"{width * scale:.3g} × {height * scale:.3g} in"
    if format != "png":
        return f"{inches} · {kilobytes}"
    return tr(f"{width:,} × {height:,} pixels · {inches} · {kilobytes}")
