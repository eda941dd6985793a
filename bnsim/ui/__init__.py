"""The desktop app. Importing this loads no Qt; `open_window` does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bnsim.ui.compat import import_what_threads_share, keep_singletons_alive

if TYPE_CHECKING:
    from bnsim.spec.experiment import Experiment
    from bnsim.ui.window.main_window import MainWindow

keep_singletons_alive()
import_what_threads_share()


def open_window(experiment_or_path: Experiment | str | os.PathLike[str] | None = None) -> MainWindow:
    """Open a main window with that experiment, that file or the default experiment, and return it.

    A file of data is shown for import. Makes the QApplication if there is none. InputError if the file cannot be used
    or the system lacks what Qt needs.
    """
    from bnsim.ui.app import open_window as open_it

    return open_it(experiment_or_path)
