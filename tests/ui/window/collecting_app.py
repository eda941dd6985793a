"""Another thread collects what closed windows have left while an open one is restyled. Run by a test, as a program."""

from __future__ import annotations

import gc
import sys
import threading

from PySide6.QtTest import QTest

import bnsim as bn
from bnsim.ui.app import application, open_window

CLOSED = 3
RESTYLES = 2


def experiment() -> bn.Experiment:
    """Two lanes of a few layers, one with BatchNorm."""
    with_bn = (bn.Linear(4, bias=False), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(2))
    return bn.Experiment(
        data=bn.TwoSpirals(samples=64),
        training=bn.Training(batch_size=16),
        stacks=(bn.Stack(name="plain", layers=(bn.Linear(2),)), bn.Stack(name="with BN", layers=with_bn)),
    )


def main() -> int:
    application()
    gc.disable()  # so that the thread alone collects
    for _ in range(CLOSED):
        window = open_window(experiment())
        QTest.qWait(50)
        window.close()
        del window
    window = open_window(experiment())
    QTest.qWait(50)
    stopped = threading.Event()

    def collect() -> None:
        while not stopped.wait(0.05):
            gc.collect()

    thread = threading.Thread(target=collect)
    thread.start()
    for _ in range(RESTYLES):
        window.actions_by_name["view.projector"].trigger()
        QTest.qWait(20)
    stopped.set()
    thread.join()
    window.close()
    print("lived")
    return 0


if __name__ == "__main__":
    sys.exit(main())
