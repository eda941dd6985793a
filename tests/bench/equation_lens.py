"""What the equation view costs: an answer for every operation of the default experiment, and drawing what was found.

python tests/bench/equation_lens.py, with a display for the second part.
"""

from __future__ import annotations

import time

import bnsim as bn
from bnsim.lenses.equations import ChainLens, EquationLens, Explained, FormulasLens, latex


def answers(session: bn.Session) -> list[Explained]:
    lane = session.lanes[1]
    started = time.thread_time()
    formulas = FormulasLens(lane.stack.id).answer(session)
    print(f"all {len(formulas or ())} pieces of formulas, once {1e3 * (time.thread_time() - started):7.2f} ms")
    times, chains, found = [], [], []
    while session.iteration < 1:
        session.step("op")
        for _ in range(2):  # the first answer at a position also names its tensors
            started = time.thread_time()
            seen = EquationLens(lane.stack.id, sample=3, unit=7, input=2).answer(session)
            times.append((1e3 * (time.thread_time() - started), "" if seen is None else seen.key))
        started = time.thread_time()
        ChainLens(lane.stack.id).answer(session)
        chains.append(1e3 * (time.thread_time() - started))
        found += [] if seen is None else [seen]
    times.sort()
    print(f"an answer, median                    {times[len(times) // 2][0]:7.2f} ms")
    print(f"an answer, slowest                   {times[-1][0]:7.2f} ms ({times[-1][1]})")
    print(f"the chain rule, slowest           {max(chains):7.2f} ms")
    return found


def typesetting(found: list[Explained]) -> None:
    from PySide6.QtWidgets import QApplication

    from bnsim.plot.theme import load_theme
    from bnsim.ui.views.equation.page import EquationPage
    from bnsim.ui.views.equation.typesetter import Typesetter

    app = QApplication([])
    setter = Typesetter()
    page = EquationPage(setter)
    page.resize(340, 900)
    page.set_theme(load_theme("light"))
    page.show()
    kinds = {seen.key: seen for seen in found}
    started = time.perf_counter()
    pieces = {
        latex(piece.body, colored=True) for seen in kinds.values() for line in seen.lines for piece in line.formula
    }
    setter.prefetch(pieces, 17.0)
    setter.wait()
    spent = 1e3 * (time.perf_counter() - started)
    print(f"typesetting {len(pieces)} pieces, once       {spent:7.0f} ms in the background")
    for _ in range(2):
        times = []
        for seen in kinds.values():
            started = time.perf_counter()
            page.show_explained(seen)
            app.processEvents()
            times.append((1e3 * (time.perf_counter() - started), seen.key))
        setter.wait()
        app.processEvents()
    times.sort()
    print(f"drawing, median                   {times[len(times) // 2][0]:7.2f} ms")
    print(f"drawing, slowest                  {times[-1][0]:7.2f} ms ({times[-1][1]})")
    setter.stop()


if __name__ == "__main__":
    session = bn.Session(bn.default_experiment())
    typesetting(answers(session))
    session.close()
