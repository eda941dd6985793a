"""Figures of papers, made anew: an experiment, our figure, the paper's claim, and what agrees and what does not.

Each is a folder in `resources/papers`: `paper.json` and the experiment it runs, and its words in other languages in
files such as `paper.de.json`. Numbers in its sentences are measured: "{0}" is that of the first claim.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeVar

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from bnsim.figures import FIGURES
from bnsim.lessons.claims import Claim, Measurement, Visit, measure
from bnsim.plot.figure import Figure
from bnsim.spec.document import Document
from bnsim.spec.errors import InputError
from bnsim.spec.files import load_document
from bnsim.spec.resources import resource

if TYPE_CHECKING:  # the engine comes with it
    from bnsim.session.session import Session

FOLDER = "papers"
RECORD, WORDS, EXPERIMENT = "paper.json", "paper.{}.json", "experiment.bnsim"
R = TypeVar("R")


class Words(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said of a paper's figure, in one language.

    `source` names paper and figure, `short` does so in few words, `claim` is what it says. `agrees` and `differs` say
    what of the claim the run shows, and what not or why not.
    """

    title: str
    source: str
    short: str
    claim: str
    agrees: str
    differs: str


class Paper(Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One figure of a paper: words, and what is run.

    `figure` is the kind of ours that stands beside it, `options` what is chosen of it, after `iterations` updates;
    `claims` are measured.
    """

    figure: str
    options: dict[str, str | int] = {}
    iterations: Annotated[int, Meta(ge=1)] = 1
    claims: tuple[Claim, ...]


def folder() -> Path:
    """Where the papers are."""
    return resource(FOLDER)


@cache
def papers(language: str = "en") -> Mapping[str, Paper]:
    """All of them by name, in the order of their folders' names, which begin with the year.

    In that language, as far as they are translated.
    """
    found = {path.parent.name: read(path.parent, language) for path in sorted(folder().glob(f"*/{RECORD}"))}
    return MappingProxyType(found)


def read(place: Path, language: str = "en") -> Paper:
    """The paper in a folder, in that language if it has words in it.

    InputError, with the path of what is wrong, if it is none.
    """
    paper = _decoded(place / RECORD, Paper)
    words = place / WORDS.format(language)
    return replace(paper, **msgspec.structs.asdict(_decoded(words, Words))) if words.is_file() else paper


def _decoded(path: Path, kind: type[R]) -> R:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(f"Cannot read {path.parent.name}/{path.name}: {error}.") from error


def document_of(name: str) -> Document:
    """The document of the paper of that name. InputError if there is none."""
    if name not in papers():
        raise InputError(f"There is no paper {name!r}; choose from {', '.join(papers())}.")
    return load_document(folder() / name / EXPERIMENT)


class Remade(NamedTuple):
    """What became of a figure of a paper here: the numbers of its claims, and ours, of each lane if need be."""

    measurements: tuple[Measurement, ...]
    figures: tuple[Figure, ...]


def updates(paper: Paper) -> int:
    """How many updates its run has, with which all of it is measured."""
    return max(paper.iterations, *(claim.after for claim in paper.claims))


def measured(name: str, go_on: Callable[[int], bool] = lambda done: True) -> tuple[Measurement, ...]:
    """The numbers of a paper's claims, by running its experiment."""
    return measure(document_of(name).experiment, papers()[name].claims, go_on)


def remade(name: str, go_on: Callable[[int], bool] = lambda done: True) -> Remade:
    """The numbers of a paper's claims and our figure, by one run of its experiment.

    A figure that is about one layer is made of each lane, of the layer at its end. `go_on` is told how many updates are
    done, and by False gives up: what was not reached by then is not there. InputError if there is no such paper.
    """
    paper, experiment = papers()[name], document_of(name).experiment
    kind = FIGURES[paper.figure]
    about = [stack.layers[-1].id for stack in experiment.stacks] if kind.about_layer else [None]
    figures: list[Figure] = []

    def see(session: Session) -> None:
        figures.extend(kind(session, layer, **paper.options) for layer in about)

    visit = Visit(paper.iterations, frozenset(kind.needs(paper.options)), see)
    measurements = measure(experiment, paper.claims, go_on, visit)
    return Remade(measurements, tuple(figures))


def filled(words: str, measurements: Sequence[Measurement]) -> str:
    """A sentence with its numbers in their places."""
    for index, each in enumerate(measurements):
        words = words.replace("{%d}" % index, each.shown)  # noqa: UP031  (braces)
    return words
