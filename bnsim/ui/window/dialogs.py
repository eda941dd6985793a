"""Questions to the person: files, unsaved changes, what this is. Native file dialogs where the platform has them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from bnsim.ui.model import preferences
from bnsim.version import __version__

EXPERIMENTS = "bnsim experiments (*.bnsim)"
DATA_FILES = "Data (*.csv *.tsv *.txt *.data *.dat *.npz *idx*-ubyte* *.idx *.gz)"
FORMATS = {"png": "PNG picture", "svg": "SVG drawing", "pdf": "PDF page", "csv": "CSV numbers"}


def _folder() -> str:
    return preferences.load().folder or str(Path.home())


def ask_open(parent: QWidget) -> Path | None:
    """A .bnsim file to open."""
    chosen, _ = QFileDialog.getOpenFileName(parent, "Open", _folder(), f"{EXPERIMENTS};;All files (*)")
    return Path(chosen) if chosen else None


def ask_save(parent: QWidget, name: str) -> Path | None:
    """Where to save the experiment."""
    start = str(Path(_folder()) / name)
    chosen, _ = QFileDialog.getSaveFileName(parent, "Save as", start, EXPERIMENTS)
    return _with_suffix(chosen, "bnsim")


def ask_data_file(parent: QWidget) -> Path | None:
    """A file with the person's own data."""
    chosen, _ = QFileDialog.getOpenFileName(parent, "Choose data", _folder(), f"{DATA_FILES};;All files (*)")
    return Path(chosen) if chosen else None


def ask_export(parent: QWidget, name: str, suffix: str) -> Path | None:
    """Where to write a figure."""
    start = str(Path(_folder()) / f"{name}.{suffix}")
    kind = FORMATS[suffix]
    chosen, _ = QFileDialog.getSaveFileName(parent, f"Export {kind}", start, f"{kind} (*.{suffix})")
    return _with_suffix(chosen, suffix)


def ask_unsaved(parent: QWidget, name: str) -> Literal["save", "discard", "cancel"]:
    """What to do with changes that are in no file."""
    box = QMessageBox(parent)
    box.setObjectName("unsaved")
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle("Unsaved changes")
    box.setText(f"<b>Save the changes to {name}?</b>")
    box.setInformativeText("They are lost otherwise.")
    save = box.addButton("Save", QMessageBox.ButtonRole.AcceptRole)
    discard = box.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole)
    box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(save)
    box.exec()
    pressed = box.clickedButton()
    box.deleteLater()
    return "save" if pressed is save else "discard" if pressed is discard else "cancel"


def show_about(parent: QWidget) -> None:
    """Name, version, one sentence."""
    box = QMessageBox(parent)
    box.setWindowTitle("About bnsim")
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setText(f"<b>bnsim {__version__}</b>")
    box.setInformativeText(
        "A debugger for backpropagation. Step through the forward and the backward pass, and watch what batch "
        "normalization does to means, variances, γ, β and the gradient."
    )
    box.exec()
    box.deleteLater()


def _with_suffix(chosen: str, suffix: str) -> Path | None:
    if not chosen:
        return None
    path = Path(chosen)
    return path if path.suffix else path.with_suffix(f".{suffix}")
