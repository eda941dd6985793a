"""The page on the file format is true: its example is read, and no field is left out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

import bnsim as bn
from bnsim.session import run_file
from bnsim.session.saved_run import MOST_STATES, SavedFacts, SavedLane
from bnsim.spec import breakpoints, datasets, initializers, layers, losses, training
from bnsim.spec.breakpoints import MAX_BREAKPOINTS, AtOp
from bnsim.spec.document import Document
from bnsim.spec.experiment import MAX_LAYERS, MAX_NAME, MAX_STACKS
from bnsim.spec.files import decode_document
from bnsim.spec.layout import MAX_CHOSEN, MAX_EVERY, MAX_PANELS, Layout, Panel
from bnsim.spec.migrations import VERSION

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "format.md").read_text(encoding="utf-8")
UNIONS: list[Any] = [
    layers.Layer,
    losses.Loss,
    datasets.Data,
    initializers.AnyInitializer,
    training.Optimizer,
    training.Schedule,
    training.Clip,
    breakpoints.Breakpoint,
]
WITHOUT_KIND = [
    SavedFacts,
    SavedLane,
    Document,
    Layout,
    Panel,
    bn.Experiment,
    bn.Stack,
    bn.Training,
    bn.LaneTraining,
]
KINDS = [kind for union in UNIONS for kind in get_args(union)]


def test_the_example_is_read() -> None:
    example = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL).group(1)
    document = decode_document(example.encode())
    assert [stack.name for stack in document.experiment.stacks] == ["with BN"]
    assert document.experiment.next_id == 8
    assert document.breakpoints[0] == AtOp(op="bn dσ²", layer=3, phase="backward")
    assert len(document.breakpoints) == 2
    assert [(panel.figure, panel.layer) for panel in document.layout.panels] == [
        ("gradient_by_depth", None),
        ("batch_statistics", 3),
    ]


@pytest.mark.parametrize(
    "record",
    [*WITHOUT_KIND, *KINDS],
    ids=lambda it: it.__name__,
)
def test_every_field_is_told(record: type) -> None:
    fields = [name for name in record.__struct_fields__ if name not in ("experiment", "id")]
    assert [name for name in fields if f"`{name}`" not in PAGE] == []
    own = [name for name in fields if name not in ("lane", "layer", "enabled")]
    assert not own or record in WITHOUT_KIND or f"`{record.__name__}`" in PAGE


def test_its_numbers_are_those_of_the_code() -> None:
    assert f"of this format, {VERSION} today" in PAGE
    assert f"| `stacks` | at most {MAX_STACKS} |" in PAGE
    assert f"at most {MAX_BREAKPOINTS};" in PAGE
    assert f"at most {MAX_NAME} characters" in PAGE
    assert f"those that are open, at most {MAX_PANELS}, each" in PAGE
    assert f"updates (up to {MAX_EVERY})" in PAGE
    assert f"`options`: at most {MAX_CHOSEN} by name" in PAGE
    assert f"(at most {MAX_LAYERS})" in PAGE
    assert f"`version` {run_file.VERSION} (must be there)" in PAGE
    assert f"at most {MOST_STATES - 2} others" in PAGE
