"""What a command is, and a parser that says what is wrong in one line."""

from __future__ import annotations

import argparse
from typing import NoReturn, Protocol

from bnsim.spec.errors import InputError


class Command(Protocol):
    """A module of this package; `HELP` says in one line what it does."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None:
        """Declare the arguments that may follow the command's name."""

    def execute(self, options: argparse.Namespace, /) -> int:
        """Run the command and return the exit code. InputError for what the user can mend. Heavy modules load here."""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises InputError with one line, without the whole usage."""

    def error(self, message: str) -> NoReturn:
        """Raise InputError with the message and a hint at `--help`."""
        raise InputError(f"{message[:1].upper()}{message[1:]}; see '{self.prog} --help'.")
