"""What a step costs until it is drawn: two lanes, some 200 cards, each zoom; needs a display (Xvfb will do).

python tests/bench/canvas_step.py [steps]

Medians of: the frame (in the worker's thread), handing it to the canvas, painting.
"""

from __future__ import annotations

import sys
import time

import bnsim as bn
from bnsim.ui.app import application
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection

HIDDEN = 40


def experiment() -> bn.Experiment:
    plain = (bn.Linear(64), bn.Sigmoid()) * HIDDEN
    normalized = (bn.Linear(64, bias=False), bn.BatchNorm(), bn.Sigmoid()) * HIDDEN
    stacks = (bn.Stack(name="plain", layers=(*plain, bn.Linear(10))),)
    stacks += (bn.Stack(name="with BN", layers=(*normalized, bn.Linear(10))),)
    return bn.Experiment(training=bn.Training(batch_size=64), stacks=stacks)


def main(steps: int) -> None:
    app = application()
    document, selection = Document(experiment()), Selection()
    canvas = CanvasView(document, selection)
    canvas.resize(1150, 560)
    canvas.show()
    app.processEvents()
    session = bn.Session(document.experiment)
    session.step("iteration")
    print(f"{len(list(canvas.cards.all_cards()))} cards, milliseconds a step of a layer (median):")
    for zoom in (1.0, 0.5, 0.0):
        canvas.zoom.fit() if zoom == 0 else canvas.zoom.to(zoom)
        parts: list[list[float]] = [[], [], []]
        for _ in range(steps):
            session.step()
            times = [time.perf_counter()]
            frame = session.frame()
            times.append(time.perf_counter())
            canvas.show_frame(frame)
            times.append(time.perf_counter())
            app.processEvents()
            times.append(time.perf_counter())
            for part, start, stop in zip(parts, times, times[1:], strict=False):
                part.append(1e3 * (stop - start))
        frame_ms, show_ms, paint_ms = (sorted(part)[len(part) // 2] for part in parts)
        where = "all in view" if zoom == 0 else f"zoom {zoom:.0%}"
        print(f"  {where:>12}: frame {frame_ms:.1f}, canvas {show_ms:.1f}, painting {paint_ms:.1f}")
    canvas.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 80)
