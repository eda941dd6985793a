"""Lessons that come with bnsim: they can be read, what they name is there, and what they say is what is measured."""

from __future__ import annotations

import pytest

from bnsim.lessons.checking import check_steps, measured
from bnsim.lessons.claims import measure
from bnsim.lessons.lesson import Lesson
from bnsim.lessons.numbers import id_of
from bnsim.lessons.shipped import lesson_of, lessons
from bnsim.lessons.trying import try_steps
from bnsim.lessons.wording import UNMEASURED, filled
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment


@pytest.mark.parametrize("name", lessons())
def test_all_that_a_lesson_names_is_there(name: str) -> None:
    check_steps(lessons()[name])


@pytest.mark.parametrize("name", lessons())
def test_a_text_with_its_numbers_is_complete(name: str) -> None:
    lesson = lessons()[name]
    numbers = dict.fromkeys(lesson.claims, "7")
    for text in texts_of(lesson):
        assert UNMEASURED not in filled(text, numbers) or UNMEASURED in text


@pytest.mark.parametrize("name", lessons())
def test_no_experiment_lies_in_a_lesson_that_it_does_not_use(name: str) -> None:
    lesson = lessons()[name]
    assert sorted(path.stem for path in lesson.folder.glob("*.bnsim")) == sorted(lesson.experiments)


def test_a_layer_is_found_in_the_first_lane_that_has_one_of_the_name_or_in_the_lane_that_is_named() -> None:
    experiment = lessons()["13-covariate-shift"].document("two").experiment
    plain, with_bn = experiment.stacks
    assert id_of(experiment, "Sigmoid 3") == id_of(experiment, "plain, Sigmoid 3")
    assert id_of(experiment, "plain, Sigmoid 3") in [each.id for each in plain.layers]
    assert id_of(experiment, "with BN, Sigmoid 3") in [each.id for each in with_bn.layers]
    with pytest.raises(InputError, match="no layer 'plain, BatchNorm 1'"):
        id_of(experiment, "plain, BatchNorm 1")


@pytest.mark.long
@pytest.mark.parametrize("name", lessons())
def test_what_a_reader_is_asked_to_do_can_be_done(name: str) -> None:
    try_steps(lessons()[name])


@pytest.mark.long
@pytest.mark.parametrize("name", lessons())
def test_every_claim_of_a_lesson_holds_when_it_is_measured(name: str) -> None:
    wrong = [
        f"{name} is {each.shown}, not {each.limits}"
        for name, each in measured(lessons()[name]).items()
        if not each.holds
    ]
    assert not wrong


def test_a_sample_of_claims_holds_when_it_is_measured() -> None:
    lesson = lessons()["01-what-vanishing-means"]
    claims = [claim for claim in lesson.claims.values() if claim.experiment == "sigmoid"]
    assert all(each.holds for each in measure(lesson.document("sigmoid").experiment, claims))


def test_a_lesson_is_found_by_its_name_its_number_and_its_folder() -> None:
    lesson = lessons()["01-what-vanishing-means"]
    assert lesson_of("1") is lesson_of("01") is lesson_of("01-what-vanishing-means") is lesson
    assert lesson_of(str(lesson.folder)) == lesson


def test_a_lesson_that_is_nowhere_is_one_sentence() -> None:
    with pytest.raises(
        InputError, match=r"There is no lesson 'x', and no folder .* choose from 01-what-vanishing-means"
    ):
        lesson_of("x")


def texts_of(lesson: Lesson) -> list[str]:
    return [*lesson.front.texts, *(text for step in lesson.steps for text in step.texts)]


def test_what_stays_from_the_step_before_stays() -> None:
    lesson = lessons()["01-what-vanishing-means"]
    begun, revealed = lesson.stage_at(1), lesson.stage_at(1, revealed=True)
    assert (begun.experiment, begun.figures, begun.at, revealed.at) == (
        "sigmoid",
        ("gradient by depth",),
        "loss",
        "backward",
    )
    assert (lesson.stage_at(3).view, lesson.stage_at(4).view) == ("equation", None)  # of one step alone
    assert lesson.stage_at(2).at == "backward"
    opened = lesson.stage_at(5)
    assert (opened.at, opened.iterations, lesson.stage_at(5, revealed=True).iterations) == (None, None, 200)
    assert isinstance(lesson.document("both").experiment, Experiment)
