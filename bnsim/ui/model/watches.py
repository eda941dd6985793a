"""The watches of a document: adding, changing and removing them; and how a number on screen is written as one."""

from __future__ import annotations

import re

from PySide6.QtCore import QObject, Signal

from bnsim.session.arrays import Tensor
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.expressions import Named, in_quotes, named, parse
from bnsim.spec.layer_base import LayerBase
from bnsim.spec.layers import BatchNorm, Linear
from bnsim.spec.numerals import count
from bnsim.spec.spelling import layer_keys, spelling
from bnsim.spec.tree import leaves
from bnsim.spec.watches import MAX_WATCHES, Watch, check_lane, lanes_named, path_of
from bnsim.ui.model.document import Document


class Watches(QObject):
    """The watches of a document, each once, in the order they were made. Each change is an undo step."""

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        document.watches_changed.connect(self.changed)

    @property
    def items(self) -> tuple[Watch, ...]:
        return self._document.watches

    def add(self, expression: str) -> None:
        """Watch an expression. InputError if it cannot be read, nothing has what it names, or there are too many."""
        watch = self._checked(expression)
        if watch not in self.items and len(self.items) >= MAX_WATCHES:
            raise InputError(f"There are {count(MAX_WATCHES)} watches, which is the most; remove one first.")
        self._document.push_watches((*self.items, watch), "add watch")

    def replace(self, before: Watch, expression: str) -> None:
        """Watch another expression in the place of `before`. InputError as for `add`."""
        after = self._checked(expression)
        self._document.push_watches((after if each == before else each for each in self.items), "change watch")

    def remove(self, watch: Watch) -> None:
        self._document.push_watches((each for each in self.items if each != watch), "remove watch")

    def clear(self) -> None:
        self._document.push_watches((), "remove all watches")

    def _checked(self, expression: str) -> Watch:
        text = expression.strip()
        check(text, self._document.experiment)
        return Watch(text)


def check(expression: str, experiment: Experiment) -> None:
    """InputError, which begins with the column, if it cannot be read, or if no lane has what it names."""
    there = named(parse(expression))
    stacks = experiment.stacks
    if not stacks:
        return
    for one in there:
        check_lane(one, [stack.name for stack in stacks])
    if lanes_named(there):
        by_name = {stack.name: stack for stack in reversed(stacks)}
        for one in there:
            _check_layer(one, by_name[one.lane or stacks[0].name])
        return
    problems = [_problem(there, stack) for stack in stacks]
    if all(problems) and (first := problems[0]) is not None:
        raise first


def examples(experiment: Experiment) -> tuple[str, ...]:
    """Three expressions that work in an experiment, to begin with."""
    weights, norms = _first(experiment, Linear), _first(experiment, BatchNorm)
    names = [in_quotes(stack.name) for stack in experiment.stacks]
    offered = ["loss"]
    if weights:
        offered.append(f"norm(dW{weights}) / norm(W{weights})")
    if norms:
        offered.append(f"γ{norms}[0]")
    if len(names) > 1:
        offered.append(f"loss({names[0]}) / loss({names[1]})")
    if weights:
        offered.append(f"max(abs(W{weights}))")
    return tuple((*offered, "accuracy", "clip_norm")[:3])


def _first(experiment: Experiment, kind: type[LayerBase]) -> str:
    """The first layer of a kind in brackets, as watches name it; "" without one."""
    keys = (
        layer_keys(stack)[leaf.path]
        for stack in experiment.stacks
        for leaf in leaves(stack.layers)
        if isinstance(leaf.layer, kind)
    )
    return next((f"[{in_quotes(key)}]" for key in keys), "")


def _problem(there: tuple[Named, ...], stack: Stack) -> InputError | None:
    try:
        for one in there:
            _check_layer(one, stack)
    except InputError as error:
        return error
    return None


def _check_layer(one: Named, stack: Stack) -> None:
    if one.symbol.of_layer:
        path_of(one, stack)


def place_of(message: str) -> int | None:
    """How many characters stand before the place that an error is about; None if it is about no place."""
    found = re.match(r"Column (\d+): ", message)
    return None if found is None else int(found[1]) - 1


def expression_of(experiment: Experiment, tensor: Tensor, element: tuple[int, ...] | None) -> str:
    """The expression of one element of an array, or of its norm if `element` is None; "" if expressions lack it."""
    try:
        spelled = spelling(experiment, experiment.stack(tensor.stack))
    except KeyError:
        return ""
    if element is None:
        return spelled.norm(tensor.name, tensor.path)
    return spelled.array(tensor.name, tensor.path, element)
