"""Dialogs: files, unsaved changes, about. Native file dialogs where the platform has them."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QPushButton, QWidget

from bnsim.plot.writers import ALL_NAMES
from bnsim.spec.data_files import is_on_network
from bnsim.spec.datasets import FileData
from bnsim.ui.language import tr
from bnsim.ui.model import preferences
from bnsim.ui.widgets.default_button import widen_for_bold
from bnsim.version import __version__

EXPERIMENTS = "bnsim experiments (*.bnsim)"
RUNS = "bnsim runs (*.bnrun)"
SLIDES = ("PowerPoint (*.pptx)", "PDF pages (*.pdf)", "Beamer (*.tex)")
CODE = ("Python script (*.py)", "Jupyter notebook (*.ipynb)")
WEIGHTS = ("safetensors (*.safetensors)", "NumPy (*.npz)")
BOTH = "bnsim experiments, runs and pictures (*.bnsim *.bnrun *.png *.svg *.pdf *.pptx)"
PICTURES = "Pictures that bnsim exported (*.png *.svg *.pdf *.pptx)"
ALL = "All files (*)"
DATA_FILES = "Data (*.csv *.tsv *.txt *.data *.dat *.npz *idx*-ubyte* *.idx *.gz)"


def _folder() -> str:
    return preferences.load().folder or str(Path.home())


def ask_open(parent: QWidget) -> Path | None:
    """Ask for a .bnsim or .bnrun file, or a picture that carries a moment, to open; None if the person cancels."""
    chosen, _ = QFileDialog.getOpenFileName(
        parent, tr("Open"), _folder(), _kinds(BOTH, EXPERIMENTS, RUNS, PICTURES, ALL)
    )
    return Path(chosen) if chosen else None


def ask_save(parent: QWidget, name: str) -> Path | None:
    """Ask where to save the experiment; None if the person cancels."""
    return _ask_where(parent, "Save as", name, "bnsim", EXPERIMENTS)


def ask_save_run(parent: QWidget, name: str) -> Path | None:
    """Ask where to save the run; None if the person cancels."""
    return _ask_where(parent, "Save run", name, "bnrun", RUNS)


def ask_save_weights(parent: QWidget, name: str) -> Path | None:
    """Ask where to save weights; None if the person cancels."""
    return _ask_where(parent, "Save weights", name, ("safetensors", "npz"), *WEIGHTS)


def ask_export_code(parent: QWidget, name: str) -> Path | None:
    """Ask where to write a script or a notebook; None if the person cancels."""
    return _ask_where(parent, "Export PyTorch script", name, ("py", "ipynb"), *CODE)


def ask_load_weights(parent: QWidget) -> Path | None:
    """Ask for a file of weights; None if the person cancels."""
    kinds = _kinds("Weights (*.safetensors *.npz)", *WEIGHTS)
    chosen, _ = QFileDialog.getOpenFileName(parent, tr("Load weights"), _folder(), kinds)
    return Path(chosen) if chosen else None


def ask_data_file(parent: QWidget) -> Path | None:
    """Ask for a file with the person's own data; None if the person cancels."""
    chosen, _ = QFileDialog.getOpenFileName(parent, tr("Choose data"), _folder(), _kinds(DATA_FILES, ALL))
    return Path(chosen) if chosen else None


def ask_export(parent: QWidget, name: str, suffix: str) -> Path | None:
    """Ask where to write a figure; None if the person cancels."""
    kind = ALL_NAMES[suffix]
    return _ask_where(parent, f"Export {kind}", f"{name}.{suffix}", suffix, f"{tr(kind)} (*.{suffix})")


def ask_slides(parent: QWidget, name: str) -> Path | None:
    """Ask where to write slides; None if the person cancels."""
    return _ask_where(parent, "Make slides", name, ("pptx", "pdf", "tex"), *SLIDES)


def ask_folder(parent: QWidget, folder: Path) -> Path | None:
    """Ask for a folder to write to; None if the person cancels."""
    chosen = QFileDialog.getExistingDirectory(parent, tr("Choose a folder"), str(folder))
    return Path(chosen) if chosen else None


def ask_unsaved(parent: QWidget, name: str) -> Literal["save", "discard", "cancel"]:
    """Ask what to do with unsaved changes."""
    box = QMessageBox(parent)
    box.setObjectName("unsaved")
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle(tr("Unsaved changes"))
    box.setText(f"<b>{escape(tr(f'Save the changes to {name}?'))}</b>")
    box.setInformativeText(tr("They are lost otherwise."))
    save = box.addButton(tr("Save"), QMessageBox.ButtonRole.AcceptRole)
    discard = box.addButton(tr("Discard"), QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
    _set_default(box, save)
    box.exec()
    pressed = box.clickedButton()
    box.deleteLater()
    return "save" if pressed is save else "discard" if pressed is discard else "cancel"


def outside_question(data: FileData, parent: QWidget) -> QMessageBox:
    """Whether to read a file that a document names outside its own folder; not yet shown."""
    names = "\n".join(name[:300] for name in (data.path, data.labels) if name)
    network = is_on_network(data.path) or is_on_network(data.labels)
    warning = tr("Reading it contacts another computer. Say yes only if you know it.")
    where = f"\n{warning}" if network else ""
    box = _question(
        parent,
        "outside",
        "Data outside the document's folder",
        "This document takes its data from a file that is not beside it. Read it?",
        f"{names}{where}",
    )
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.addButton(tr("Read it"), QMessageBox.ButtonRole.AcceptRole)
    keep = box.addButton(tr("Leave it"), QMessageBox.ButtonRole.RejectRole)
    _set_default(box, keep)
    box.setEscapeButton(keep)
    return box


def data_question(picture: str, name: str, digest: str, wrong: str, parent: QWidget) -> QMessageBox:
    """Asks for the data that a picture names and does not have in itself; not yet shown.

    `digest` is a hash of its numbers; `wrong` says what is not right with a file that was chosen, "" for none.
    """
    known = f"{tr(f'The hash of its numbers is {digest}.')} " if digest else ""
    told = wrong or f"{known}{tr('Once you choose the file, the moment comes back.')}"
    box = _question(parent, "pictureData", "Data of a picture", f"{picture} was made with {name}. Where is it?", told)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    choose = box.addButton(tr("Choose the file…"), QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
    _set_default(box, choose)
    box.setEscapeButton(cancel)
    return box


def ask_changed(parent: QWidget, name: str) -> Literal["overwrite", "elsewhere", "cancel"]:
    """Ask what to do where another program changed the file that is about to be written."""
    box = _question(
        parent,
        "changedOnDisk",
        "Changed by another program",
        f"{name} was changed by another program. Save over that?",
        "What the other one wrote is lost then. Saving to another file keeps both.",
    )
    elsewhere = box.addButton(tr("Save as…"), QMessageBox.ButtonRole.AcceptRole)
    overwrite = box.addButton(tr("Save over it"), QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
    _set_default(box, elsewhere)
    box.setEscapeButton(cancel)
    box.exec()
    pressed = box.clickedButton()
    box.deleteLater()
    return "elsewhere" if pressed is elsewhere else "overwrite" if pressed is overwrite else "cancel"


def recovery_question(what: str, parent: QWidget, *, can_restore: bool) -> QMessageBox:
    """Whether to restore work that was left behind, a line for each; not yet shown."""
    asked = "bnsim ended with work that was not saved. Restore it?"
    box = _question(parent, "recovery", "Unsaved work", asked, what)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    restore = box.addButton(tr("Restore"), QMessageBox.ButtonRole.AcceptRole)
    restore.setEnabled(can_restore)
    box.addButton(tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
    later = box.addButton(tr("Not now"), QMessageBox.ButtonRole.RejectRole)
    _set_default(box, restore if can_restore else later)
    box.setEscapeButton(later)
    return box


def ask_number(parent: QWidget, title: str, label: str, value: int, low: int, high: int) -> int | None:
    """Ask for a whole number from `low` to `high`; None if the person cancels."""
    number, chosen = QInputDialog.getInt(parent, tr(title), tr(label), value, low, high)
    return number if chosen else None


def ask_text(parent: QWidget, title: str, label: str, value: str) -> str | None:
    """Ask for words, `value` to begin with; None if the person cancels."""
    text, chosen = QInputDialog.getText(parent, tr(title), tr(label), text=value)
    return text if chosen else None


def show_about(parent: QWidget) -> None:
    """Show the program's name, its version and one sentence about it."""
    box = QMessageBox(parent)
    box.setWindowTitle(tr("About bnsim"))
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setText(f"<b>bnsim {__version__}</b>")
    box.setInformativeText(
        tr(
            "A debugger for backpropagation. Step through the forward and the backward pass, and watch what batch "
            "normalization does to means, variances, γ, β and the gradient."
        )
    )
    box.exec()
    box.deleteLater()


class Questions:
    """The dialogs of this module with their parent window given, for parts that do not know the window."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent

    def ask_open(self) -> Path | None:
        return ask_open(self._parent)

    def ask_save(self, name: str) -> Path | None:
        return ask_save(self._parent, name)

    def ask_save_run(self, name: str) -> Path | None:
        return ask_save_run(self._parent, name)

    def ask_save_weights(self, name: str) -> Path | None:
        return ask_save_weights(self._parent, name)

    def ask_export_code(self, name: str) -> Path | None:
        return ask_export_code(self._parent, name)

    def ask_load_weights(self) -> Path | None:
        return ask_load_weights(self._parent)

    def ask_data_file(self) -> Path | None:
        return ask_data_file(self._parent)

    def ask_export(self, name: str, suffix: str) -> Path | None:
        return ask_export(self._parent, name, suffix)

    def ask_slides(self, name: str) -> Path | None:
        return ask_slides(self._parent, name)

    def ask_folder(self, folder: Path) -> Path | None:
        return ask_folder(self._parent, folder)

    def ask_replace(self, path: Path) -> bool:
        return ask_replace(self._parent, path)

    def ask_unsaved(self, name: str) -> Literal["save", "discard", "cancel"]:
        return ask_unsaved(self._parent, name)

    def ask_changed(self, name: str) -> Literal["overwrite", "elsewhere", "cancel"]:
        return ask_changed(self._parent, name)

    def ask_text(self, title: str, label: str, value: str) -> str | None:
        return ask_text(self._parent, title, label, value)

    def ask_number(self, title: str, label: str, value: int, low: int, high: int) -> int | None:
        return ask_number(self._parent, title, label, value, low, high)


def _kinds(*words: str) -> str:
    """Kinds of files, as a dialog of the system takes them."""
    return ";;".join(map(tr, words))


def _ask_where(parent: QWidget, title: str, name: str, suffix: str | tuple[str, ...], *kinds: str) -> Path | None:
    """Ask for a file to write, whose name gets the ending `suffix`; a file that exists is replaced only on a yes.

    Of several it gets the one of the kind that was chosen.
    """
    endings = (suffix,) if isinstance(suffix, str) else suffix
    start = Path(_folder()) / name
    while True:
        typed, kind = QFileDialog.getSaveFileName(parent, tr(title), str(start), _kinds(*kinds))
        if not typed:
            return None
        chosen = [each for each in endings if f"*.{each}" in kind]
        has_one = Path(typed).name.lower().endswith(tuple(f".{each}" for each in endings))
        path = Path(typed) if has_one else completed(Path(typed), [*chosen, *endings][0])
        # File dialogs ask about the name that was typed themselves, some systems' always: a second question here is
        # only for a name that became another one.
        if path == Path(typed) or not os.path.isfile(path) or ask_replace(parent, path):
            return path
        start = path


def completed(path: Path, suffix: str) -> Path:
    """`path` with the ending `suffix`, unless it ends so, in capitals or not. The 1 of "lr0.1" is no ending."""
    if path.name.lower().endswith(f".{suffix}"):
        return path
    return path.with_name(f"{path.name.removesuffix('.')}.{suffix}")


def ask_replace(parent: QWidget, path: Path) -> bool:
    """Ask whether to replace a file that exists."""
    lost = f"What it holds is lost. Folder: {path.parent}"
    box = _question(parent, "replace", "Replace the file", f"{path.name} exists. Replace it?", lost)
    replace = box.addButton(tr("Replace"), QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton(tr("Choose another name"), QMessageBox.ButtonRole.RejectRole)
    _set_default(box, keep)
    box.setEscapeButton(keep)
    box.exec()
    replaces = box.clickedButton() is replace
    box.deleteLater()
    return replaces


def _question(parent: QWidget, name: str, title: str, asked: str, told: str) -> QMessageBox:
    """A box of that object name without buttons yet; names of files in it are words, not markup."""
    box = QMessageBox(parent)
    box.setObjectName(name)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle(tr(title))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(tr(asked))
    box.setInformativeText(tr(told))
    return box


def _set_default(box: QMessageBox, button: QPushButton) -> None:
    """Make it the button of Enter."""
    box.setDefaultButton(button)
    widen_for_bold(button)
