"""The X-ray view on a session, without a window or a thread around it, and how numbers in it are read."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import bnsim as bn

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def experiment() -> bn.Experiment:
    block = bn.Repeat(layers=(bn.Linear(6), bn.BatchNorm(), bn.ReLU()), times=3)
    layers = (bn.Linear(6, bias=False), bn.BatchNorm(), bn.Sigmoid(), block, bn.Linear(2))
    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.1), precision="float64")
    return bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=(bn.Stack(name="a", layers=layers),))


class Rig:
    """The view on a session, without a window or a thread around it."""

    def __init__(self, qtbot: QtBot) -> None:
        from bnsim.plot.theme import load_theme
        from bnsim.ui.model.document import Document
        from bnsim.ui.model.selection import Selection
        from bnsim.ui.views.xray.view import XRayView

        self.session = bn.Session(experiment())
        self.document = Document(self.session.experiment)
        self.selection = Selection()
        self.view = XRayView(self.document, self.selection)
        self.view.set_theme(load_theme("light"))
        self.view.resize(320, 900)
        qtbot.addWidget(self.view)
        self.view.show()
        qtbot.waitExposed(self.view)
        self.asked: list[object] = []
        self.view.lenses_changed.connect(self.show)
        self.view.inquired.connect(self.asked.append)
        self.selection.changed.connect(self.show)
        self.show()

    def show(self) -> None:
        from bnsim.runner.updates import Update

        answers = {lens: lens.answer(self.session) for lens in self.view.lenses()}
        update = Update(self.document.experiment, frame=self.session.frame(), answers=MappingProxyType(answers))
        self.view.show_update(update)

    def answer(self) -> None:
        from bnsim.runner.updates import Found

        inquiry = self.asked.pop()
        found = inquiry.inquire(self.session, lambda share: True)
        self.view.show_found(Found(inquiry, 1.0, ended=True, answer=found))
        self.show()

    def select(self, kind: type, number: int = 0) -> None:
        from bnsim.spec.tree import walk

        layers = [layer for layer in walk(self.document.experiment.stacks[0].layers) if type(layer) is kind]
        self.selection.set([layers[number].id], layers[number].id)

    def forward_to(self, path: tuple[int, ...]) -> None:
        self.session.step("layer")
        while self.session.lanes[0].value(path) is None:
            self.session.step("layer")
        self.show()

    def text(self, name: str) -> str:
        from PySide6.QtWidgets import QLabel

        label = self.view.findChild(QLabel, name)
        assert label is not None, name
        return label.text()


def as_told(value: float) -> str:
    from bnsim.spec.numerals import significant

    return significant(value)


def number(words: str) -> float:
    return float(words.replace("−", "-"))
