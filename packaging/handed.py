"""Finds what the window says of rooms without one: errors, problems, notes, and what a person chooses among.

A sentence is found by what it is handed to (`sayings.py`): an `InputError` or a function that gives one, a `Problem`, a
`Notice`, a `Choice`. So one that is new is found without a mark, and German lacks it until it has its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args, get_type_hints

import sayings

from bnsim.data.dataset import Column
from bnsim.engine.operation import OPERATIONS
from bnsim.figures import FIGURES
from bnsim.lessons.examples import examples
from bnsim.spec.datasets import DATA_SETS
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.kind import Kind
from bnsim.spec.layers import PALETTE
from bnsim.spec.naming import PHASES, operation_name
from bnsim.sweeps.parameters import _WHOLE as WHOLE
from bnsim.ui.model.fields import fields
from bnsim.ui.model.fork_kinds import KINDS
from bnsim.ui.window.import_dialog import CHOICES

PLACE = re.compile(r"\{(\w*)\}")
NAME = re.compile(r"\w*([._]\w+)+")
OF_SCRIPTS = re.compile(
    r"recording=|step\('|--\w|pip install|Session\.|Dask|below=|iterations \{0\}; give|__main__|state_dict"
)
"""What only who writes a script can cause."""
_WORD = re.compile(r"[^\W\d_]{2}")
FORMULA = re.compile(r".*(noise|classes|random|mean|below|center|table).*")
"""Formulas with words in them."""
OF_SYSTEMS = (
    "no such file or directory",
    "permission denied",
    "is a directory",
    "not a directory",
    "file exists",
    "no space left on device",
    "read-only file system",
    "file name too long",
    "input/output error",
)
"""What systems say where a file cannot be read or written."""
SPEAKING = (
    "spec",
    "data",
    "session",
    "runner",
    "lenses",
    "figures",
    "plot/carried.py",
    "plot/writers",
    "sweeps",
    "decks",
    "interop/writing.py",
    "interop/reference.py",
    "ui",
)
"""Rooms whose errors a window shows. Those of lessons are for who writes one, those of the engine for scripts."""
ROOMS = (
    ("spec/naming.py", "heading", "layer_name_of", "mini_batches", "pass_name", "place", "whose_weights", "_copy"),
    ("spec/fork_words.py",),
    ("spec/fork_problems.py",),
    ("ui/model/fields.py", "range_words", "read_number"),
    ("ui/model/acted_on.py",),
    ("ui/model/layer_facts.py", "sizes", "remark"),
    ("ui/canvas/plan/lane_words.py",),
    ("ui/canvas/plan/scale.py", "words"),
    ("sweeps/running.py", "time_words"),
    ("data/tables.py", "_notes"),
)
"""Modules whose functions give words, all or those named."""


def texts() -> Iterator[str]:
    """All of them, and what is said with `tr` in the source."""
    for found in (of_source(), of_sentences(), of_functions(), of_choices(), of_kinds()):
        yield from (text for text in found if is_said(text))


def is_said(text: str) -> bool:
    """Whether there are words in it, and it is no name of an action, of an array or of a kind of files."""
    words = PLACE.sub("", text)
    return _WORD.search(words) is not None and not NAME.fullmatch(text) and not OF_SCRIPTS.search(text)


def of_source() -> Iterator[str]:
    """What is said with `tr` in the source."""
    yield from sayings.handed_to({"tr"}, ("ui",), lambda call: call.args[:1])


def of_sentences() -> Iterator[str]:
    """Sentences, by what they are handed to."""
    yield from sayings.handed_to({"Notice", "refuse"}, ("runner", "ui"), lambda call: call.args[:1])
    yield from sayings.handed_to(sayings.makers("InputError", SPEAKING), SPEAKING)
    yield from sayings.handed_to({"Problem"}, ("spec",), lambda call: call.args[2:])
    yield from sayings.handed_to({"add"}, ("spec/problems.py",))
    yield from sayings.handed_to({"_ask_number", "_ask_text"}, ("ui",), lambda call: call.args[:2])
    yield from OF_SYSTEMS
    yield from sayings.handed_to({"Targets", "Reading"}, ("data",), lambda call: sayings.words_of(call, "notes"))


def of_functions() -> Iterator[str]:
    """What functions give back that have words."""
    for room, *functions in ROOMS:
        yield from sayings.returned_by(room, *functions)


def of_choices() -> Iterator[str]:
    """What a person chooses among, where that stands in tables."""
    yield from sayings.handed_to({"Choice", "Film"}, ("ui",), lambda call: call.args[:1])
    yield from sayings.handed_to(
        {"Exportable"}, ("ui",), lambda call: [*call.args[1:2], *sayings.words_of(call, "parts")]
    )
    forks = "ui/model/fork_kinds.py"
    yield from sayings.handed_to({"Field"}, (forks,), lambda call: [*call.args[1:2], *call.args[3:4]])
    yield from (text for kind in KINDS for text in (kind.title, kind.why_not))
    yield from (text for title, values in CHOICES.values() for text in (title, *(words for _, words in values)))
    yield from get_args(get_type_hints(Column)["holds"])
    yield from ("{0} of the lane", *(whole.title for whole in WHOLE.values()))
    yield from (text for each in examples().values() for text in (each.title, each.what, each.look))
    yield from (text for kind in FIGURES.values() for text in (kind.shows, kind.cost, kind.section))


def of_kinds() -> Iterator[str]:
    """What kinds of records are called and mean, operations and phases; layers have the names they have in PyTorch."""
    todo: list[type] = [Experiment, Stack, *PALETTE]
    seen: set[type] = set()
    while todo:
        kind = todo.pop()
        if kind not in seen:
            seen.add(kind)
            if issubclass(kind, Kind):
                yield from (kind.meaning, kind.formula if FORMULA.fullmatch(kind.formula) else "")
                yield "" if kind in PALETTE else kind.title
            if kind in DATA_SETS:
                yield kind.about()
            todo += (record for field in fields(kind) for record in field.records)
    yield from (operation_name(operation.title) for operation in OPERATIONS.values() if len(operation.title) > 4)
    yield from (word for _, word in PHASES.values())
