"""Measures the claims of a lesson, by running its experiments, and looks whether what its steps name is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from bnsim.figures import FIGURES
from bnsim.figures.options import settings
from bnsim.lessons.claims import Claim, ClaimError, Measurement, measure
from bnsim.lessons.lesson import FigureAsked, Lesson, Stage, Step
from bnsim.lessons.lines import CLAIMS, TEXT
from bnsim.lessons.numbers import of_lane
from bnsim.lessons.shipped import folder
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.naming import layer_names
from bnsim.spec.places import is_file_there


def go_on_always(done: int) -> bool:
    """Never gives up."""
    return True


def updates(lesson: Lesson) -> int:
    """How many updates it takes to measure all claims of a lesson."""
    return sum(max(claim.after for claim in claims.values()) for claims in _by_experiment(lesson).values())


def measured(lesson: Lesson, go_on: Callable[[int], bool] = go_on_always) -> dict[str, Measurement]:
    """The numbers of a lesson's claims by name; `go_on` is told how many updates are done, and ends it by False.

    InputError, in one sentence, for an experiment or a claim that cannot be measured.
    """
    found: dict[str, Measurement] = {}
    before = 0

    def go_on_in_all(done: int) -> bool:
        return go_on(before + done)

    for experiment, claims in _by_experiment(lesson).items():
        document = lesson.document(experiment)
        try:
            numbers = measure(document.experiment, tuple(claims.values()), go_on_in_all)
        except ClaimError as error:
            raise InputError(f"{CLAIMS}, the claim {list(claims)[error.claim]!r}: {error}") from error
        except InputError as error:
            raise InputError(f"{lesson.name}, experiment {experiment!r}: {error}") from error
        found |= zip(claims, numbers, strict=True)
        before += max(claim.after for claim in claims.values())
    return {name: found[name] for name in lesson.claims}


def _by_experiment(lesson: Lesson) -> Mapping[str, Mapping[str, Claim]]:
    found: dict[str, dict[str, Claim]] = {}
    for name, claim in lesson.claims.items():
        found.setdefault(claim.experiment, {})[name] = claim
    return found


def check_steps(lesson: Lesson) -> None:
    """InputError if a step names a figure, an option of it or a layer that is not there, or `needs` another lesson."""
    for name in lesson.front.needs:
        if not any(is_file_there(where / name / TEXT) for where in (folder(), lesson.folder.parent)):
            raise InputError(f"{TEXT}: `needs` has {name!r}, and no lesson has that name.")
    experiments = {name: lesson.document(name).experiment for name in lesson.experiments}
    for number, step in enumerate(lesson.steps):
        for stage in (lesson.stage_at(number), lesson.stage_at(number, revealed=True)):
            if stage.experiment is not None:
                _check_stage(stage, step, experiments[stage.experiment])


def _check_stage(stage: Stage, step: Step, experiment: Experiment) -> None:
    asked = step.prediction.asked if step.prediction else None
    layers = {name for stack in experiment.stacks for name in layer_names(stack).values()}
    in_lanes = {of_lane(stack.name, name) for stack in experiment.stacks for name in layer_names(stack).values()}
    named = []
    for figure in (*(stage.panels or ()), *([asked] if asked else ())):
        _check_figure(figure, step)
        named.append(figure.layer)
    place, point = stage.place, stage.pointed
    named += [place.layer if place else "", point.name if point is not None and point.kind == "card" else ""]
    for name in named:
        if name and name not in layers | in_lanes:
            raise InputError(
                f"{TEXT}, the step {step.title!r} in line {step.line}: there is no layer {name!r} in "
                f"{stage.experiment!r}; it has {', '.join(sorted(layers))}."
            )
    if point is not None and point.kind == "figure" and point.name not in [each.kind for each in stage.panels or ()]:
        raise InputError(
            f"{TEXT}, the step {step.title!r} in line {step.line}: it points at the figure {point.name!r}, "
            "which is not among its `figures`."
        )


def _check_figure(figure: FigureAsked, step: Step) -> None:
    try:
        if figure.kind not in FIGURES:
            like = get_close_matches(figure.kind, FIGURES, 1)
            mend = f"did you mean {like[0]!r}?" if like else "'bnsim figures' lists them."
            raise InputError(f"there is no figure {figure.kind!r}; {mend}")
        settings(figure.kind, FIGURES[figure.kind].options, figure.options)
    except InputError as error:
        raise InputError(f"{TEXT}, the step {step.title!r} in line {step.line}: {error}") from error
