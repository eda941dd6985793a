"""Exports: the dialog whose preview is the file, the clipboard, and pictures dragged into other programs."""
