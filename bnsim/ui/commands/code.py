"""Commands for the experiment as code: copied, or written as a script that is held to bnsim's numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from bnsim.runner.orders import Order, WritePyTorch
from bnsim.runner.runnable import runnable
from bnsim.runner.updates import Notice, Update
from bnsim.spec.errors import InputError
from bnsim.ui.commands.action import Action
from bnsim.ui.model.document import Document


class AskAboutCode(Protocol):
    """The dialog that these commands need."""

    def ask_export_code(self, name: str) -> Path | None:
        """Ask where to write a script or a notebook, `name` suggested; None if the person cancels."""


class CodeCommands:
    """`copy` puts text on the clipboard, `notify` tells what came of it, `give` takes an order."""

    def __init__(
        self,
        document: Document,
        ask: AskAboutCode,
        copy: Callable[[str], object],
        notify: Callable[[Notice], object],
        give: Callable[[Order], object],
    ) -> None:
        self._document = document
        self._ask = ask
        self._copy = copy
        self._notify = notify
        self._give = give
        self._update = Update()

    def show_update(self, update: Update) -> None:
        """Know which lanes can run, and the shape of the data."""
        self._update = update

    def copy_pytorch(self) -> None:
        """Copy the lanes that can run as PyTorch code that stands alone."""
        from bnsim.interop.writing import pytorch_code  # the engine comes with it

        data, experiment = self._update.data, self._update.experiment
        experiment = None if experiment is None else runnable(experiment, self._update.problems)
        if experiment is None or data is None:
            self._notify(Notice("There is nothing to copy: no stack can run.", "problem"))
            return
        try:
            self._copy(pytorch_code(experiment, title=self._title, shape=data.shape))
        except InputError as error:
            self._notify(Notice(str(error), "problem"))
            return
        self._notify(Notice("Copied as PyTorch code, which draws its own weights and batches", "done"))

    def export_pytorch(self) -> None:
        """Ask for a file and have a script written there, with its numbers beside it."""
        name = "net" if self._document.folder is None else Path(self._document.name).stem
        path = self._ask.ask_export_code(f"{name}.py")
        if path is not None:
            self._give(WritePyTorch(path, self._title))

    @property
    def _title(self) -> str:
        """What code calls the experiment."""
        return "An experiment" if self._document.path is None else self._document.name


ACTIONS: tuple[Action[CodeCommands], ...] = (
    Action(
        "file.copyPyTorch",
        "Copy as PyTorc&h",
        CodeCommands.copy_pytorch,
        icon="copy",
        tip="The networks, how they start and how they are trained, as PyTorch code to paste elsewhere",
        enabled=lambda state: state.can_run,
        why="no stack can run yet",
    ),
    Action(
        "file.exportPyTorch",
        "Export Py&Torch script…",
        CodeCommands.export_pytorch,
        icon="export",
        tip="A script or notebook that trains the same networks and checks every loss and gradient",
        enabled=lambda state: state.can_run,
        why="no stack can run yet",
    ),
)
