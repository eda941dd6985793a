"""A deck of a session as it stands: a title slide, one slide a figure, why, and what the rules find."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from bnsim.decks.builds import branch_builds, builds
from bnsim.decks.differing import lane_words
from bnsim.figures import FIGURES
from bnsim.figures.options import Value
from bnsim.lenses.findings.finding import Finding
from bnsim.lenses.findings.lens import findings
from bnsim.lenses.why.answer import why_gradient
from bnsim.lenses.why.reading import Reading
from bnsim.plot.deck import Deck, Paragraph, Slide
from bnsim.plot.figure import Figure
from bnsim.plot.paper import PAGE
from bnsim.plot.speaker import words_now
from bnsim.plot.spoken import picture_now
from bnsim.session import Session
from bnsim.session.past import short_hash
from bnsim.spec.branches import branches
from bnsim.spec.document import Document
from bnsim.spec.fork_words import forked_from
from bnsim.spec.numerals import count, short
from bnsim.spec.phrases import joined, phrase
from bnsim.version import __version__

ON_A_SLIDE = 3
"""Findings on one slide at most."""
MOST_CAUSES = 3
"""Layers of which the notes of a Why tell the cause."""


class Shown(NamedTuple):
    """A figure of a deck by its kind and options; `title` is said in place of the kind's where it is not ""."""

    name: str
    options: Mapping[str, Value] = {}
    title: str = ""


def deck_of(
    session: Session,
    shown: Sequence[Shown],
    name: str,
    *,
    lanes_one_by_one: bool = False,
    report: Callable[[int], None] = lambda done: None,
) -> Deck:
    """The deck; `name` is what the experiment is called.

    A figure without anything to draw is left out. `lanes_one_by_one`: of each figure a slide with the first lane, then
    one more on each. `report` is told after each figure how many are made; what it raises ends the work.
    """
    slides = [_opening(session, name)]
    for number, each in enumerate(shown):
        slides += _of_figure(session, each, lanes_one_by_one=lanes_one_by_one)
        report(number + 1)
    slides += _of_forks(session, one_by_one=lanes_one_by_one)
    found = findings(session)
    slides += [*_of_whys(session, found), *_of_findings(found)]
    trained = phrase(
        "After {number} iteration of training" if session.iteration == 1 else "After {number} iterations of training",
        number=count(session.iteration),
    )
    return Deck(name, tuple(slides), words_now(trained), words_now(PAGE))


def provenance(session: Session) -> str:
    """What numbers come from: the seed, how long it ran, the experiment's short hash, the version."""
    experiment = session.experiment
    return (
        f"seed {count(experiment.training.seed)} · iteration {count(session.iteration)} · "
        f"experiment {short_hash(Document(experiment=experiment))} · bnsim {__version__}"
    )


def _opening(session: Session, name: str) -> Slide:
    experiment = session.experiment
    words: list[Paragraph] = []
    for place, (stack, line) in enumerate(zip(experiment.stacks, lane_words(experiment), strict=True)):
        words += [
            Paragraph(stack.name, "large", f"lane{stack.lane_color(place)}", bold=True),
            Paragraph(words_now(line)),
        ]
    words.append(Paragraph(provenance(session), "small", "text-muted"))
    training = experiment.training
    optimizer = training.optimizer
    line = phrase(
        "{data}, {optimizer} lr {rate}, batches of {number}",
        data=words_now(experiment.data.title),
        optimizer=optimizer.name,
        rate=f"{optimizer.lr:g}",
        number=str(training.batch_size),
    )
    return Slide(name, words_now(line), words=tuple(words), notes=provenance(session), opening=True)


def _of_figure(session: Session, shown: Shown, *, lanes_one_by_one: bool) -> Iterator[Slide]:
    kind = FIGURES[shown.name]
    figure: Figure = kind(session, None, **shown.options)
    if not figure.has_data:
        return
    source = phrase("As in {source}.", source=kind.source) if kind.source else ""
    for each in builds(session, figure, dict(shown.options)) if lanes_one_by_one else [figure]:
        notes = words_now(joined("\n", (each.verdict, each.caption, source)))
        told = picture_now(each)
        build = shown.name if lanes_one_by_one else ""
        yield Slide(shown.title or told.title, told.verdict, told, notes=notes, build=build)


def _of_forks(session: Session, *, one_by_one: bool) -> Iterator[Slide]:
    """Of each fork what it does otherwise, and the losses of its source and of itself."""
    experiment = session.experiment
    places = {stack.id: place for place, stack in enumerate(experiment.stacks)}
    for fork, branch in branches(experiment).items():
        stack, told = experiment.stack(fork), branch_builds(session, places[branch.source], places[fork])
        for each in told if one_by_one else told[-1:]:
            words, title = words_now(forked_from(stack, experiment)), phrase("A fork: {lane}", lane=stack.name)
            figure = picture_now(each)
            yield Slide(
                words_now(title), f"{words[:1].upper()}{words[1:]}.", figure, notes=figure.verdict, build=stack.name
            )


def _of_whys(session: Session, found: Sequence[Finding]) -> Iterator[Slide]:
    """Of each lane with a finding about a gradient: why it is so, and what would change it."""
    first = {each.lane: each for each in reversed(found) if each.about == "gradient" and each.path}
    for lane in session.lanes:
        finding = first.get(lane.stack.name)
        if finding is None:
            continue
        answer = why_gradient(Reading(lane), finding.path, remedies=True)
        words = [Paragraph(words_now(sentence), "large") for sentence in answer.summary]
        if answer.remedies:
            words.append(Paragraph(words_now(phrase("What would change it, at this moment")), "large", bold=True))
            words += [
                Paragraph(
                    words_now(
                        phrase(
                            "{words}: ×{times}, to {norm}",
                            words=words_now(each.words),
                            times=short(each.times),
                            norm=short(each.norm),
                        )
                    )
                )
                for each in answer.remedies
            ]
        notes = [
            f"{each.name} ×{short(each.factor)}: {words_now(each.cause)}"
            for each in answer.links[:MOST_CAUSES]
            if each.cause
        ]
        if answer.summary:
            yield Slide(words_now(answer.title), lane.stack.name, words=tuple(words), notes="\n".join(notes))


def _of_findings(found: Sequence[Finding]) -> list[Slide]:
    slides = math.ceil(len(found) / ON_A_SLIDE)
    parts = [found[len(found) * at // slides : len(found) * (at + 1) // slides] for at in range(slides)]
    return [
        Slide(
            words_now(
                phrase(
                    "Findings" if slides == 1 else "Findings, {number} of {slides}",
                    number=str(number),
                    slides=str(slides),
                )
            ),
            words=tuple(paragraph for each in part for paragraph in _told(each)),
            notes="\n".join(map(_noted, part)),
        )
        for number, part in enumerate(parts, 1)
    ]


def _told(found: Finding) -> tuple[Paragraph, Paragraph]:
    title = Paragraph(f"{found.lane}: {words_now(found.title)}", "large", bold=True)
    return title, Paragraph(words_now(found.sentence))


def _noted(found: Finding) -> str:
    tried = words_now(phrase("Try: {mend}", mend=words_now(found.mend)))
    return f"{found.lane}: {words_now(found.title)}. {words_now(found.why)} {tried}"
