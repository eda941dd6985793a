"""Which numbers of watches the lanes' programs measure, and what they have measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bnsim.engine.program import Program
from bnsim.engine.watched import Measure, with_watches
from bnsim.session.lane import Form, Lane
from bnsim.session.lanes import Lanes
from bnsim.session.samples import Samples

Remake = Callable[[Mapping[Form, Program]], bool]
"""Has the lanes run other programs in these forms, from where they stand on; False if there is no memory for it."""
Wanted = Mapping[Form, Iterable[Measure]]


class Compiled:
    """The measures in the programs of the lanes' forms; adding one or taking one out changes no number of the run."""

    def __init__(self, lanes: Lanes, remake: Remake) -> None:
        self._lanes = lanes
        self._remake = remake
        self._plain = {form: form.program for lane in lanes for form in lane.forms}
        self._there: dict[Form, dict[Measure, Samples]] = {form: {} for form in self._plain}

    def want(self, wanted: Wanted) -> None:
        """Have the programs measure these and nothing else."""
        there = {form: tuple(dict.fromkeys(wanted.get(form, ()))) for form in self._plain}
        changed = [form for form, measures in there.items() if measures != tuple(self._there[form])]
        if not changed:
            return
        precision = self._lanes[0].machine.memory.dtype.name
        programs = {form: with_watches(self._plain[form], there[form], precision) for form in changed}
        if not self._remake(programs):
            return
        for form in changed:
            before = self._there[form]
            self._there[form] = {measure: before.get(measure) or Samples() for measure in there[form]}
        for lane in self._lanes:
            lane.history.watched = {
                number: tuple(self._there[form].values()) for number, form in enumerate(lane.forms)
            }

    def samples(self, lane: Lane, measure: Measure) -> Samples | None:
        """What the present form of a lane has measured of a number; None if it does not."""
        return self._there[lane.form].get(measure)

    def column(self, lane: Lane, measure: Measure) -> int:
        """The number of a measure among those of the present form of a lane."""
        return list(self._there[lane.form]).index(measure)
