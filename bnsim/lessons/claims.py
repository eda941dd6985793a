"""A claim is a number, of an expression or a figure, and the limits it has to keep; it is measured, never typed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from bnsim.lessons.numbers import FigureNumber, Made
from bnsim.session.recording import LEVELS
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.expressions import MAX_LENGTH, named, parse
from bnsim.spec.numerals import count, power_of_ten
from bnsim.spec.phrases import phrase

if TYPE_CHECKING:  # the engine comes with it, which a list of lessons does not need
    from bnsim.session.session import Session

MOST_ITERATIONS = 100_000
_PART = 25
"""Updates between two looks at whether to go on."""


class Claim(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """That a number lies from `low` to `high` after `after` updates.

    None is no limit on that side; one there has to be.
    The number is that of `expression` (see `bnsim.spec.expressions`), which names its lanes unless there is but one, so
    that it is one number; or `number` is one of a figure. `digits`: how many of them are shown, as a `percent` or not;
    the column of a figure is one of percents then.
    """

    expression: Annotated[str, Meta(max_length=MAX_LENGTH)] = ""
    number: FigureNumber | None = None
    after: Annotated[int, Meta(ge=1, le=MOST_ITERATIONS)] = 1
    low: float | None = None
    high: float | None = None
    digits: Annotated[int, Meta(ge=1, le=6)] = 2
    percent: bool = False

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise ValueError("a claim without a limit cannot fail")
        if bool(self.expression) == (self.number is not None):
            raise ValueError("a claim is about either an expression or a number of a figure")

    @property
    def records(self) -> tuple[str, ...]:
        """Names in the session's history that it reads. InputError for one that cannot be read."""
        if self.number is not None:
            return self.number.records
        return tuple(each.symbol.record for each in named(parse(self.expression)) if each.symbol.record)

    @property
    def words(self) -> str:
        """What its number is."""
        return self.expression if self.number is None else self.number.words


class ClaimError(InputError):
    """A claim cannot be measured: which one, by its number from 0, and why, in one sentence."""

    def __init__(self, claim: int, words: str) -> None:
        super().__init__(words)
        self.claim = claim


class Measurement(Struct, frozen=True):
    """What came of a claim. `value` is NaN where nothing could be measured."""

    claim: Claim
    value: float

    @property
    def holds(self) -> bool:
        """Whether the number keeps the claim's limits."""
        low, high = self.claim.low, self.claim.high
        return (
            not math.isnan(self.value) and (low is None or low <= self.value) and (high is None or self.value <= high)
        )

    @property
    def limits(self) -> str:
        """What the number should have been, in words."""
        by, unit = (100, " %") if self.claim.percent else (1, "")
        low, high = ("" if limit is None else f"{by * limit:g}{unit}" for limit in (self.claim.low, self.claim.high))
        if low and high:
            return phrase("from {low} to {high}", low=low, high=high)
        return phrase("from {low}", low=low) if low else phrase("to {high}", high=high)

    @property
    def shown(self) -> str:
        """The number in words, with the digits that the claim asks for."""
        if self.claim.percent:
            return f"{number(100 * self.value, self.claim.digits)} %"
        return number(self.value, self.claim.digits)


def number(value: float, digits: int) -> str:
    """A number for a sentence: rounded, without a power of ten from 0.001 to a million."""
    rounded = float(f"{value:.{digits}g}")
    if not math.isfinite(rounded):
        return "not a number" if math.isnan(rounded) else "infinite"
    if rounded and not 1e-3 <= abs(rounded) < 1e6:
        mantissa, exponent = f"{rounded:.{digits - 1}e}".split("e")
        return f"{mantissa} × {power_of_ten(int(exponent))}".replace("-", "−")
    whole = rounded == round(rounded) and abs(rounded) >= 10
    return (count(round(rounded)) if whole else f"{rounded:.{digits}g}").replace("-", "−")


class Visit(Struct, frozen=True):
    """What else is done with the run of claims: `see` is called after `after` updates, when `records` are kept."""

    after: int
    records: frozenset[str]
    see: Callable[[Session], object]


def measure(
    experiment: Experiment,
    claims: Sequence[Claim],
    go_on: Callable[[int], bool] = lambda done: True,
    visit: Visit | None = None,
) -> tuple[Measurement, ...]:
    """The claims' numbers in one run; `go_on` is told how many updates are done, and ends it by False.

    InputError, in one sentence, for an experiment that cannot run; a ClaimError for an expression that cannot be read
    or is many numbers, and a figure, option or column that there is not.
    """
    from bnsim.session.session import Session

    recorded = LEVELS["norms"].union(() if visit is None else visit.records)
    for index, claim in enumerate(claims):
        with _about(index):
            recorded = recorded.union(claim.records)
    session = Session(experiment, recording=recorded)
    try:
        reads = []
        for index, claim in enumerate(claims):
            with _about(index):
                reads.append(_reader(session, claim))
        values = [math.nan] * len(claims)
        for after in sorted({claim.after for claim in claims}.union(() if visit is None else (visit.after,))):
            while session.iteration < after and go_on(session.iteration):
                session.run(min(_PART, after - session.iteration))
            if session.iteration < after or not go_on(session.iteration):
                break
            made: Made = {}
            for index, (claim, read) in enumerate(zip(claims, reads, strict=True)):
                if claim.after == after:
                    with _about(index):
                        values[index] = read(made)
            if visit is not None and visit.after == after:
                visit.see(session)
        return tuple(Measurement(claim, value) for claim, value in zip(claims, values, strict=True))
    finally:
        session.close()


@contextmanager
def _about(claim: int) -> Iterator[None]:
    """What cannot be used in here is about the claim of that number."""
    try:
        yield
    except InputError as error:
        raise ClaimError(claim, str(error)) from error


def _reader(session: Session, claim: Claim) -> Callable[[Made], float]:
    """What reads the claim's number as the session stands, and keeps the figures that it makes for that."""
    if claim.number is not None:
        number = claim.number
        unit = 100.0 if claim.percent else 1.0
        return lambda made: number.of(session, made) / unit
    watch = session.watch(claim.expression)
    if watch.per_lane and len(session.lanes) > 1:
        raise InputError(f"The claim {watch.expression!r} names no lane; say of which lane each number is.")

    def read(made: Made) -> float:
        value = next(iter(watch.value.values()), None) if isinstance(watch.value, dict) else watch.value
        return math.nan if value is None else value

    return read
