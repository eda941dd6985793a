"""Labels of a form stand beside their controls, and above them where those would have too little room."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

import bnsim as bn
from bnsim.plot.theme import screen_theme
from bnsim.ui.inspector.form import RecordForm


def shown(form: RecordForm, width: int) -> tuple[QLabel, QLineEdit]:
    """The label and the control of a number, in a form of that width."""
    form.resize(width, 400)
    form.show()
    QApplication.processEvents()
    line = form.findChild(QLineEdit, "form.momentum")
    label = next(each for each in form.findChildren(QLabel) if each.buddy() is line)
    return label, line


def test_labels_give_way_in_a_narrow_form_and_come_back(qapp: QApplication) -> None:
    form = RecordForm("form")
    form.show_record(bn.SGD())
    for theme, wide, narrow in ((screen_theme(), 300, 190), (screen_theme(text=2.0), 560, 320)):
        form.set_theme(theme)
        label, line = shown(form, wide)
        assert label.geometry().right() < line.parentWidget().geometry().left()
        label, line = shown(form, narrow)
        assert label.geometry().bottom() < line.parentWidget().geometry().top()
        assert line.width() > 8 * theme.size("text")
        label, line = shown(form, wide)
        assert label.geometry().right() < line.parentWidget().geometry().left()
    form.close()
