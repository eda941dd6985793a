"""The command line. Importing this loads nothing heavy."""

from bnsim.cli.command_line import main

__all__ = ["main"]
