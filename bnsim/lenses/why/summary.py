"""The whole of a Why in few words: its links by kind, the worst first, and a sentence or two."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec.structs import replace

from bnsim.lenses.why.causes import number
from bnsim.lenses.why.records import Kind, Link, Why
from bnsim.session.arrays import GRADIENT
from bnsim.spec.numerals import compared, count, factor, percent, short

ALIKE = 0.5
"""Factors are said to be one number, "each", if their logs differ by less than this share of their mean."""
SINGLE = {"product": "the product with its input", "sum": "the sum over its uses"}
NEAR_ONE = 0.05
"""log10 of a kind's product below which it is not worth a word beside others."""
UNCHANGED = 5e-4
"""A factor this near to 1 is written as 1.00."""
MOST = 3
"""Kinds that a sentence names."""
WORDS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)


def kinds_of(links: Sequence[Link]) -> tuple[Kind, ...]:
    """The links by kind, in the order in which the gradient meets them."""
    found: dict[str, list[Link]] = {}
    for link in links:
        found.setdefault(link.kind, []).append(link)
    return tuple(_kind(same) for same in found.values())


def worst_of(links: Sequence[Link], *, small: bool) -> tuple[int, ...]:
    """Numbers of the links, those that make it small (else large) most first; one at which it ended before all."""
    sign = 1 if small else -1
    return tuple(sorted(range(len(links)), key=lambda at: _rank(links[at], sign)))


def _rank(link: Link, sign: int) -> float:
    return sign * link.decades if math.isfinite(link.decades) else -math.inf


def _kind(links: Sequence[Link]) -> Kind:
    factors = [link.factor for link in links]
    layers = len({link.path for link in links})
    note = ""
    parts = [{part.name: part.factor for part in link.parts} for link in links if len(link.parts) == 2]
    if parts and "kept" in parts[0]:
        size, kept = (_mean([part[name] for part in parts]) for name in (next(iter(parts[0])), "kept"))
        note = f"{next(iter(parts[0]))} ×{number(size)}, kept {percent(kept)} of the norm"
    largest = [link.largest for link in links if link.largest is not None]
    if largest:
        span = dict.fromkeys((compared(min(largest)), compared(max(largest))))
        note = f"largest singular value {' to '.join(span)}"
    first = links[0]
    return Kind(first.kind, first.group, layers, math.prod(factors), min(factors), max(factors), note)


def _mean(factors: Sequence[float]) -> float:
    """The geometric mean of positive factors, which their product is the same with."""
    if min(factors) <= 0:
        return 0.0
    return math.exp(math.fsum(map(math.log, factors)) / len(factors))


def summary_of(why: Why) -> Why:
    """The answer with its summary, and with what is due where it cannot be given in full."""
    if why.start is None:
        due = "The backward pass has not begun: step on until it has come by, or run an iteration."
        return replace(why, due=due, summary=(due,))
    where = f"at {why.name}" if why.tensor.name == GRADIENT else f"in {why.name}"
    begun = short(why.start.norm)
    size = f"{short(why.norm)} {where}" if why.norm is not None else f"No number {where}"
    sentence = f"{size}, from {begun} at the loss."
    if why.ended >= 0:
        link = why.links[why.ended]
        before = (f"Before: {words}" for words in factors_of(why, begins=False))
        return replace(why, summary=(sentence, f"{link.name}: {link.cause}", *before))
    if why.norm is None:
        got = f"it has come to {why.links[-1].name}" if why.links else "it is at the loss"
        due = f"The gradient {where} is not computed yet ({got}): step on until the backward pass has come by."
        return replace(why, due=due, summary=(due, *factors_of(why)))
    if not why.start.norm or not math.isfinite(why.start.norm):
        return replace(why, summary=(sentence, f"It is so at the loss already: {why.start.words}"))
    return replace(why, summary=(sentence, *factors_of(why)))


def then(after: Sequence[Link]) -> tuple[str, ...]:
    """What clipping and decay make of a parameter's gradient, in a sentence; () if there are none."""
    after = [link for link in after if abs(link.factor - 1) > UNCHANGED]
    if not after:
        return ()
    first, *more = (f"{link.kind} ({factor(link.factor)})" for link in after)
    norm = short(after[-1].norm_after)
    both = f"{first} and {more[0]}" if more else ""
    told = f"{both} make it {norm} for the optimizer." if both else f"{first} makes it {norm} for the optimizer."
    return (told[0].upper() + told[1:],)


def factors_of(why: Why, *, begins: bool = True) -> tuple[str, ...]:
    """What the kinds multiplied it by, the strongest first, as a sentence; () where there is nothing to say.

    `begins`: the sentence begins with it.
    """
    whole = why.links[: why.ended] if why.ended >= 0 else why.links
    kinds = sorted(kinds_of(whole), key=lambda kind: -_strength(kind))
    if not kinds:
        return ()
    strong = [kind for kind in kinds if _strength(kind) >= NEAR_ONE][:MOST]
    if not strong:
        return (
            "What is between leaves it nearly as it is." if begins else "what is between leaves it nearly as it is.",
        )
    # Of two that nearly make up for one another, what shrinks comes first, as in "by 0.21 each, but ... by 5.1 each".
    against = (
        len(strong) > 1
        and (strong[0].together > 1) != (strong[1].together > 1)
        and _strength(strong[1]) > _strength(strong[0]) / 2
    )
    if against and strong[0].together > 1:
        strong[:2] = strong[1::-1]
    told = f"{_who(strong[0], first=begins)} multiplied it by {_by(why, strong[0])}"
    for kind in strong[1:]:
        more = f"{_who(kind, first=False)} by {_by(why, kind)}"
        told = f"{told}, but {more}" if against and kind is strong[1] else f"{told}; {more}"
    return (f"{told}.",)


def _strength(kind: Kind) -> float:
    return abs(math.log10(kind.together))


def _who(kind: Kind, *, first: bool) -> str:
    if kind.count == 1:
        single = SINGLE.get(kind.kind, "")
        if first:
            return f"{single[0].upper()}{single[1:]}" if single else f"One {kind.kind}"
        return single or f"one {kind.kind}"
    many = WORDS[kind.count] if kind.count < len(WORDS) else count(kind.count)
    if kind.kind == "Sigmoid":  # a word of its own, with a plural
        return f"{many.capitalize()} sigmoids" if first else f"the {many} sigmoids"
    return f"{many.capitalize()} {kind.kind} layers" if first else f"the {many} {kind.kind} layers"


def _by(why: Why, kind: Kind) -> str:
    spreads = [link.spread for link in why.links if link.kind == kind.kind and link.spread is not None]
    divided = f" (divided by a spread of {short(_mean(spreads))})" if spreads else ""
    log = math.log(kind.together) / kind.count
    if kind.count == 1:
        return f"{short(kind.together)}{divided}"
    if math.log(kind.high / kind.low) <= ALIKE * abs(log):
        return f"{short(math.exp(log))} each{divided}"
    return f"{short(kind.together)} together{divided}"
