"""The program's version, which files say they were saved by."""

__version__ = "0.1.0"
