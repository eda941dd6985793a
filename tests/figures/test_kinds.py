"""What every kind of figure says of itself, and that it is so."""

from __future__ import annotations

import inspect
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import image

import bnsim as bn
from bnsim import figures
from bnsim.figures import FIGURES, FigureKind
from bnsim.plot.writers import FORMATS, render
from bnsim.session.recording import LEVELS


@pytest.fixture(params=FIGURES)
def kind(request: pytest.FixtureRequest) -> FigureKind:
    return FIGURES[request.param]


def test_it_is_found_by_its_name(kind: FigureKind) -> None:
    assert getattr(figures, kind.name) is kind
    assert kind.name in figures.__all__


def test_it_says_what_it_shows_in_one_line(kind: FigureKind) -> None:
    assert kind.title
    assert kind.shows
    assert len(kind.shows) <= 100
    assert "\n" not in kind.shows


def test_its_figures_have_its_name_and_title(kind: FigureKind, make_session: Any) -> None:
    for session in (make_session(20), make_session(experiment=bn.Experiment())):
        figure = kind(session)
        assert figure.name == kind.name
        measured = kind is figures.why and figure.title.startswith("Why the gradient is so ")
        assert measured or figure.title == kind.title


def test_what_it_needs_is_a_record_of_a_session(kind: FigureKind) -> None:
    assert set(kind.records) <= LEVELS["all"]


def test_it_reads_nothing_it_does_not_say(kind: FigureKind, make_session: Any) -> None:
    session = make_session(20)
    for lane in session.lanes:
        lane.history.arrays = {name: lane.history.arrays[name] for name in ("loss", *kind.records)}
    figure = kind(session)
    assert (
        figure.has_data
        or figure.verdict == "The data has 64 features; decision regions need two; choose data such as two spirals"
    )


def test_it_is_about_one_layer_or_about_none(kind: FigureKind, small: bn.Experiment) -> None:
    stack = small.stack(small.stacks[1].id)
    layers = (stack.layers[0], bn.BatchNorm(), bn.Tanh(), bn.Linear(4), *stack.layers[1:])
    experiment = bn.Experiment(data=small.data, training=small.training, stacks=(bn.Stack(layers=layers),))
    session = bn.Session(experiment, recording="all")
    session.run(3)
    first, last = session.experiment.stacks[0].layers[1].id, session.experiment.stacks[0].layers[4].id
    one, other = kind(session, first).data(), kind(session, last).data()
    same = all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)
    assert same != kind.about_layer


def test_its_signature_and_words_are_those_of_its_function(kind: FigureKind) -> None:
    assert list(inspect.signature(kind).parameters) == [
        "session",
        "layer_id",
        "max_points",
        "known",
        *(option.name for option in kind.options),
    ]
    assert kind.__doc__
    assert kind.__doc__ == kind.make.__doc__


def test_what_is_not_recorded_is_refused_in_words(kind: FigureKind, small: bn.Experiment) -> None:
    session = bn.Session(small, recording="none")
    if set(kind.records) <= LEVELS["none"]:
        session.run(2)
        assert kind(session).verdict
        return
    with pytest.raises(bn.InputError, match=rf"{kind.name}.*{sorted(kind.records)[0]}.*not recorded.*recording="):
        kind(session)


def test_what_it_asks_for_in_words_is_enough(kind: FigureKind, small: bn.Experiment) -> None:
    session = bn.Session(small, recording=set(kind.records))
    session.run(2)
    assert kind(session).has_data


def test_every_record_of_the_history_can_be_asked_for(make_session: Any) -> None:
    session = make_session(5)
    session.recording = "norms"
    demanding = replace(figures.gamma_beta, records=("dead",))
    with pytest.raises(bn.InputError, match="dead is not recorded"):
        demanding(session)
    session.recording = "all"
    assert demanding(session).has_data


def a_part_now(*values: Any) -> list[Any]:
    """Every kind with every value, of which an ordinary run takes a third, each value with some kinds."""
    return [
        pytest.param(name, value, marks=() if (number + place) % 3 == 0 else pytest.mark.long)
        for number, name in enumerate(FIGURES)
        for place, value in enumerate(values)
    ]


@pytest.mark.parametrize(("name", "size"), a_part_now((3.5, 2.2), (7.5, 4.6), (13.333, 7.5), (4.0, 9.0)))
def test_it_is_whole_on_pages_of_any_size(name: str, make_session: Any, size: tuple[float, float]) -> None:
    pixels = image.imread(io.BytesIO(render(FIGURES[name](make_session(40)), "png", size=size, dpi=100)))
    for edge in (pixels[:, -3:], pixels[-3:]):
        assert np.ptp(edge, axis=(0, 1)).max() == 0
    assert np.ptp(pixels, axis=(0, 1)).max() > 0


@pytest.mark.parametrize(("name", "format"), a_part_now(*FORMATS))
def test_it_is_written_in_every_format_with_data_and_without(
    name: str, make_session: Any, tmp_path: Path, format: str
) -> None:
    for number, session in enumerate((make_session(40), make_session(0), make_session(experiment=bn.Experiment()))):
        path = tmp_path / f"{number}.{format}"
        FIGURES[name](session).save(path)
        assert path.stat().st_size


def test_it_fits_the_layers_that_it_can_be_about(kind: FigureKind) -> None:
    fitting = {"": None, "BatchNorm": bn.BatchNorm(), "activation": bn.ReLU(), "weight layer": bn.Linear(3)}
    for about, layer in fitting.items():
        if layer is not None:
            assert kind.fits(layer) == (kind.about == about)
            assert kind.fits(bn.Repeat(layers=(bn.Dropout(), layer))) == (kind.about == about)
    assert not kind.fits(bn.Dropout())
    assert not kind.fits(bn.Identity())
