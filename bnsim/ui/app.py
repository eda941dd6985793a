"""Starting the app. The system is checked before Qt is imported, since Qt's own messages do not say what to install."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bnsim.plot.writers.carrying import is_carrier
from bnsim.spec.data_files import kind_of
from bnsim.spec.defaults import default_experiment
from bnsim.spec.document import Document
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.files import is_run, load_document, refuse_missing
from bnsim.spec.places import place
from bnsim.ui.display import check_display, check_fonts, has_display, platforms

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from bnsim.session.past import Past
    from bnsim.session.saved_run import SavedRun
    from bnsim.ui.window.main_window import MainWindow

NEEDED_ALWAYS = (
    ("libEGL.so.1", "libegl1"),
    ("libGL.so.1", "libgl1"),
    ("libfontconfig.so.1", "libfontconfig1"),
    ("libdbus-1.so.3", "libdbus-1-3"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
)
"""Libraries that Qt needs on every platform plugin, each with the Debian package that contains it."""
NEEDED_ON_X11 = (
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    ("libxcb-cursor.so.0", "libxcb-cursor0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4"),
    ("libxcb-image.so.0", "libxcb-image0"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    ("libxcb-randr.so.0", "libxcb-randr0"),
    ("libxcb-render-util.so.0", "libxcb-render-util0"),
    ("libxcb-shape.so.0", "libxcb-shape0"),
    ("libxcb-xkb.so.1", "libxcb-xkb1"),
)
SNAPSHOT_SIZE = (1680, 1020)
SNAPSHOT_ITERATIONS = 40

SWITCH_SECONDS = 0.001
"""The longest that the window waits for the GIL while the runner holds it; Python's default of 5 ms is visible."""

log = logging.getLogger(__name__)


def check_system() -> None:
    """InputError, which says what to do, if the system lacks what Qt needs: libraries, a display, fonts."""
    if not sys.platform.startswith("linux"):
        return
    needed = NEEDED_ALWAYS + (NEEDED_ON_X11 if "xcb" in platforms() else ())
    missing = [package for library, package in needed if not _loads(library)]
    if missing:
        raise InputError(
            f"The window cannot open: the system lacks libraries that Qt needs; install them with "
            f"'sudo apt-get install -y {' '.join(missing)}'."
        )
    check_display()
    check_fonts()


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def application() -> QApplication:
    """The application's QApplication, created if there is none."""
    check_system()
    from PySide6.QtWidgets import QApplication

    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    sys.setswitchinterval(SWITCH_SECONDS)
    app = QApplication([sys.argv[0] or "bnsim"])
    app.setApplicationName("bnsim")
    app.setApplicationDisplayName("")
    app.setDesktopFileName("bnsim")
    return app


def open_window(experiment_or_path: Experiment | str | os.PathLike[str] | None = None) -> MainWindow:
    """Open a window with an experiment, a file or the default experiment; see `bnsim.ui.open_window`."""
    contents = Document(experiment=default_experiment())
    path: Path | None = None
    data: Path | None = None
    run: SavedRun | None = None
    past: Past | None = None
    if isinstance(experiment_or_path, Experiment):
        contents = Document(experiment=experiment_or_path)
    elif experiment_or_path is not None:
        path = place(experiment_or_path).absolute()
        _refuse_unsayable(path)
        if kind_of(path.name):
            refuse_missing(path)
            path, data = None, path
        elif is_run(path):
            from bnsim.session.run_file import read_run  # the engine comes with it

            run = read_run(path)
            contents = run.document
        elif is_carrier(path):
            from bnsim.session.past import read_past

            past = read_past(path)
        else:
            contents = load_document(path)
    application()
    from bnsim.ui.window.main_window import MainWindow

    window = MainWindow(contents.experiment)
    if run is not None and path is not None:
        window.go_on_with(run, path)
    elif past is not None and path is not None:
        window.go_back_to(past, path)
    elif path is not None:
        window.document.replace(contents, path)
    window.show()
    if data is not None:
        window.data_import.show_file(data)
    return window


def _refuse_unsayable(path: Path) -> None:
    """InputError for a path that Qt has no letters for, though the system has such a file."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"Cannot open {path}: its name is not in UTF-8; give it another name.") from error


def main(path: str | os.PathLike[str] | None = None) -> int:
    """Open a window, offer what an earlier run left unsaved, and return when the last window is closed."""
    app = application()
    from bnsim.ui.window.ending import Ending
    from bnsim.ui.window.recovering import offer

    ending = Ending(app)
    try:
        window = open_window(path)
        if path is None:
            window.start.show_at_start()
        offer(window, window, window.another_window)
        code = app.exec()
    finally:
        ending.close()
    _destroy_closed_windows(app)
    return code if ending.code is None else ending.code


def snapshot(out: str | os.PathLike[str], theme: str = "light") -> Path:
    """Write a picture of the window with the default experiment after some iterations; needs no display.

    `out` is a .png file, or a folder. Where there is no QApplication yet, one that needs no display is made.
    """
    target = place(out)
    if target.suffix.lower() != ".png":
        target = target / f"window-{theme}.png"
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = application()
    from PySide6.QtCore import qInstallMessageHandler

    from bnsim.runner.orders import Seek, Step
    from bnsim.ui.theme.choice import ThemeChoice
    from bnsim.ui.theme.style import appearance
    from bnsim.ui.window.main_window import MainWindow

    previous_handler = qInstallMessageHandler(_print_qt_message)
    shared = appearance()
    before: ThemeChoice = shared.choice
    shared.choose("dark" if theme == "dark" else "light")
    window = MainWindow(remembers=False)
    window.resize(*SNAPSHOT_SIZE)
    window.show()
    app.processEvents()
    window.runner.give(Seek(SNAPSHOT_ITERATIONS))
    window.settle()
    for _ in range(2):
        window.runner.give(Step("layer"))
    window.settle()
    for dock in window.panel_docks:
        if dock.made:
            dock.panel.plot.place_now()
    app.processEvents()  # layouts follow the last words
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not window.grab().save(str(target), "PNG"):
            raise InputError(f"Cannot write {target}; choose another place or name.")
    except OSError as error:
        raise InputError(f"Cannot write {target}: {error.strerror or error}; choose another place or name.") from error
    finally:
        window.close()
        shared.choose(before)
        qInstallMessageHandler(previous_handler)
        _destroy_closed_windows(app)
    return target


def _destroy_closed_windows(app: QApplication) -> None:
    """Destroy closed windows now: Qt would do it in its next event loop, which a script may never run."""
    from PySide6.QtCore import QEvent

    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    app.processEvents()


def _print_qt_message(kind: object, context: object, text: str) -> None:
    """Print Qt's messages except one that it emits for every window without a display."""
    if "propagateSizeHints" not in text:
        print(text, file=sys.stderr)
