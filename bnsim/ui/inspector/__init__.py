"""The selected thing, explained and editable; its form comes from the record's own fields, ranges and words."""

from bnsim.ui.inspector.inspector import Inspector

__all__ = ["Inspector"]
