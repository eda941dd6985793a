"""The app in a process of its own: edits, steps, then idles until it is killed or told to end by a signal.

`python -m tests.ui.window.recovery_app FILE ...` prints a line of JSON once its work is kept: document and place.
"""

from __future__ import annotations

import json
import os
import sys

from msgspec.structs import replace
from PySide6.QtCore import QTimer

from bnsim.runner.orders import Seek, Step
from bnsim.spec.breakpoints import LossBelow
from bnsim.spec.files import encode_document
from bnsim.ui import app
from bnsim.ui.model.recovery import Work
from bnsim.ui.window.main_window import MainWindow


def work(window: MainWindow) -> None:
    """Rename a lane, set a breakpoint, and stand in the middle of iteration 7."""
    document = window.document
    first, *others = document.experiment.stacks
    document.push(replace(document.experiment, stacks=(replace(first, name="mine"), *others)), "rename")
    window.breakpoints.add(LossBelow(below=1e-9))
    window.settle()
    window.runner.give(Seek(7))
    window.runner.give(Step("op"))
    window.runner.give(Step("op"))
    window.settle()
    watch = QTimer(window, interval=20)

    def tell_once_kept() -> None:
        kept: Work | None = window.autosave._kept
        if not window.update_shown.frame.kernels_ready:  # its twins differ in last bits
            return
        if kept is None or kept.moment != (7, 2) or not window.autosave._writing.done():
            return
        watch.stop()
        states = [lane.machine.state.tobytes().hex() for lane in window.runner.session.lanes]
        told = {"document": encode_document(document.contents).decode(), "state": states, "moment": kept.moment}
        print(json.dumps(told), flush=True)

    watch.timeout.connect(tell_once_kept)
    watch.start()


def main() -> int:
    open_window = app.open_window

    def open_and_work(*arguments: object) -> MainWindow:
        window = open_window(*arguments)
        QTimer.singleShot(0, window, lambda: work(window))
        return window

    def fail(*what: object) -> None:
        sys.__excepthook__(*what)
        os._exit(1)

    sys.excepthook = fail

    app.open_window = open_and_work
    return app.main(*sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
