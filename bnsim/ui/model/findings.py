"""The findings that the window shows, and which rules are asked: that is kept between runs of the app."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from bnsim.lenses.findings.finding import Finding, Severity
from bnsim.lenses.findings.lens import FindingsLens
from bnsim.runner.updates import Update
from bnsim.ui.language import tr


class FindingMark(NamedTuple):
    """What a card says of findings: the worst severity, whether one names it first, and a line for each."""

    severity: Severity
    first: bool
    lines: tuple[str, ...]
    titles: tuple[str, ...] = ()


class Findings(QObject):
    """The findings of the moment on screen, in `items`."""

    changed = Signal()
    """The items are others."""
    rules_changed = Signal()
    """Rules were switched on or off: the `lens` is another one."""

    def __init__(self, silent: Collection[str] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: tuple[Finding, ...] = ()
        self._silent = frozenset(silent)

    @property
    def silent(self) -> tuple[str, ...]:
        """Names of the rules that are switched off, sorted."""
        return tuple(sorted(self._silent))

    @property
    def lens(self) -> FindingsLens:
        """The question whose answer the items are."""
        return FindingsLens(without=self.silent)

    def switch(self, rule: str, *, on: bool) -> None:
        """Ask that rule, or not any more; what it has said goes at once."""
        silent = self._silent - {rule} if on else self._silent | {rule}
        if silent != self._silent:
            self._silent = silent
            self._put(each for each in self.items if each.rule not in silent)
            self.rules_changed.emit()

    def show_update(self, update: Update) -> None:
        """Take the findings from an update; without a run there are none."""
        found = update.answers.get(self.lens)
        if update.frame is None or found is not None:
            self._put(found or ())

    def forget(self) -> None:
        """Another document has been opened."""
        self._put(())

    def marks(self) -> Mapping[int, FindingMark]:
        """The marks of the cards concerned, by the layer's id."""
        found: dict[int, FindingMark] = {}
        for each in self.items:
            line = f"{tr(each.title)}: {tr(each.sentence)}"
            for layer in each.layers:
                before = found.get(layer, FindingMark("note", False, ()))
                severity: Severity = "warning" if "warning" in (before.severity, each.severity) else "note"
                lines, titles = (*before.lines, line), (*before.titles, each.title)
                found[layer] = FindingMark(severity, before.first or layer == each.layer, lines, titles)
        return MappingProxyType(found)

    def _put(self, items: Iterable[Finding]) -> None:
        kept = tuple(items)
        if kept != self.items:
            self.items = kept
            self.changed.emit()
