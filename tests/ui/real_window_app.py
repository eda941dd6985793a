"""Opens the real window and tells on standard output where things are and what happens, a line of JSON each.

Run by `test_real_window`, on an X server of its own; ends when its standard input does.
"""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import QSocketNotifier, Qt, QTimer
from PySide6.QtWidgets import QApplication, QGraphicsView, QLabel, QListWidget

import bnsim as bn
from bnsim.ui import open_window


def main() -> None:
    layers = (bn.Linear(8), bn.Sigmoid(), bn.Linear(2))
    experiment = bn.Experiment(
        data=bn.Blobs(samples=64, classes=2),
        training=bn.Training(batch_size=16),
        stacks=(bn.Stack(name="plain", layers=layers), bn.Stack(name="other", layers=layers)),
    )
    window = open_window(experiment)
    palette = window.findChild(QListWidget, "palette")
    canvas = window.findChild(QGraphicsView, "canvas")
    status = window.findChild(QLabel, "transport.status")
    before: dict[str, object] = {}

    def center(widget, rect) -> list[int]:
        point = widget.mapToGlobal(rect.center())
        return [point.x(), point.y()]

    def cards() -> dict[str, list[int]]:
        found = {}
        for item in canvas.scene().items():
            thing = item.toGraphicsObject()
            if thing and thing.objectName().startswith(("card:", "data:", "loss:")):
                rect = canvas.mapFromScene(item.mapRectToScene(item.card_rect())).boundingRect()
                found[thing.objectName()] = center(canvas.viewport(), rect)
        return found

    def in_palette(title: str) -> list[int]:
        (item,) = palette.findItems(title, Qt.MatchFlag.MatchExactly)
        return center(palette.viewport(), palette.visualItemRect(item))

    def kinds(lane: int) -> list[str]:
        return [type(layer).__name__ for layer in window.document.experiment.stacks[lane].layers]

    def selected() -> list[str]:
        ids = window.selection.layer_ids
        stacks = window.document.experiment.stacks
        return [f"{i}:{k}" for i, stack in enumerate(stacks) for k, layer in enumerate(stack.layers) if layer.id in ids]

    def why() -> str:
        label = canvas.findChild(QLabel, "canvas.why")
        return label.text() if label.isVisible() else ""

    def tell() -> None:
        gaps = [item for item in canvas.scene().items() if item.data(0) == "landing" and item.isVisible()]
        now = {
            "active": window.isActiveWindow(),
            "kinds": kinds(0),
            "other": kinds(1),
            "data": type(window.document.experiment.data).__name__,
            "selected": selected(),
            "gaps": len(gaps),
            "why": why(),
            "zoom": round(canvas.zoom.factor, 3),
            "scrolled": canvas.horizontalScrollBar().value(),
            "status": status.text(),
            "palette": in_palette("BatchNorm"),
            "moons": in_palette("Two moons"),
            **cards(),
        }
        if now != before:
            before.clear()
            before.update(now)
            print(json.dumps(now), flush=True)

    ended = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    ended.activated.connect(window.close)
    timer = QTimer(window)
    timer.timeout.connect(tell)
    timer.start(50)
    QApplication.instance().exec()


if __name__ == "__main__":
    main()
