"""What a command is, and a parser that says what is wrong in one line."""

from __future__ import annotations

import argparse
from typing import NoReturn, Protocol

from bnsim.spec.errors import InputError


class Command(Protocol):
    """A module of this package; `HELP` says in one line what it does."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None:
        """What may stand behind its name."""

    def execute(self, options: argparse.Namespace, /) -> int:
        """Do it; the exit code. InputError for whatever the user can mend. Heavy modules are imported here."""


class Parser(argparse.ArgumentParser):
    """Raises InputError, one line without the whole usage."""

    def error(self, message: str) -> NoReturn:
        """The message, and where more is said."""
        raise InputError(f"{message[:1].upper()}{message[1:]}; see '{self.prog} --help'.")
