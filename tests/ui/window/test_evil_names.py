"""A lane's name is words, whatever is in it: no widget takes it for markup, keys or commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QLabel, QMessageBox, QWidget

import bnsim as bn
from bnsim.ui.window import dialogs
from bnsim.ui.window.main_window import MainWindow

MARKUP = "<img src='file:///x.png'><b>hi</b>"


@pytest.fixture
def window(open_window: Callable[..., MainWindow]) -> MainWindow:
    layers = (bn.Linear(4), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(2))
    stacks = tuple(bn.Stack(name=name, layers=layers) for name in (MARKUP, "$x_$ & y", "\u202eevil\n", "批量"))
    window = open_window(bn.Experiment(data=bn.XOR(), training=bn.Training(batch_size=8), stacks=stacks))
    window.step("iteration")
    window.settle()
    return window


def shown_texts(window: MainWindow) -> Iterator[tuple[str, str]]:
    """(where, text) of all that Qt would take for markup if it looks like markup."""
    for label in window.findChildren(QLabel):
        if label.textFormat() != Qt.TextFormat.PlainText:
            yield f"label {label.objectName()}", label.text()
    for widget in window.findChildren(QWidget):
        yield f"tip of {type(widget).__name__} {widget.objectName()}", widget.toolTip()
        yield f"help of {widget.objectName()}", widget.whatsThis()
    for action in window.findChildren(QAction):
        yield f"tip of {action.objectName()}", action.toolTip()
    for view in window.findChildren(QGraphicsView):
        for item in view.items():
            yield f"tip of {type(item).__name__}", QGraphicsItem.toolTip(item)


def test_a_name_is_never_markup(window: MainWindow) -> None:
    escaped = False
    for layer in window.document.experiment.stacks[0].layers:
        window.go_to(layer.id)
        for page in ("equation", "tensor", "xray", "inspector"):
            window.docks.right.bring_up(page)
            window.settle()
            texts = list(shown_texts(window))
            assert not {where for where, text in texts if "<b>hi" in text}
            escaped |= any("&lt;b&gt;hi" in text for _, text in texts)
    assert escaped, "the name is shown somewhere"


def test_a_file_s_name_is_no_markup_in_the_question_before_it_is_lost(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: asked.append(box.text()))
    assert dialogs.ask_unsaved(window, MARKUP) == "cancel"
    assert asked == [f"<b>Save the changes to {escape(MARKUP)}?</b>"]


def test_titles_are_one_line_without_marks_of_direction(window: MainWindow) -> None:
    texts = [window.windowTitle(), *(text for _, text in shown_texts(window))]
    assert not [text for text in texts if re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f]", text)]
