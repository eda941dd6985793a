"""What a finding is, and what a rule is that makes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec import Struct

from bnsim.spec.tree import Path
from bnsim.spec.tries import Try

if TYPE_CHECKING:  # the engine comes with it, which names and thresholds do not need
    from bnsim.lenses.findings.evidence import Evidence
    from bnsim.lenses.findings.plan import Spot

Severity = Literal["warning", "note"]
About = Literal["gradient", "value", "spread", "loss", ""]


class Finding(Struct, frozen=True):
    """One rule that speaks of one lane.

    `stack` is the id of the lane's stack, `lane` its name. `layer` is the id of the layer to look at first, at `path`
    in the unrolled stack and called `name`; 0, () and "" where the finding is about the lane. `layers` are the ids of
    all layers concerned. `about` is what one may ask why of: the layer's gradient, its value or the spread of that over
    samples, the loss, or nothing. `tries` are what a fork of the lane can do of what there is to try.
    """

    rule: str
    title: str
    stack: int
    lane: str
    severity: Severity
    sentence: str
    why: str
    mend: str
    layer: int = 0
    path: Path = ()
    name: str = ""
    layers: tuple[int, ...] = ()
    about: About = ""
    tries: tuple[Try, ...] = ()

    def line(self) -> str:
        """The finding in one line, as the command line prints it."""
        return f"{self.lane}: {self.title}: {self.sentence} Try: {self.mend}"


class Said(NamedTuple):
    """What a rule has to say of a lane: its sentence, and the layers concerned, the one to look at first ahead."""

    sentence: str
    spots: Sequence[Spot] = ()
    mend: str = ""
    """What to try, where that is not what the rule says in general."""


class Rule(Struct, frozen=True):
    """One rule: `check` says what it finds in the evidence of a lane, or None.

    `threshold` says when it speaks, `source` where that is from, `why` why it matters, `mend` what to try, in words;
    `tries` is what of that a fork can do.
    """

    name: str
    title: str
    severity: Severity
    about: About
    threshold: str
    source: str
    why: str
    mend: str
    check: Callable[[Evidence], Said | None]
    tries: tuple[Try, ...] = ()

    def find(self, evidence: Evidence) -> Finding | None:
        """The finding in a lane's evidence; None if the rule has nothing to say, or not enough to go by."""
        said = self.check(evidence)
        if said is None:
            return None
        stack, first = evidence.lane.stack, next(iter(said.spots), None)
        return Finding(
            rule=self.name,
            title=self.title,
            stack=stack.id,
            lane=stack.name,
            severity=self.severity,
            sentence=said.sentence,
            why=self.why,
            mend=said.mend or self.mend,
            layer=0 if first is None else first.layer.id,
            path=() if first is None else first.path,
            name="" if first is None else evidence.name(first),
            layers=tuple(dict.fromkeys(spot.layer.id for spot in said.spots)),
            about=self.about,
            tries=self.tries,
        )
