"""Opens the real window and tells on standard output where things are and what happens, a line of JSON each.

Run by `test_real_window`, on an X server of its own; ends when its standard input does.
"""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import QPoint, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication, QGraphicsView, QLabel, QListWidget

import bnsim as bn
from bnsim.ui import open_window


def main() -> None:
    layers = (bn.Linear(8), bn.Sigmoid(), bn.Linear(2))
    experiment = bn.Experiment(
        data=bn.TwoSpirals(samples=64),
        training=bn.Training(batch_size=16),
        stacks=(bn.Stack(name="plain", layers=layers),),
    )
    window = open_window(experiment)
    palette = window.findChild(QListWidget, "palette")
    canvas = window.findChild(QGraphicsView, "canvas")
    status = window.findChild(QLabel, "transport.status")
    before: dict[str, object] = {}

    def center(widget, rect) -> list[int]:
        point = widget.mapToGlobal(rect.center())
        return [point.x(), point.y()]

    def card(name: str) -> list[int]:
        (item,) = (
            item
            for item in canvas.scene().items()
            if item.toGraphicsObject() and item.toGraphicsObject().objectName() == name
        )
        return center(canvas.viewport(), canvas.mapFromScene(item.sceneBoundingRect()).boundingRect())

    def tell() -> None:
        names = [palette.item(row).text() for row in range(palette.count())]
        row = names.index("BatchNorm")
        now = {
            "active": window.isActiveWindow(),
            "kinds": [type(layer).__name__ for layer in window.document.experiment.stacks[0].layers],
            "status": status.text(),
            "palette": center(palette.viewport(), palette.visualItemRect(palette.item(row))),
            "linear": card("card:0:0"),
            "sigmoid": card("card:0:1"),
            "empty": [window.mapToGlobal(QPoint(5, 5)).x(), 5],
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
