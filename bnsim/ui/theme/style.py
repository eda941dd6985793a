"""From the theme file to Qt: one palette and one style sheet, light or dark, for the whole app."""

from __future__ import annotations

import tempfile
from functools import cache, lru_cache
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from bnsim.plot.theme import Theme, load_theme, screen_theme
from bnsim.spec.resources import resource
from bnsim.ui.theme.choice import USUAL_SIZE, ThemeChoice
from bnsim.ui.theme.icons import INK

ROLES: tuple[tuple[QPalette.ColorRole, str], ...] = (
    (QPalette.ColorRole.Window, "window"),
    (QPalette.ColorRole.WindowText, "text"),
    (QPalette.ColorRole.Base, "card"),
    (QPalette.ColorRole.AlternateBase, "surface"),
    (QPalette.ColorRole.Text, "text"),
    (QPalette.ColorRole.PlaceholderText, "text-muted"),
    (QPalette.ColorRole.Button, "card"),
    (QPalette.ColorRole.ButtonText, "text"),
    (QPalette.ColorRole.BrightText, "danger"),
    (QPalette.ColorRole.Highlight, "selection"),
    (QPalette.ColorRole.HighlightedText, "selection-text"),
    (QPalette.ColorRole.Link, "accent"),
    (QPalette.ColorRole.ToolTipBase, "tooltip"),
    (QPalette.ColorRole.ToolTipText, "tooltip-text"),
    (QPalette.ColorRole.Light, "window"),
    (QPalette.ColorRole.Midlight, "line"),
    (QPalette.ColorRole.Mid, "line"),
    (QPalette.ColorRole.Dark, "line-strong"),
    (QPalette.ColorRole.Accent, "accent"),
)
DISABLED_ROLES = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)


class Appearance(QObject):
    """Theme, palette and style sheet of the whole app; every window shares it."""

    changed = Signal(object)
    """The new theme."""

    def __init__(self, app: QApplication, choice: ThemeChoice, text_size: int) -> None:
        super().__init__(app)
        self._app = app
        self._text_size = text_size
        self._choice: ThemeChoice = choice
        self._projecting: set[int] = set()
        """Ids of those that have asked for large type."""
        self._theme: Theme | None = None
        app.setStyle("Fusion")
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)
        app.screenAdded.connect(self._draw_icons_anew)
        self._apply()

    @property
    def theme(self) -> Theme:
        assert self._theme is not None
        return self._theme

    @property
    def choice(self) -> ThemeChoice:
        return self._choice

    @property
    def text_size(self) -> int:
        """The size of text in percent of the usual one."""
        return self._text_size

    def set_text_size(self, percent: int) -> None:
        """Show all text, and what holds it, so many percent as large as usual."""
        self._text_size = percent
        self._apply()

    def choose(self, choice: ThemeChoice) -> None:
        """Choose light, dark, or the system's theme."""
        self._choice = choice
        self._apply()

    def project(self, on: bool, by: QObject) -> None:
        """Use large type and thick lines for a lecture hall; the usual ones are back once nobody wants it any more."""
        if on:
            self._projecting.add(id(by))
        else:
            self._projecting.discard(id(by))
        self._apply()

    @Slot()
    def _draw_icons_anew(self) -> None:
        """Icons are drawn for the resolutions of the screens there are."""
        self.changed.emit(self.theme)

    def _apply(self) -> None:
        name: str = self._choice
        if name == "system":
            name = "dark" if QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark else "light"
        theme = screen_theme(name, text=self._text_size / USUAL_SIZE, projected=bool(self._projecting))
        if theme is self._theme:
            return
        self._theme = theme
        self._app.setPalette(palette(theme))
        self._app.setFont(font(theme))
        self._app.setStyleSheet(style_sheet(theme))
        self.changed.emit(theme)


def appearance(choice: ThemeChoice = "system", text_size: int = USUAL_SIZE) -> Appearance:
    """The app's appearance, created at the first call; `choice` and `text_size` have an effect only then."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    found = app.findChild(Appearance)
    return found if found is not None else Appearance(app, choice, text_size)


def by_text(pixels: int) -> int:
    """What is so many pixels wide for text of the usual size, for text as large as it is now; no narrower."""
    return round(pixels * max(appearance().theme.size("text") / load_theme().size("text"), 1))


def color(theme: Theme, name: str, alpha: float = 1.0) -> QColor:
    """A color of the theme for painting."""
    made = QColor(theme.color(name))
    made.setAlphaF(alpha)
    return made


def font(theme: Theme, size: str = "text", *, bold: bool = False) -> QFont:
    """The platform's user-interface font in a size of the theme, figures all of one width."""
    general = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    return QFont(_font(general.toString(), theme.font("ui"), round(theme.size(size)), bold))


@lru_cache(maxsize=256)
def _font(general: str, ui: str, pixels: int, bold: bool) -> QFont:
    """Made once of each: asking which family serves takes long, and every label asks at every paint."""
    made = QFont()
    made.fromString(general)
    families = [family.strip() for family in ui.split(",") if family.strip()]
    if families:
        made.setFamilies(families)
    made.setPixelSize(pixels)
    made.setFeature(QFont.Tag.fromString("tnum"), 1)
    if QFontInfo(made).family() == "DejaVu Sans":
        # Its table of marks puts the hat of x̂ into the line below; without it the hat is where it belongs.
        made.setFeature(QFont.Tag.fromString("mark"), 0)
    if bold:
        made.setWeight(QFont.Weight.DemiBold)
    return made


def palette(theme: Theme) -> QPalette:
    """The Qt palette in the theme's colors."""
    made = QPalette()
    for role, name in ROLES:
        made.setColor(role, color(theme, name))
    for role in DISABLED_ROLES:
        made.setColor(QPalette.ColorGroup.Disabled, role, color(theme, "text-disabled"))
    return made


@cache
def _tinted_folder() -> tempfile.TemporaryDirectory[str]:
    # A style sheet can only name files, so the few icons it uses are kept tinted for as long as the app runs.
    return tempfile.TemporaryDirectory(prefix="bnsim-")


def _image(name: str, tint: str) -> str:
    target = Path(_tinted_folder().name) / f"{name}-{tint[1:]}.svg"
    if not target.exists():
        drawing = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
        target.write_text(drawing.replace(INK, tint), encoding="utf-8")
    return f"url({target.as_posix()})"


def style_sheet(theme: Theme) -> str:
    """The style sheet, for what a palette has no role for. Its values come from the theme alone."""
    names = {name.replace("-", "_"): value for name, value in theme.colors.items()}
    # Whole pixels: Qt reads an icon-size of 21.6px as 0.
    sizes = {"size_" + name.replace("-", "_"): f"{round(value)}px" for name, value in theme.sizes.items()}
    images = {
        "image_down": _image("chevron-down", theme.color("text-muted")),
        "image_up": _image("chevron-up", theme.color("text-muted")),
        "image_check": _image("check", theme.color("accent-text")),
        "image_close": _image("close", theme.color("text-muted")),
        "image_float": _image("float", theme.color("text-muted")),
    }
    return _SHEET.format(**names, **sizes, **images)


_SHEET = """
QMainWindow, QDialog {{ background: {window}; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QFrame#stage {{ border: none; border-left: 1px solid {line}; }}
QMainWindow::separator {{ background: {line}; width: 1px; height: 1px; }}
QMainWindow::separator:hover {{ background: {accent}; }}
QToolTip {{ background: {tooltip}; color: {tooltip_text}; border: none; padding: 5px 7px; }}

QMenuBar {{ background: {window}; padding: 2px 6px; }}
QMenuBar::item {{ padding: 5px 10px; border-radius: {size_radius}; background: transparent; }}
QMenuBar::item:selected {{ background: {hover}; }}
QMenu {{ background: {card}; border: 1px solid {line}; padding: 5px; }}
QMenu::item {{ padding: 6px 26px 6px 10px; border-radius: {size_space_small}; }}
QMenu::item:selected {{ background: {accent_soft}; color: {text}; }}
QMenu::item:disabled {{ color: {text_disabled}; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::icon:checked {{
    background: {accent_soft}; border: 1px solid {accent}; border-radius: 4px; margin-left: 4px; padding: 1px 3px;
}}
QMenu::separator {{ height: 1px; background: {line}; margin: 5px 8px; }}

QToolBar {{ background: {window}; border: none; padding: 0; margin: 0; spacing: 0; }}
QStatusBar {{ background: {window}; border-top: 1px solid {line}; color: {text_muted}; }}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel {{ color: {text_muted}; padding: 2px 6px; }}
QStatusBar QLabel[kind="problem"] {{ color: {danger}; font-weight: 600; }}
QStatusBar QLabel[kind="done"] {{ color: {ok}; }}

QAbstractButton {{ icon-size: {size_icon_button}; }}
QWidget#transport QPushButton {{ icon-size: {size_icon_step}; }}
QPushButton, QToolButton[kind="button"] {{
    background: {card}; color: {text}; border: 1px solid {line_strong}; border-radius: {size_radius};
    padding: 0 10px; min-height: {size_control};
}}
QPushButton:hover, QToolButton[kind="button"]:hover {{ background: {hover}; border-color: {text_muted}; }}
QPushButton:pressed, QToolButton[kind="button"]:pressed {{ background: {pressed}; }}
QPushButton:focus, QToolButton[kind="button"]:focus {{ border: 2px solid {focus}; padding: 0 9px; }}
QPushButton:disabled, QToolButton[kind="button"]:disabled {{ color: {text_disabled}; border-color: {line}; }}
QPushButton[kind="operation"] {{
    background: transparent; border: none; color: {text_muted}; text-align: left; padding: 2px 4px; min-height: 0;
}}
QPushButton[kind="operation"]:hover {{ color: {text}; }}
QPushButton[kind="operation"]:checked {{ color: {text}; font-weight: 600; }}
QPushButton[kind="operation"]:focus {{ border: 2px solid {focus}; padding: 0 2px; }}
QPushButton:default, QPushButton[accent="true"] {{
    background: {accent}; color: {accent_text}; border-color: {accent}; font-weight: 600;
}}
QPushButton:default:hover, QPushButton[accent="true"]:hover {{
    background: {accent_hover}; border-color: {accent_hover};
}}
QPushButton:default:focus, QPushButton[accent="true"]:focus {{
    border: 3px double {accent_text}; padding: 0 8px;
}}
QPushButton:default:disabled, QPushButton[accent="true"]:disabled {{
    background: {surface}; color: {text_disabled}; border-color: {line};
}}
QPushButton[kind="link"] {{
    background: transparent; color: {accent}; border: none; padding: 1px 2px; min-height: 0;
    font-weight: 600; text-align: left;
}}
QPushButton[kind="link"]:hover {{ background: {hover}; }}
QPushButton[kind="link"]:focus {{ border: 2px solid {focus}; padding: 0; }}
QPushButton[kind="link"][menu="true"] {{ padding-right: 6px; }}
QPushButton[kind="link"][menu="true"]:focus {{ padding-right: 4px; }}
QPushButton[kind="link"]::menu-indicator {{
    image: {image_down}; width: 12px; height: 12px; subcontrol-origin: padding; subcontrol-position: center right;
    right: 3px;
}}
QToolButton[kind="switch"] {{
    background: transparent; color: {text_muted}; border: 1px solid {line_strong}; border-radius: {size_radius};
    padding: 3px 10px;
}}
QToolButton[kind="switch"]:hover {{ background: {hover}; }}
QToolButton[kind="switch"]:checked {{
    background: {accent_soft}; color: {accent}; border-color: {accent}; font-weight: 600;
}}
QToolButton[kind="switch"]:focus {{ border: 2px solid {focus}; padding: 2px 9px; }}
QToolButton[kind="flat"] {{ background: transparent; border: none; border-radius: {size_radius}; padding: 3px; }}
QToolButton[kind="flat"]:hover {{ background: {hover}; }}
QToolButton[kind="flat"]:pressed, QToolButton[kind="flat"]:open {{ background: {pressed}; }}
QToolButton[kind="flat"]:focus {{ border: 2px solid {focus}; padding: 1px; }}
QToolButton[kind="flat"]::menu-indicator {{ image: none; }}
QFrame[lit="true"] {{ background: {accent_soft}; border-radius: {size_radius}; }}

QLineEdit, QSpinBox, QComboBox {{
    background: {card}; color: {text}; border: 1px solid {line_strong}; border-radius: {size_radius};
    padding: 0 8px; min-height: {size_control}; placeholder-text-color: {text_muted};
    selection-background-color: {selection}; selection-color: {selection_text};
}}
QLineEdit:hover, QSpinBox:hover, QComboBox:hover {{ border-color: {text_muted}; }}
QLineEdit:focus, QSpinBox:focus, QComboBox:focus {{ border: 2px solid {focus}; padding: 0 7px; }}
QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled {{
    color: {text_disabled}; background: {surface}; border-color: {line};
}}
QLineEdit[invalid="true"] {{ border: 2px solid {danger}; padding: 0 7px; background: {danger_soft}; }}
QSpinBox QLineEdit, QSpinBox QLineEdit:focus {{
    border: none; padding: 0; min-height: 0; background: transparent;
}}
QSpinBox::up-button, QSpinBox::down-button {{ border: none; background: transparent; width: 18px; }}
QSpinBox::up-button {{ subcontrol-position: top right; margin-top: 2px; }}
QSpinBox::down-button {{ subcontrol-position: bottom right; margin-bottom: 2px; }}
QSpinBox::up-arrow {{ image: {image_up}; width: 12px; height: 12px; }}
QSpinBox::down-arrow {{ image: {image_down}; width: 12px; height: 12px; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: {image_down}; width: 14px; height: 14px; }}
QComboBox QAbstractItemView {{
    background: {card}; border: 1px solid {line}; outline: none; padding: 4px;
    selection-background-color: {accent_soft}; selection-color: {text};
}}
QCheckBox {{ spacing: 8px; min-height: {size_control}; }}
QCheckBox::indicator, QTreeWidget#breakpoints\\.list::indicator {{
    width: 16px; height: 16px; border: 1px solid {line_strong}; border-radius: {size_space_small}; background: {card};
}}
QCheckBox::indicator:checked, QTreeWidget#breakpoints\\.list::indicator:checked {{
    background: {accent}; border-color: {accent}; image: {image_check};
}}
QRadioButton::indicator {{
    width: 14px; height: 14px; border: 1px solid {line_strong}; border-radius: 8px; background: {card};
}}
QRadioButton::indicator:checked {{ border: 5px solid {accent}; width: 6px; height: 6px; }}
QRadioButton::indicator:focus {{ border: 2px solid {focus}; width: 12px; height: 12px; }}
QRadioButton::indicator:checked:focus {{
    border: 5px solid {accent}; width: 6px; height: 6px; background: {accent_soft};
}}
QCheckBox::indicator:focus {{ border: 2px solid {focus}; width: 14px; height: 14px; }}

QSlider {{ min-height: 20px; max-height: 20px; }}
QSlider#timeline {{ min-height: {size_timeline}; max-height: {size_timeline}; }}
QSlider::groove:horizontal {{ height: 4px; background: {line_strong}; border: none; border-radius: 2px; margin: 0; }}
QSlider::sub-page:horizontal {{ height: 4px; background: {accent}; border-radius: 2px; margin: 0; }}
QSlider::add-page:horizontal {{ height: 4px; background: {line_strong}; border-radius: 2px; margin: 0; }}
QSlider::handle:horizontal {{
    width: 12px; height: 12px; margin: -6px 0; border-radius: 8px; background: {card}; border: 2px solid {accent};
}}
QSlider#scaler\\.slider::sub-page:horizontal {{ background: {line_strong}; }}
QSlider::handle:horizontal:focus {{ background: {accent}; }}

QScrollArea {{ border: none; background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {line_strong}; border-radius: 4px; margin: 2px; min-height: 28px; min-width: 28px; }}
QScrollBar::handle:hover {{ background: {text_muted}; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QDockWidget {{ titlebar-close-icon: {image_close}; titlebar-normal-icon: {image_float}; color: {text}; }}
QDockWidget > QWidget {{ background: {window}; }}
QDockWidget::title {{ background: {window}; padding: 8px 12px 4px 12px; }}
QTabBar {{ background: {window}; qproperty-drawBase: 0; }}
QTabBar::tab {{
    background: transparent; color: {text_muted}; padding: 7px 10px; border: none; border-bottom: 2px solid transparent;
}}
QTabBar[tight="true"]::tab {{ padding: 7px 5px; }}
QTabBar::tab:selected {{ color: {accent}; border-bottom: 2px solid {accent}; }}
QTabBar::tab:hover {{ color: {text}; }}
QTabBar::tab:focus {{ background: {accent_soft}; }}
QTreeView, QListView, QTableView {{ background: {window}; border: none; outline: none; }}
QListView[kind="names"] {{ background: {card}; border: 1px solid {line}; }}
QHeaderView, QHeaderView::section {{ background: {window}; border: none; color: {text_muted}; font-weight: 400; }}
QHeaderView::section {{ border-bottom: 1px solid {line}; padding: 2px 4px; }}
QTableView::item {{ padding: 0 2px; }}

QListWidget#problems {{ border-top: 1px solid {line}; padding: 4px 10px; background: {danger_soft}; color: {text}; }}
QListWidget#problems::item {{ padding: 4px 0; }}
QListWidget#problems::item:selected {{ background: {accent_soft}; color: {text}; }}
QFrame#claim {{ background: {card}; border-bottom: 1px solid {line}; }}
QFrame#claim QScrollArea, QFrame#claim QLabel {{ background: transparent; }}
QFrame#gallery\\.frame {{ background: {canvas}; border: 1px solid {line_strong}; border-radius: {size_radius_card}; }}
QFrame#commands {{ background: {card}; border: 1px solid {line_strong}; border-radius: {size_radius_card}; }}
QTreeWidget#breakpoints\\.list::item {{ padding: 4px 2px; border-bottom: 1px solid {line}; }}
QTreeWidget#breakpoints\\.list::item:selected {{ background: {accent_soft}; color: {text}; }}
QTreeWidget#breakpoints\\.list::indicator {{ margin-left: 8px; }}
QTreeWidget#commands\\.list {{ background: {card}; }}
QTreeWidget#commands\\.list::item {{ padding: 5px 6px; }}
QTreeWidget#commands\\.list::item:selected {{ background: {accent_soft}; color: {text}; }}
QProgressBar#sweep\\.progress {{ background: {surface}; border: none; border-radius: 3px; }}
QProgressBar#sweep\\.progress::chunk {{ background: {accent}; border-radius: 3px; }}
QDialog#shortcuts QWidget {{ background: {window}; }}

QWidget#transport {{ background: {window}; border-bottom: 1px solid {line}; }}
QWidget#transport\\.display {{ background: {surface}; border-radius: {size_radius}; }}
QPushButton#transport\\.more::menu-indicator {{ image: none; width: 0; }}
QLabel#transport\\.reason {{ font-size: {size_text_small}; color: {text_muted}; }}
QLabel#transport\\.reason[role="stopped"] {{ color: {danger}; font-weight: 600; }}
QLabel[role="title"] {{ font-size: {size_title}; font-weight: 600; }}
QLabel[role="heading"] {{ font-size: {size_heading}; font-weight: 600; color: {text_muted}; }}
QWidget#start, QWidget#start QScrollArea > QWidget > QWidget {{ background: {canvas}; }}
QFrame#marks {{ background: {card}; border: 1px solid {line_strong}; border-radius: {size_radius}; }}
QToolButton#canvas\\.marks {{ padding: 0; min-height: 0; color: {text_muted}; }}
QFrame#tour {{ background: {card}; border: 2px solid {accent}; border-radius: {size_radius_card}; }}
QFrame[kind="start"] {{ background: {card}; border: 1px solid {line}; border-radius: {size_radius_start}; }}
QFrame#start\\.foot {{ background: {canvas}; border-top: 1px solid {line}; }}
QLabel[role="start-title"] {{ font-size: {size_start_title}; font-weight: 700; }}
QLabel[role="start-what"] {{ font-size: {size_start_heading}; color: {text_muted}; }}
QLabel[role="start-heading"] {{ font-size: {size_start_heading}; font-weight: 600; }}
QFrame#lesson\\.prediction, QFrame#lesson\\.task {{
    background: {card}; border: 1px solid {line}; border-radius: {size_radius_card};
}}
QFrame#lesson\\.foot {{ border-top: 1px solid {line}; }}
QFrame#lesson\\.noteRow {{ background: {accent_soft}; border-top: 1px solid {line}; }}
QFrame#veil {{ background: {surface}; }}
QTextBrowser {{ background: transparent; color: {text}; border: none; }}
QLabel[role="question"] {{
    font-size: {size_lesson_title}; color: {text_muted}; border-left: 3px solid {accent}; padding-left: 12px;
}}
QLabel[role="lesson-title"] {{ font-size: {size_lesson_title}; font-weight: 600; }}
QLabel[role="option"] {{ font-size: {size_text_large}; }}
QLabel[role="option"][right="true"] {{ font-weight: 600; }}
QLabel[role="verdict"] {{ font-size: {size_text_large}; font-weight: 600; }}
QLabel[role="verdict"][near="true"] {{ color: {ok}; }}
QLabel[role="verdict"][near="false"] {{ color: {danger}; }}
QLabel[role="muted"] {{ color: {text_muted}; }}
QLabel[role="formula"] {{ font-size: {size_text_large}; }}
QLabel[role="problem"] {{
    background: {danger_soft}; color: {danger}; border-radius: {size_radius}; padding: 8px 10px;
}}
QLabel[role="hint"] {{
    background: {accent_soft}; color: {text}; border-radius: {size_radius}; padding: 8px 10px;
}}
QLabel[role="filling"] {{
    background: {accent_soft}; color: {accent}; border-radius: {size_space_small};
    padding: 1px 6px; font-size: {size_text_small};
}}
QToolButton[kind="chip"] {{
    background: {hover}; color: {text_muted}; border: 1px solid transparent; border-radius: {size_space_small};
    padding: 0px 3px 0px 6px; font-size: {size_text_small};
}}
QToolButton[kind="chip"]:hover {{ background: {pressed}; color: {text}; }}
QToolButton[kind="chip"]:focus {{ border-color: {focus}; }}
QLabel[role="frozen"] {{
    background: {warning_soft}; color: {warning}; border-radius: {size_space_small};
    padding: 1px 6px; font-size: {size_text_small};
}}
"""
