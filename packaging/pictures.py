"""Pictures of the app, for the README, made by the app itself: python packaging/pictures.py --help."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
# The pictures show the app as it is at first, whoever makes them.
os.environ["BNSIM_CONFIG_DIR"] = tempfile.mkdtemp(prefix="bnsim-pictures-")
if not os.environ.get("DISPLAY") and sys.platform.startswith("linux"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image  # noqa: E402

import bnsim as bn  # noqa: E402
from bnsim.ui.app import application  # noqa: E402

SIZE = (1680, 1020)
ITERATIONS = 300
STEPS = 84
"""Layer steps into the next iteration: the middle of its backward pass, at a BatchNorm."""
LONG = 200
SECONDS = 1.5
"""After which formulas are typeset and names of lines placed."""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    app = application()
    from PySide6.QtCore import QEventLoop

    from bnsim.ui.theme.style import appearance
    from bnsim.ui.window.main_window import MainWindow

    def rest() -> None:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)

    def take(window: MainWindow, name: str) -> None:
        rest()
        for dock in window.panel_docks:
            dock.panel.plot.place_now()
        rest()
        path = folder / name
        window.grab().save(str(path), "PNG")
        with Image.open(path) as full:
            small = full.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        small.save(path, optimize=True)
        print(f"{path}  {path.stat().st_size / 1000:.0f} kB")

    def compiled(window: MainWindow) -> None:
        rest()
        while window.update_shown.frame is None or not window.update_shown.frame.kernels_ready:
            rest()
            time.sleep(0.02)

    window = MainWindow(remembers=False)
    window.resize(*SIZE)
    window.show()
    compiled(window)
    window.run_commands.seek(ITERATIONS)
    window.settle()
    for _ in range(STEPS):
        window.step("layer")
    window.settle()
    frame = window.update_shown.frame
    executed = frame.lanes[1].executed if frame is not None else None
    assert executed is not None
    window.selection.set([window.document.experiment.stacks[1].layers[executed.layer].id])
    shared = appearance()
    for theme, view in (("light", "equation"), ("dark", "xray")):
        shared.choose(theme)  # type: ignore[arg-type]
        window.shelf.bring_up(view)
        window.settle()
        take(window, f"window-{theme}.png")
    shared.choose("light")
    window.open_gallery()
    take(window, "gallery.png")
    window.figure_gallery.gallery.dismiss()
    window.actions_by_name["layout.vanishing"].trigger()
    window.settle()
    take(window, "layout-vanishing.png")
    window.actions_by_name["layout.previous"].trigger()
    window.shelf.bring_up("equation")
    window.projector.enter()
    window.showNormal()  # a screen may be smaller than the picture
    window.resize(*SIZE)
    take(window, "projector.png")
    window.close()

    wide = MainWindow(_deep(), remembers=False)
    wide.resize(*SIZE)
    wide.show()
    compiled(wide)
    wide.run_commands.seek(3)
    wide.settle()
    for _ in range(LONG * 2):
        wide.step("layer")
    wide.settle()
    wide.canvas.zoom.fit()
    take(wide, "cards-800.png")
    wide.close()


def _deep() -> bn.Experiment:
    """Four lanes of 200 layers."""
    plain = (bn.Linear(16, init=bn.Xavier("normal")), bn.Sigmoid())
    tanh = (bn.Linear(16, init=bn.Xavier("normal")), bn.Tanh())
    relu = (bn.Linear(16, init=bn.He()), bn.ReLU())
    norm = (bn.Linear(16, bias=False, init=bn.Xavier("normal")), bn.BatchNorm(), bn.Sigmoid())
    head = bn.Linear(10, init=bn.Xavier("normal"))

    def stack(name: str, part: tuple[bn.Layer, ...]) -> bn.Stack:
        layers = (part * LONG)[: LONG - 1]
        return bn.Stack(name=name, layers=(*layers, head))

    return bn.Experiment(
        training=bn.Training(batch_size=64, optimizer=bn.SGD(lr=0.02)),
        stacks=(stack("sigmoid", plain), stack("tanh", tanh), stack("ReLU", relu), stack("sigmoid with BN", norm)),
    )


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description="Make the pictures of the README; takes some minutes.")
    asked.add_argument("folder", nargs="?", type=Path, default=HERE / "pictures", help="default: %(default)s")
    main(asked.parse_args().folder)
