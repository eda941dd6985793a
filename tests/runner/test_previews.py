"""Previews for the gallery: one at a time, of the present moment, and no more once they are not wanted."""

from __future__ import annotations

from typing import Any

import bnsim as bn
from bnsim.figures import FIGURES
from bnsim.runner.orders import Play, SetPreviews, Step
from bnsim.runner.playback import FULL_SPEED
from bnsim.runner.previews import RECORDED_ONCE_OPEN, Previews
from tests.runner.conftest import Window

NAMES = ("loss", "gradient_by_depth", "gamma_beta", "smoothness", "unit_percentiles")


def test_each_wanted_one_comes_once_at_rest_and_again_after_a_step(running: Window) -> None:
    running.do(Step("iteration"))
    running.runner.give(SetPreviews(NAMES))
    running.settle()
    assert [preview.name for preview in running.previews] == list(NAMES)
    for preview in running.previews[:-1]:
        assert preview.figure.has_data
        assert preview.experiment is running.updates[-1].experiment
    assert running.previews[-1].figure.verdict == RECORDED_ONCE_OPEN
    before = running.previews[0].figure
    running.previews.clear()
    running.do(Step("iteration"))
    running.settle()
    assert sorted(preview.name for preview in running.previews) == sorted(NAMES)
    again = next(preview.figure for preview in running.previews if preview.name == "loss")
    assert again.series[0].x.size > before.series[0].x.size


def test_they_are_about_the_layer_asked_for(running: Window, small: bn.Experiment) -> None:
    first, *_, last = (layer.id for layer in small.stacks[1].layers if isinstance(layer, bn.Linear))
    running.do(Step("iteration"))
    for layer_id in (first, last):
        running.runner.give(SetPreviews(("weights_and_gradients",), layer_id))
        running.settle()
        assert running.previews[-1].layer_id == layer_id
    one, other = (preview.figure for preview in running.previews)
    assert one.verdict != other.verdict


def test_none_come_once_the_gallery_is_closed(running: Window) -> None:
    running.runner.give(SetPreviews(NAMES))
    running.runner.give(SetPreviews(()))
    running.settle()
    running.previews.clear()
    running.do(Step("iteration"))
    running.settle()
    assert not running.previews


def test_while_it_plays_costly_ones_wait(running: Window) -> None:
    running.runner.give(SetPreviews(("loss", "smoothness")))
    running.settle()
    running.previews.clear()
    running.runner.give(Play(FULL_SPEED))
    running.wait(lambda: len(running.previews) > 1)
    assert {preview.name for preview in running.previews} == {"loss"}


def test_one_that_fails_says_so_in_its_place(running: Window, monkeypatch: Any, caplog: Any) -> None:
    class Broken:
        name, title, costly, about_layer = "loss", "Loss", False, False

        def needs(self, _options: object) -> tuple[str, ...]:
            return ()

        def __call__(self, *_args: object, **_options: object) -> None:
            raise ZeroDivisionError

    kinds = {**FIGURES, "loss": Broken()}
    monkeypatch.setattr("bnsim.runner.previews.FIGURES", kinds)
    running.runner.give(SetPreviews(("loss", "accuracy")))
    running.settle()
    assert running.previews[0].figure.verdict == "Something went wrong in this figure."
    assert running.previews[1].figure.name == "accuracy"
    assert "cannot make the preview loss" in caplog.text


def test_those_never_made_come_first(small: bn.Experiment) -> None:
    session = bn.Session(small)
    previews = Previews()
    previews.want(SetPreviews(("loss",)))
    previews.make(session, "loss", moving=False)
    assert previews.next(session, moving=False) == ""
    session.step("iteration")
    previews.want(SetPreviews(("loss", "accuracy")))
    assert previews.next(session, moving=False) == "accuracy"
    previews.make(session, "accuracy", moving=False)
    assert previews.next(session, moving=False) == "loss"
