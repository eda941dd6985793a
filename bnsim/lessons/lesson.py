"""What a lesson is: steps that set up the window, ask for a prediction and then show what is measured.

A lesson is a folder of plain files (`bnsim.lessons.reading`); here is what they say, as records. Sentences may hold
`{name}`, which stands for the measured number of the claim of that name, and formulas between dollar signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args

from msgspec import Meta, Struct, field
from msgspec.structs import force_setattr

from bnsim.lessons.claims import Claim
from bnsim.spec.data_files import is_on_network, is_outside
from bnsim.spec.datasets import FileData
from bnsim.spec.document import Document
from bnsim.spec.errors import InputError
from bnsim.spec.expressions import MAX_LENGTH
from bnsim.spec.files import load_document
from bnsim.spec.layout import MAX_CHOSEN, Chosen, Word

EXPERIMENT_ENDING = ".bnsim"
MAX_ITERATIONS = 10_000
"""Updates before a step: a reader does not wait longer."""

Text = Annotated[str, Meta(min_length=1, max_length=10_000)]
Line = Annotated[str, Meta(min_length=1, max_length=400)]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]{0,79}$")]
View = Literal["equation", "tensor", "xray", "why"]
Phase = Literal["start", "forward", "loss", "backward", "update"]
Pointed = Literal["card", "figure", "operation", "control"]
Hidden = Literal["figures", "run", "step", "views", "canvas"]
Kept = Literal["depth", "layers", "data", "training"]


class FigureAsked(Struct, frozen=True, kw_only=True):
    """A figure in a step: the kind's name, what is chosen of it, and the name of the layer it is about if it is of one.

    `layer` "": the first that fits.
    """

    kind: Word
    options: Annotated[dict[Word, Chosen], Meta(max_length=MAX_CHOSEN)] = {}
    layer: Annotated[str, Meta(max_length=80)] = ""


class Place(Struct, frozen=True):
    """Where the program stands in an iteration: behind all of `phase`, or of the layer of that name in it.

    "start": before everything; "update": the iteration is done.
    """

    phase: Phase = "start"
    layer: str = ""


class Point(Struct, frozen=True):
    """What a step points at: the card of a layer, a panel by its kind of figure, an operation, a control of the bar."""

    kind: Pointed
    name: str


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what stands in a table of a lesson's file."""


class Stage(_Part, frozen=True, kw_only=True):
    """How the window is set up as a step begins. What is None stays as it was in the step before.

    `experiment` is opened anew, as the reader's own copy. `figures`: the panels, by kind and what is chosen of each.
    `at`: where the program stands (`place`), after `iterations` updates. Of this step alone, None for none, are `view`,
    the page at the right that is in front, and `point`, what is pointed at (`pointed`).
    """

    experiment: Name | None = None
    figures: Annotated[tuple[str | dict[str, Any], ...], Meta(max_length=6)] | None = None
    view: View | None = None
    at: Annotated[str, Meta(max_length=120)] | None = None
    iterations: Annotated[int, Meta(ge=0, le=MAX_ITERATIONS)] | None = None
    point: Annotated[str, Meta(max_length=120)] | None = None

    def __post_init__(self) -> None:
        _ = self.place, self.pointed, self.panels

    @property
    def place(self) -> Place | None:
        """`at`, read; None: as in the step before, the start of an experiment that is opened."""
        return _place(self.at)

    @property
    def pointed(self) -> Point | None:
        """`point`, read."""
        if self.point is None:
            return None
        for kind in get_args(Pointed):
            if name := _after(kind, self.point):
                return Point(kind, kind_of(name) if kind == "figure" else name)
        kinds = ", ".join(f'"{kind}: …"' for kind in get_args(Pointed))
        raise ValueError(f"`point` is one of {kinds}")

    @property
    def panels(self) -> tuple[FigureAsked, ...] | None:
        """`figures`, read."""
        return None if self.figures is None else tuple(map(figure_asked, self.figures))


class Prediction(_Part, frozen=True, kw_only=True):
    """What the reader is asked before it is seen.

    "choice": of `options` that with the number `right`, counted from 1, of which `claim` is the proof; "number": that
    of `claim`, where one that is off by a factor of at most `within` is near; "curve": drawn, of the `column` of a
    `figure`. `hides` is off until it is made, as it would tell. Then `reveal` is said, and the program goes on to where
    `at` and `iterations` say, as in a `Stage`; it stays where it is if they are None.
    """

    kind: Literal["choice", "number", "curve"]
    ask: Text
    options: Annotated[tuple[Line, ...], Meta(max_length=8)] = ()
    right: Annotated[int, Meta(ge=1)] | None = None
    claim: Name | None = None
    within: Annotated[float, Meta(gt=1.0, le=1e6)] = 1.5
    figure: str | dict[str, Any] | None = None
    column: Annotated[str, Meta(min_length=1, max_length=120)] | None = None
    reveal: Text
    hides: tuple[Hidden, ...] = ("figures", "run", "step")
    at: Annotated[str, Meta(max_length=120)] | None = None
    iterations: Annotated[int, Meta(ge=0, le=MAX_ITERATIONS)] | None = None

    def __post_init__(self) -> None:
        _ = _place(self.at)
        needed = {"choice": ("right",), "number": ("claim",), "curve": ("figure", "column")}[self.kind]
        missing = [name for name in needed if getattr(self, name) is None]
        if missing:
            raise ValueError(f"a prediction of kind {self.kind!r} needs {' and '.join(map(repr, missing))}")
        if (self.kind == "choice") != bool(self.options) or len(self.options) == 1:
            raise ValueError("a choice has two or more `options`, and nothing else has any")
        if self.kind == "choice" and (self.right or 0) > len(self.options):
            raise ValueError(f"`right` is {self.right}, and there are {len(self.options)} options, counted from 1")
        if (self.figure is None) != (self.kind != "curve"):
            raise ValueError("a `figure` belongs to a prediction of kind 'curve'")
        _ = self.asked

    @property
    def asked(self) -> FigureAsked | None:
        """The figure on which a curve is drawn."""
        return None if self.figure is None else figure_asked(self.figure)


class Task(_Part, frozen=True, kw_only=True):
    """What the reader is to bring about, by hand: that `condition` holds (`bnsim.spec.comparisons`).

    `keeps` is what has to stay as it was when the step began. `done` is said once it holds.
    """

    say: Text
    condition: Annotated[str, Meta(min_length=1, max_length=2 * MAX_LENGTH)]
    keeps: tuple[Kept, ...] = ()
    hint: Annotated[str, Meta(max_length=2_000)] = ""
    done: Annotated[str, Meta(max_length=2_000)] = ""


class Step(Struct, frozen=True, kw_only=True):
    """One idea. `prose` is Markdown without the tables; `line`: where its heading is in the file, from 1.

    `key` is what it is known by where one's answers are kept: its title as the lesson's first language has it.
    """

    title: str
    prose: str
    line: int
    key: str = ""
    stage: Stage = field(default_factory=Stage)
    prediction: Prediction | None = None
    task: Task | None = None

    def __post_init__(self) -> None:
        if not self.key:
            force_setattr(self, "key", self.title)

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is said in it."""
        asked, task = self.prediction, self.task
        of_prediction = () if asked is None else (asked.ask, *asked.options, asked.reveal)
        return (self.title, self.prose, *of_prediction, *(() if task is None else (task.say, task.hint, task.done)))


class Plan(_Part, frozen=True, kw_only=True):
    """What a teacher's plan of the lesson says beside what its steps say. `minutes`: for each step, in a class."""

    objectives: Annotated[tuple[Text, ...], Meta(max_length=10)] = ()
    misconceptions: Annotated[tuple[Text, ...], Meta(max_length=10)] = ()
    before: Annotated[str, Meta(max_length=2_000)] = ""
    minutes: Annotated[tuple[Annotated[int, Meta(ge=1, le=90)], ...], Meta(max_length=60)] = ()


class Front(_Part, frozen=True, kw_only=True):
    """The table at the head of a lesson's file.

    `question` is the misconception that it takes up, `hook` one line for its card, `closing` its last sentence, with a
    measured number. `sources` are author, year, title and place each, and where they disagree with what is measured.
    `needs`: the names of lessons to read before.
    """

    title: Line
    question: Line
    hook: Line
    minutes: Annotated[int, Meta(ge=1, le=90)] = 10
    closing: Text
    sources: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=30)]
    needs: tuple[Name, ...] = ()
    plan: Plan = Plan()

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is said in it."""
        plan = (*self.plan.objectives, *self.plan.misconceptions, self.plan.before)
        return (self.title, self.question, self.hook, self.closing, *self.sources, *plan)


class LessonClaim(Claim, frozen=True, kw_only=True):
    """A claim of a lesson: of which of its experiments, and what its number is in words."""

    experiment: Name
    says: Line


class Lesson(Struct, frozen=True, kw_only=True):
    """A whole lesson. `name` is that of its folder; `claims` are by name."""

    name: str
    folder: Path
    front: Front
    steps: tuple[Step, ...]
    claims: Mapping[str, LessonClaim]

    @property
    def title(self) -> str:
        """Its title."""
        return self.front.title

    @property
    def experiments(self) -> tuple[str, ...]:
        """The names of its experiments that a step opens or a claim is about."""
        opened = (step.stage.experiment for step in self.steps)
        measured = (claim.experiment for claim in self.claims.values())
        return tuple(dict.fromkeys(name for name in (*opened, *measured) if name is not None))

    def document(self, experiment: str) -> Document:
        """The document of one of its experiments.

        InputError if there is none, it cannot be read, or its data is anywhere but in the lesson's folder.
        """
        document = load_document(self.folder / f"{experiment}{EXPERIMENT_ENDING}")
        data = document.experiment.data
        named = [each for each in (data.path, data.labels) if each] if isinstance(data, FileData) else []
        if any(is_on_network(each) or is_outside(each, self.folder) for each in named):
            raise InputError(
                f"The experiment {experiment!r} of the lesson {self.name!r} reads data that is not in the lesson's "
                "folder; copy it there and choose it anew."
            )
        return document

    def stage_at(self, number: int, *, revealed: bool = False) -> Stage:
        """How the window stands in the step of that number, from 0, with all that stays from the steps before.

        `revealed`: once its prediction is made. What is pointed at and the page at the right are of one step alone; an
        experiment that is opened stands at its start.
        """
        whole: dict[str, Any] = {}
        for at, step in enumerate(self.steps[: number + 1]):
            if step.stage.experiment is not None:
                whole |= {"at": None, "iterations": None}
            said = {name: getattr(step.stage, name) for name in Stage.__struct_fields__}
            if step.prediction is not None and (revealed or at < number):
                moved = {"at": step.prediction.at, "iterations": step.prediction.iterations}
                said |= {name: value for name, value in moved.items() if value is not None}
            whole |= {name: value for name, value in said.items() if value is not None}
            whole |= {"view": step.stage.view, "point": step.stage.point}
        return Stage(**whole)


def _place(at: str | None) -> Place | None:
    if at is None:
        return None
    if at in get_args(Phase):
        return Place(cast(Phase, at))
    layer, phase = _after("layer", at), "forward"
    if layer.endswith(", backward"):
        layer, phase = layer.removesuffix(", backward"), "backward"
    if not layer:
        phases = ", ".join(f'"{each}"' for each in get_args(Phase))
        raise ValueError(f'`at` is one of {phases}, or "layer: NAME", or "layer: NAME, backward"')
    return Place(cast(Phase, phase), layer)


def figure_asked(said: str | dict[str, Any]) -> FigureAsked:
    """A figure as a lesson names it: its kind, with spaces or not, or a table with `kind`, `layer` and options."""
    if isinstance(said, str):
        return FigureAsked(kind=kind_of(said))
    rest = dict(said)
    kind, layer = rest.pop("kind", None), rest.pop("layer", "")
    if not isinstance(kind, str) or not isinstance(layer, str):
        raise ValueError("a figure has a `kind`, which is a text, as its `layer` is if it has one")
    if not all(isinstance(value, str | int) and not isinstance(value, bool) for value in rest.values()):
        raise ValueError(f"what is chosen of the figure {kind!r} are texts and whole numbers")
    return FigureAsked(kind=kind_of(kind), options=rest, layer=layer)


def kind_of(figure: str) -> str:
    """The name of a kind of figure as it is in `bnsim.figures.FIGURES`."""
    return figure.strip().lower().replace(" ", "_")


def _after(word: str, text: str) -> str:
    """What stands behind "word:" in a text; "" if that is not how it begins."""
    before, colon, rest = text.partition(":")
    return rest.strip() if colon and before.strip() == word else ""
