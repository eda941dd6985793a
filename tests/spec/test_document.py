"""A document keeps more than its experiment; files of every version of the format are read for ever."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bnsim as bn
from bnsim.spec import edits, files, migrations
from bnsim.spec.breakpoints import (
    COMPARED,
    AtLayer,
    AtOp,
    Breakpoint,
    Dead,
    GradientNorm,
    LossBelow,
    NonFinite,
    OnWatch,
    Saturated,
)
from bnsim.spec.document import Document
from bnsim.spec.files import load_document, save_document
from bnsim.spec.layout import Layout, Panel
from bnsim.spec.watches import Watch
from bnsim.version import __version__
from tests.spec.experiments import experiments

GOLDEN = Path(__file__).parent / "golden"
EXPERIMENT = bn.Experiment(
    data=bn.XOR(), stacks=(bn.Stack(name="net", layers=(bn.Linear(4), bn.ReLU(), bn.Linear(2))),)
)
STACK = EXPERIMENT.stacks[0]
BREAKPOINTS: tuple[Breakpoint, ...] = (
    AtLayer(layer=STACK.layers[1].id, phase="backward"),
    AtOp(op="linear dW", lane=STACK.id),
    NonFinite(enabled=False),
    LossBelow(below=0.1),
)

limits = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e308, max_value=1e308)
shares = st.floats(0.0, 1.0)
phases = st.sampled_from(["", "forward", "loss", "backward", "update"])
breakpoints: st.SearchStrategy[Breakpoint] = st.one_of(
    st.builds(AtLayer, phase=phases),
    st.builds(AtOp, op=st.text(min_size=1, max_size=80), phase=phases, enabled=st.booleans()),
    st.builds(NonFinite),
    st.builds(GradientNorm, below=limits | st.none(), above=limits | st.none()),
    st.builds(Saturated, above=shares),
    st.builds(Dead, above=shares),
    st.builds(LossBelow, below=limits),
    st.builds(
        OnWatch,
        expression=st.text(min_size=1, max_size=200),
        when=st.sampled_from([*COMPARED, "changes", "not finite"]),
        limit=limits,
    ),
)
words = st.text(min_size=1, max_size=80)
panels = st.builds(
    Panel,
    figure=words,
    area=st.sampled_from(["bottom", "right", "left", "top", "floating"]),
    at=st.tuples(shares, shares, shares, shares),
    front=st.booleans(),
    layer=st.none() | st.just(0),
    every=st.integers(0, 1_000_000),
    options=st.dictionaries(words, words | st.integers(-(2**53), 2**53), max_size=3),
)
layouts = st.builds(
    Layout, panels=st.lists(panels, max_size=5).map(tuple), bottom=shares, right=shares, linked=st.booleans()
)


watches = st.builds(Watch, expression=st.text(min_size=1, max_size=200))


@given(experiments, st.lists(breakpoints, max_size=5), st.none() | layouts, st.lists(watches, max_size=5))
def test_what_is_written_is_what_is_read(
    experiment: bn.Experiment, stops: list[Breakpoint], layout: Layout | None, watched: list[Watch]
) -> None:
    document = Document(experiment=experiment, breakpoints=tuple(stops), layout=layout, watches=tuple(watched))
    content = files.encode_document(document)
    assert files.decode_document(content) == document
    assert files.encode_document(files.decode_document(content)) == content
    assert files.decode(content) == experiment


def test_a_breakpoint_is_about_what_there_is_and_there_once() -> None:
    stray = (AtLayer(layer=999), AtLayer(lane=999), *BREAKPOINTS, *BREAKPOINTS)
    document = Document(experiment=EXPERIMENT, breakpoints=stray)
    assert document.breakpoints == BREAKPOINTS
    without = document.with_experiment(edits.remove_layers(EXPERIMENT, [STACK.layers[1].id]))
    assert without.breakpoints == BREAKPOINTS[1:]


def test_saving_an_experiment_keeps_the_rest_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "it.bnsim"
    layout = Layout(panels=(Panel(figure="loss"),), bottom=0.3)
    save_document(Document(experiment=EXPERIMENT, breakpoints=BREAKPOINTS, layout=layout), path)
    changed = edits.change_training(EXPERIMENT, batch_size=8)
    bn.save(changed, path)
    assert bn.load(path) == changed
    assert load_document(path) == Document(experiment=changed, breakpoints=BREAKPOINTS, layout=layout)
    save_document(Document(experiment=EXPERIMENT), path)
    assert (load_document(path).breakpoints, load_document(path).layout) == ((), None)


def test_a_panel_is_there_once_and_stays_with_a_layer_that_there_is(tmp_path: Path) -> None:
    layer = STACK.layers[1].id
    layout = Layout(
        panels=(
            Panel(figure="xray", layer=layer),
            Panel(figure="loss", layer=0),
            Panel(figure="xray", area="floating"),
            Panel(figure="gamma_beta", layer=999),
        )
    )
    path = tmp_path / "it.bnsim"
    save_document(Document(experiment=EXPERIMENT, layout=layout), path)
    read = [(panel.figure, panel.layer) for panel in load_document(path).layout.panels]
    assert read == [("xray", layer), ("loss", 0), ("gamma_beta", None)]
    bn.save(edits.remove_layers(EXPERIMENT, [layer]), path)
    assert [panel.layer for panel in load_document(path).layout.panels] == [None, 0, None]


@pytest.mark.parametrize(
    ("layout", "place"),
    [
        ({"panels": [{"figure": "loss"}] * 65}, "$.layout.panels"),
        ({"panels": [{"figure": "x" * 81}]}, "$.layout.panels[0].figure"),
        ({"panels": [{"figure": "loss", "at": [0, 0, 1]}]}, "$.layout.panels[0].at"),
        ({"panels": [{"figure": "loss", "at": [0, 0, 1, 2]}]}, "$.layout.panels[0].at[3]"),
        ({"panels": [{"figure": "loss", "area": "moon"}]}, "$.layout.panels[0].area"),
        ({"panels": [{"figure": "loss", "layer": -1}]}, "$.layout.panels[0].layer"),
        ({"panels": [{"figure": "loss", "every": 10**9}]}, "$.layout.panels[0].every"),
        ({"panels": [{"figure": "loss", "options": {str(n): n for n in range(33)}}]}, "$.layout.panels[0].options"),
        ({"panels": [{"figure": "loss", "options": {"a": "x" * 81}}]}, "$.layout.panels[0].options[...]"),
        ({"panels": [{"figure": "loss", "options": {"a": [[]]}}]}, "$.layout.panels[0].options[...]"),
        ({"bottom": 2}, "$.layout.bottom"),
        ({"state": "AAAA"}, "$.layout"),
        ([], "$.layout"),
    ],
)
def test_a_layout_is_data_with_limits(layout: Any, place: str) -> None:
    with pytest.raises(bn.InputError, match=re.escape(f" at {place};")):
        files.from_builtins({**newer(), "saved_by": __version__, "layout": layout})


def test_a_layout_that_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    for layout in (Layout(bottom=float("nan")), Layout(panels=(Panel(figure=""),))):
        with pytest.raises(bn.InputError, match=r"^Cannot save this: .* at \$\.layout"):
            save_document(Document(experiment=EXPERIMENT, layout=layout), tmp_path / "it.bnsim")


def test_saving_an_experiment_over_something_else_replaces_it(tmp_path: Path) -> None:
    path = tmp_path / "it.bnsim"
    path.write_text("no JSON", encoding="utf-8")
    bn.save(EXPERIMENT, path)
    assert bn.load(path) == EXPERIMENT


def newer(**more: Any) -> dict[str, Any]:
    return {**json.loads(files.encode(EXPERIMENT)), "saved_by": "99.1.0", **more}


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"clocks": []}, "$"),
        ({"data": {"kind": "Quasars"}}, "$.data"),
        ({"breakpoints": [{"kind": "AtMoon"}]}, "$.breakpoints[0]"),
        ({"version": 99}, "$.version"),
    ],
)
def test_what_only_a_newer_bnsim_knows_is_refused_naming_that_one(
    tmp_path: Path, more: dict[str, Any], place: str
) -> None:
    path = tmp_path / "it.bnsim"
    path.write_text(json.dumps(newer(**more)), encoding="utf-8")
    with pytest.raises(bn.InputError) as refused:
        load_document(path)
    assert str(refused.value).endswith("; update bnsim to 99.1.0 or newer.")
    assert place in str(refused.value)
    before = path.read_bytes()
    with pytest.raises(bn.InputError, match="a newer bnsim saved the file that is there; choose another name"):
        bn.save(EXPERIMENT, path)
    assert path.read_bytes() == before


def test_what_a_newer_bnsim_saved_is_read_as_far_as_it_is_known() -> None:
    assert files.from_builtins(newer()) == EXPERIMENT


def test_a_wrong_value_in_a_file_of_this_bnsim_is_not_called_newer() -> None:
    for saved_by in (__version__, "0.0.9", ""):
        with pytest.raises(bn.InputError, match=r"unknown field `clocks` at \$; correct that value"):
            files.from_builtins({**newer(clocks=[]), "saved_by": saved_by})


@pytest.mark.parametrize("saved_by", [3, None, "soon", "1.2\n", "1." * 30])
def test_a_file_that_cannot_say_what_saved_it_is_refused(saved_by: Any) -> None:
    with pytest.raises(bn.InputError, match=r"at \$\.saved_by is no version of bnsim"):
        files.from_builtins({**newer(), "saved_by": saved_by})


@pytest.mark.parametrize("stop", [LossBelow(below=float("inf")), GradientNorm(above=float("nan")), Dead(above=3.0)])
def test_what_could_not_be_read_again_is_not_written(tmp_path: Path, stop: Breakpoint) -> None:
    with pytest.raises(bn.InputError, match=r"^Cannot save this: .* at \$\.breakpoints"):
        save_document(Document(experiment=EXPERIMENT, breakpoints=(stop,)), tmp_path / "it.bnsim")
    assert list(tmp_path.iterdir()) == []


def test_a_watch_is_there_once_and_stays_over_edits(tmp_path: Path) -> None:
    ratio, strange = Watch("norm(dW[0]) / norm(W[0])"), Watch("not (")
    document = Document(experiment=EXPERIMENT, watches=(ratio, strange, ratio))
    save_document(document, tmp_path / "it.bnsim")
    save = edits.remove_layers(EXPERIMENT, [STACK.layers[0].id])
    bn.save(save, tmp_path / "it.bnsim")
    assert load_document(tmp_path / "it.bnsim") == Document(experiment=save, watches=(ratio, strange))


@pytest.mark.parametrize("watched", [[{"expression": ""}], [{"expression": "W" * 201}], [{"expression": 3}], [3]])
def test_a_watch_in_a_file_is_a_short_text(watched: list[Any]) -> None:
    with pytest.raises(bn.InputError, match=r"at \$\.watches\[0\]"):
        files.from_builtins({**newer(), "saved_by": __version__, "watches": watched})


def test_too_many_breakpoints_are_refused() -> None:
    many = [{"kind": "LossBelow", "below": number} for number in range(1001)]
    with pytest.raises(bn.InputError, match=r"length <= 1000 at \$\.breakpoints"):
        files.from_builtins({**newer(), "saved_by": __version__, "breakpoints": many})


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.bnsim")), ids=lambda path: path.stem)
def test_files_of_every_version_are_read_with_every_value(path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    document = load_document(path)
    now = json.loads(files.encode_document(document))
    if content["version"] == migrations.VERSION:
        if "one_name" in path.stem:
            assert [stack["name"] for stack in content["stacks"]] == ["a", "a", "a 2"]
            assert [stack.name for stack in document.experiment.stacks] == ["a", "a 3", "a 2"]
            content["stacks"] = now["stacks"]
        differences = list(missing(content, now))
        assert differences == []


def missing(old: Any, new: Any, place: str = "$") -> list[str]:
    """Places where `new` has not what `old` has; fields that came later are no difference."""
    if place in ("$.version", "$.saved_by"):
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        return [found for key in old for found in missing(old[key], new.get(key), f"{place}.{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [found for number, pair in pairs for found in missing(*pair, f"{place}[{number}]")]
    return [] if old == new else [place]


def test_every_version_has_golden_files_and_a_way_to_the_next() -> None:
    versions = {int(re.match(r"v(\d+)_", path.name).group(1)) for path in GOLDEN.glob("*.bnsim")}
    assert versions == set(range(1, migrations.VERSION + 1))
    assert sorted(migrations.MIGRATIONS) == list(range(1, migrations.VERSION))


def test_migrations_lead_from_version_to_version() -> None:
    steps = {
        1: lambda fields: {**fields, "b": fields.get("a")},
        2: lambda fields: {key: value for key, value in fields.items() if key != "a"},
    }
    assert migrations.migrated({"a": 3}, 1, steps) == {"b": 3}
    assert migrations.migrated({"a": 3}, 2, steps) == {}
    assert migrations.migrated({"a": 3}, 3, steps) == {"a": 3}
