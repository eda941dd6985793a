"""A deck of a session as it stands: a title slide, one slide a figure, what the rules find."""

from __future__ import annotations

from collections.abc import Sequence

from bnsim.decks.differing import lane_words
from bnsim.figures import FIGURES
from bnsim.lenses.findings.finding import Finding
from bnsim.lenses.findings.lens import findings
from bnsim.plot.deck import Deck, Paragraph, Slide
from bnsim.plot.figure import Figure
from bnsim.session import Session
from bnsim.session.past import short_hash
from bnsim.spec.document import Document
from bnsim.spec.numerals import count, counted
from bnsim.version import __version__

ON_A_SLIDE = 4
"""Findings on one slide at most."""


def deck_of(session: Session, figures: Sequence[Figure], name: str) -> Deck:
    """The deck; `name` is what the experiment is called."""
    slides = [_opening(session, name), *map(_of_figure, figures), *_of_findings(findings(session))]
    return Deck(name, tuple(slides), f"After {counted(session.iteration, 'iteration')} of training")


def provenance(session: Session) -> str:
    """What numbers come from: the seed, how long it ran, the experiment's short hash, the version."""
    experiment = session.experiment
    return (
        f"seed {count(experiment.training.seed)} · iteration {count(session.iteration)} · "
        f"experiment {short_hash(Document(experiment=experiment))} · bnsim {__version__}"
    )


def _opening(session: Session, name: str) -> Slide:
    experiment = session.experiment
    told = zip(session.lanes, experiment.stacks, lane_words(experiment), strict=True)
    words: list[Paragraph] = []
    for place, (lane, stack, line) in enumerate(told):
        words.append(Paragraph(lane.stack.name, "large", f"lane{stack.lane_color(place)}", bold=True))
        words.append(Paragraph(line, "normal"))
    words.append(Paragraph(provenance(session), "small", "text-muted"))
    training = experiment.training
    optimizer = training.optimizer
    line = f"{experiment.data.title}, {optimizer.name} lr {optimizer.lr:g}, batches of {training.batch_size}"
    return Slide(name, line, words=tuple(words), notes=provenance(session), opening=True)


def _of_figure(figure: Figure) -> Slide:
    kind = FIGURES.get(figure.name)
    source = f"As in {kind.source}." if kind is not None and kind.source else ""
    notes = "\n".join(filter(None, (figure.verdict, figure.caption, source)))
    return Slide(figure.title, figure.verdict, figure, notes=notes)


def _of_findings(found: Sequence[Finding]) -> list[Slide]:
    parts = [found[start : start + ON_A_SLIDE] for start in range(0, len(found), ON_A_SLIDE)]
    return [
        Slide(
            "What one would point at" if len(parts) == 1 else f"What one would point at, {number} of {len(parts)}",
            words=tuple(paragraph for each in part for paragraph in _told(each)),
            notes="\n".join(f"{each.lane}: {each.title}. {each.why} Try: {each.mend}" for each in part),
        )
        for number, part in enumerate(parts, 1)
    ]


def _told(found: Finding) -> tuple[Paragraph, Paragraph]:
    return Paragraph(f"{found.lane}: {found.title}", "large", bold=True), Paragraph(found.sentence)
