"""Prints what is cut off at all sizes, at the scale of the environment; then "looked"."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

import bnsim.ui
from tests.ui.window.cut_text import SIZES, every_kind, walk

if __name__ == "__main__":
    window = bnsim.ui.open_window(every_kind())
    QApplication.processEvents()
    for line in walk(window, SIZES, all_sizes=True):
        print(line, flush=True)
    window.close()
    print("looked")
