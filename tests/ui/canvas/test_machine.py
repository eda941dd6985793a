"""Any edits, undos and redos in any order: canvas, outline and document stay one."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bnsim.spec import edits, files, stack_actions
from bnsim.spec.layers import PALETTE, Repeat, Residual, Tanh
from bnsim.spec.tree import walk
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.model.document import Document
from bnsim.ui.model.payloads import layer_mime
from bnsim.ui.model.selection import Selection
from bnsim.ui.outline.tree import Outline

from .conftest import bench_of, small_experiment

NUMBERS = st.integers(0, 1000)


class Editing(RuleBasedStateMachine):
    """Commands as the keys and menus give them; `past` is what undo must bring back."""

    def __init__(self) -> None:
        super().__init__()
        document, selection = Document(small_experiment()), Selection()
        canvas = CanvasView(document, selection)
        canvas.resize(1200, 480)
        self.outline = Outline(document, selection)
        self.bench = bench_of(document, selection, canvas)
        self.seen = {0: document.experiment}

    def teardown(self) -> None:
        self.outline.close()
        self.bench.canvas.close()
        self.outline.deleteLater()
        self.bench.canvas.deleteLater()

    @property
    def experiment(self):
        return self.bench.document.experiment

    def _layers(self):
        return [layer for stack in self.experiment.stacks for layer in walk(stack.layers)]

    def _stack(self, number):
        stacks = self.experiment.stacks
        return stacks[number % len(stacks)] if stacks else None

    @rule(numbers=st.lists(NUMBERS, max_size=4))
    def select(self, numbers):
        layers = self._layers()
        self.bench.selection.set([layers[number % len(layers)].id for number in numbers] if layers else ())

    @rule(start=NUMBERS, length=st.integers(1, 3), number=NUMBERS)
    def select_neighbors(self, start, length, number):
        stack = self._stack(number)
        if stack is not None and stack.layers:
            first = start % len(stack.layers)
            self.bench.selection.set([layer.id for layer in stack.layers[first : first + length]])

    @rule(kind=st.sampled_from(PALETTE), number=NUMBERS, index=NUMBERS)
    def insert(self, kind, number, index):
        stack = self._stack(number)
        if stack is not None:
            place = index % (len(stack.layers) + 1)
            self.bench.document.push(edits.insert_layer(self.experiment, stack.id, place, kind()), "insert")

    @rule(kind=st.sampled_from(PALETTE), name=st.sampled_from(["card:0:0", "card:0:1", "card:1:1"]))
    def drop(self, kind, name):
        if any(card.objectName() == name and card.isVisible() for card in self.bench.canvas.cards.all_cards()):
            self.bench.drop(layer_mime(kind.__name__), self.bench.at(name))

    @rule(kind=st.sampled_from(PALETTE), x=st.integers(0, 1190), lane=st.integers(0, 3))
    def drop_anywhere(self, kind, x, lane):
        """What the gap shows is where it lands; inside open blocks too."""
        canvas = self.bench.canvas
        lanes = canvas.cards.layout.lanes
        if lane < len(lanes) and not lanes[lane].hidden and len(self._layers()) < 60:
            at = canvas.mapFromScene(x * 2, lanes[lane].cards_top + 30)
            target = canvas.cards.layout.target_at(canvas.mapToScene(at).x(), canvas.mapToScene(at).y())
            self.bench.drop(layer_mime(kind.__name__), at)
            if not isinstance(target, str):
                (new,) = self.bench.selection.layer_ids
                assert self.experiment.container(new) == (target.container, target.index)

    @rule(number=NUMBERS)
    def open_or_collapse(self, number):
        blocks = [layer for layer in self._layers() if isinstance(layer, Repeat | Residual)]
        if blocks:
            self.bench.selection.blocks.toggle(blocks[number % len(blocks)].id)

    @rule(number=NUMBERS, index=NUMBERS)
    def move(self, number, index):
        stack, chosen = self._stack(number), self.bench.selection.layer_ids
        if stack is not None:
            place = index % (len(stack.layers) + 1)
            self.bench.document.push(edits.move_layers(self.experiment, chosen, stack.id, place), "move")

    @rule(step=st.sampled_from([-1, 1]))
    def move_in_outline(self, step):
        self.outline.move_selected(step)

    @rule(command=st.sampled_from(["cut", "copy", "paste", "duplicate", "delete", "ungroup"]))
    def command(self, command):
        if len(self._layers()) < 60 or command in ("cut", "delete"):
            getattr(self.bench.layers, command)()

    @rule(kind=st.sampled_from([Residual, Repeat]))
    def group(self, kind):
        self.bench.layers.group(kind)

    @rule(command=st.sampled_from(["add", "duplicate", "remove", "up", "down", "hide", "recolor"]), number=NUMBERS)
    def lane(self, command, number):
        lanes, stack = self.bench.lanes, self._stack(number)
        if command == "add" or stack is None:
            lanes.add()
        elif command in ("up", "down"):
            lanes.at(stack.id).move(1 if command == "down" else -1)
        elif command == "recolor":
            lanes.at(stack.id).recolor(number % 5)
        elif command == "duplicate" and len(self._layers()) < 60:
            lanes.at(stack.id).duplicate()
        elif command == "remove":
            lanes.at(stack.id).remove()
        elif command == "hide":
            lanes.at(stack.id).hide_or_show()

    @rule(
        action=st.sampled_from(
            [
                stack_actions.insert_batchnorm_before_activations,
                stack_actions.remove_batchnorm,
                stack_actions.drop_redundant_biases,
                lambda experiment: stack_actions.change_activations(experiment, Tanh()),
                lambda experiment: stack_actions.set_hidden_width(experiment, 16),
            ]
        )
    )
    def everywhere(self, action):
        self.bench.document.push(action(self.experiment), "everywhere")

    @rule(back=st.booleans(), times=st.integers(1, 4))
    def undo_or_redo(self, back, times):
        stack = self.bench.document.undo_stack
        for _ in range(times):
            (stack.undo if back else stack.redo)()
            assert self.experiment == self.seen[stack.index()]

    @invariant()
    def canvas_and_outline_are_the_document(self):
        bench = self.bench
        self.seen[bench.document.undo_stack.index()] = self.experiment
        bench.assert_mirrors()
        ids = {layer.id for layer in self._layers()}
        assert bench.selection.layer_ids <= ids
        stacks = [stack for stack in self.experiment.stacks if not stack.hidden]
        shown = {layer_id for stack in stacks for layer_id in bench.canvas.cards.shown_ids(stack)}
        assert shown >= {layer.id for stack in stacks for layer in stack.layers}
        assert set(bench.canvas.cards.selected_ids()) == shown & bench.selection.layer_ids
        assert self.outline._items.keys() == ids
        assert files.decode(files.encode(self.experiment)) == self.experiment


@pytest.mark.parametrize("seed", [0])
def test_document_and_canvas_are_one_after_any_edits(qtbot, seed):
    checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Editing,
        settings=settings(
            max_examples=50, stateful_step_count=40, deadline=None, derandomize=True, suppress_health_check=checks
        ),
    )
