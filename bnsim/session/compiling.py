"""Which numbers of watches the lanes' programs measure, and what they have measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from weakref import WeakKeyDictionary

from bnsim.engine.program import Program
from bnsim.engine.watched import Measure, with_watches
from bnsim.session.lane import Form, Lane
from bnsim.session.lanes import Lanes
from bnsim.session.samples import Samples

Remake = Callable[[Mapping[Form, Program]], bool]
"""Has the lanes run other programs in these forms, from where they stand on; False if there is no memory for it."""
Wanted = Mapping[Form, Iterable[Measure]]
Measures = tuple[Measure, ...]

_MADE: WeakKeyDictionary[Program, dict[Measures, Program]] = WeakKeyDictionary()
"""The last program with watches of each program: a session that goes on as another one has the very same."""


class Compiled:
    """The measures in the programs of the lanes' forms; adding one or taking one out changes no number of the run."""

    def __init__(self, lanes: Lanes, remake: Remake) -> None:
        self._lanes = lanes
        self._remake = remake
        self._plain = {form: form.program for lane in lanes for form in lane.forms}
        self._there: dict[Form, Measures] = dict.fromkeys(self._plain, ())

    @property
    def plain(self) -> list[Program]:
        """The programs of all forms, without watches."""
        return list(self._plain.values())

    def want(self, wanted: Wanted) -> None:
        """Have the programs measure these and nothing else."""
        there = {form: tuple(dict.fromkeys(wanted.get(form, ()))) for form in self._plain}
        changed = [form for form, measures in there.items() if measures != self._there[form]]
        if not changed or not self._remake({form: self._program(form, there[form]) for form in changed}):
            return
        for lane in self._lanes:
            for number, form in enumerate(lane.forms):
                kept = dict(zip(self._there[form], lane.history.watched.get(number, ()), strict=False))
                lane.history.watched[number] = tuple(kept.get(measure) or Samples() for measure in there[form])
        self._there = there

    def samples(self, lane: Lane, measure: Measure) -> Samples | None:
        """What the present form of a lane has measured of a number; None if it does not."""
        if measure not in self._there[lane.form]:
            return None
        return lane.history.watched[lane.forms.index(lane.form)][self.column(lane, measure)]

    def column(self, lane: Lane, measure: Measure) -> int:
        """The number of a measure among those of the present form of a lane."""
        return self._there[lane.form].index(measure)

    def _program(self, form: Form, measures: Measures) -> Program:
        plain = self._plain[form]
        made = _MADE.get(plain, {})
        if measures not in made:
            _MADE[plain] = made = {measures: with_watches(plain, measures, form.training.precision)}
        return made[measures]
