"""Open blocks: their cards live, and are worked with as any other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtWidgets import QLineEdit

import bnsim as bn
from bnsim.plot.theme import load_theme
from bnsim.spec import edits
from bnsim.spec.layers import BatchNorm, Linear, ReLU, Repeat, Residual, Tanh
from bnsim.spec.problems import Problem
from bnsim.ui.canvas.items.block import OpenBlock
from bnsim.ui.model.payloads import layer_mime
from bnsim.ui.outline.tree import Outline

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier

STACKS = (
    bn.Stack(
        name="plain",
        layers=(
            Linear(8),
            Residual(layers=(Linear(8), ReLU(), Repeat(layers=(Linear(8), Tanh()), times=2))),
            Repeat(layers=(Linear(8), BatchNorm()), times=3),
            Linear(3),
        ),
    ),
    bn.Stack(name="other", layers=(Linear(8), Residual(layers=(Linear(8),)), Linear(3))),
)


@pytest.fixture
def nested(bench):
    """Residual (with a Repeat in it) at 0:1, Repeat at 0:2, Residual at 1:1; the first two open."""
    experiment = bn.Experiment(data=bn.Blobs(samples=64, classes=3), training=bn.Training(batch_size=16), stacks=STACKS)
    bench.document.replace(experiment, None)
    bench.canvas.resize(1700, 520)
    bench.selection.blocks.set([bench.layer_id(0, 1), bench.layer_id(0, 2)])
    return bench


def held(bench, *where: int) -> list[str]:
    """Kinds in a block of the first lane."""
    layers = bench.document.experiment.stacks[0].layers
    for index in where:
        layers = layers[index].layers
    return [type(layer).__name__ for layer in layers]


def inner_id(bench, *where: int) -> int:
    layers = bench.document.experiment.stacks[0].layers
    for index in where[:-1]:
        layers = layers[index].layers
    return layers[where[-1]].id


def click(bench, qtbot, at: QPoint, keys=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.mouseClick(bench.canvas.viewport(), LEFT, keys, at)


def editor(bench) -> QLineEdit:
    """The field that is open over a card."""
    return next(field for field in bench.canvas.viewport().findChildren(QLineEdit) if field.isVisible())


# -- opening


def test_an_open_block_that_is_undone_leaves_nothing_open_behind(bench):
    """Its id is handed out again by the next edit, which may be that of a layer that is no block."""
    stack = bench.document.experiment.stacks[0].id

    def insert(layer):
        bench.document.push(edits.insert_layer(bench.document.experiment, stack, 0, layer), "insert")
        return bench.layer_id(0, 0)

    block = insert(Repeat(times=2))
    bench.selection.blocks.set([block])
    bench.document.undo_stack.undo()
    bench.document.undo_stack.redo()
    assert bench.selection.blocks.ids == {block}
    bench.document.undo_stack.undo()
    assert insert(Linear(8)) == block
    assert bench.selection.blocks.ids == frozenset()
    bench.assert_mirrors()


def test_a_click_on_the_sign_opens_and_collapses(nested, qtbot):
    before = nested.document.undo_stack.count()
    assert not isinstance(nested.card("card:1:1"), OpenBlock)
    click(nested, qtbot, nested.on_sign("card:1:1"))
    assert isinstance(nested.card("card:1:1"), OpenBlock)
    assert nested.card("card:1:1.0").face.title == "Linear 2"
    nested.assert_mirrors()
    click(nested, qtbot, nested.on_sign("card:1:1"))
    assert not isinstance(nested.card("card:1:1"), OpenBlock)
    nested.assert_mirrors()
    assert nested.document.undo_stack.count() == before


def test_a_double_click_on_the_title_opens_and_collapses(nested, qtbot):
    for opened in (True, False):
        card = nested.card("card:1:1")
        at = nested.canvas.mapFromScene(card.mapToScene(QPointF(40, 10)))
        qtbot.mouseDClick(nested.canvas.viewport(), LEFT, pos=at)
        assert (nested.layer_id(1, 1) in nested.selection.blocks) == opened


@pytest.mark.parametrize("way", ["Enter", "menu", "outline", "from inside"])
def test_opening_without_a_mouse(nested, qtbot, way):
    outline = Outline(nested.document, nested.selection)
    qtbot.addWidget(outline)
    block = nested.layer_id(1, 1)
    nested.selection.set([block])
    if way == "menu":
        entry = next(a for a in nested.menus.cards_menu().actions() if "Open or collapse" in a.text().replace("&", ""))
        entry.trigger()
    elif way == "from inside":
        nested.selection.set([nested.document.experiment.layers_of(block)[0].id])
        nested.blocks.open_or_collapse()
    else:
        qtbot.keyClick(outline if way == "outline" else nested.canvas, Qt.Key.Key_Return)
    assert block in nested.selection.blocks
    if way != "from inside":
        assert nested.selection.layer_ids == {block}
        assert nested.card("card:1:1").isSelected()
    nested.assert_mirrors()


def test_what_cannot_be_opened_says_so(nested):
    nested.selection.set([nested.layer_id(0, 0)])
    nested.blocks.open_or_collapse()
    assert "Select a Repeat or Residual" in nested.said[-1]


def test_a_block_stays_open_over_edits_and_undo(nested):
    nested.selection.set([nested.layer_id(0, 1)])
    nested.layers.delete()
    nested.assert_mirrors()
    nested.document.undo_stack.undo()
    assert isinstance(nested.card("card:0:1"), OpenBlock)
    nested.assert_mirrors()


def test_another_document_starts_with_all_blocks_closed(nested):
    nested.document.replace(nested.document.experiment, None)
    nested.document.new()
    assert not nested.selection.blocks.ids


def test_what_is_open_is_kept_for_the_file(nested, tmp_path):
    nested.document.save(tmp_path / "a.bnsim")
    opened = nested.selection.blocks.ids
    assert opened
    nested.document.new()
    assert not nested.selection.blocks.ids
    nested.document.open(tmp_path / "a.bnsim")
    assert nested.selection.blocks.ids == opened
    nested.assert_mirrors()


def test_lanes_with_open_blocks_line_up(nested):
    nested.selection.blocks.set([*nested.selection.blocks.ids, nested.layer_id(1, 1)])
    assert nested.card("card:0:1.0").x() == nested.card("card:1:1.0").x()
    assert nested.card("card:0:0").x() == nested.card("card:1:0").x()
    frame = nested.card("card:0:1")
    inside = whole(frame)
    for name in ("card:0:1.0", "card:0:1.1", "card:0:1.2", "sum:0:1"):
        assert inside.contains(nested.card(name).sceneBoundingRect().center())
    assert not inside.contains(nested.card("card:0:0").sceneBoundingRect().center())


def whole(frame: OpenBlock) -> QRectF:
    """The frame with all that is in it, in the scene."""
    return frame.mapRectToScene(QRectF(QPointF(0, 0), frame.extent.size))


def test_an_open_block_and_a_closed_one_line_up(nested):
    experiment = nested.document.experiment
    stack = experiment.stacks[0]
    nested.document.push(
        edits.duplicate_stack(edits.remove_stack(experiment, experiment.stacks[1].id), stack.id), "twice"
    )
    assert nested.card("card:0:1.0").x() == nested.card("card:1:1").x()
    assert nested.card("card:0:2.0").x() == nested.card("card:1:2").x()
    assert nested.card("card:0:3").x() == nested.card("card:1:3").x()
    nested.assert_mirrors()


# -- working with what is inside


def test_cards_inside_are_selected_edited_and_deleted(nested, qtbot):
    click(nested, qtbot, nested.at("card:0:1.0"))
    assert nested.selection.layer_ids == {inner_id(nested, 1, 0)}
    qtbot.keyClick(nested.canvas, Qt.Key.Key_F2)
    field = editor(nested)
    qtbot.keyClicks(field, "16")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert nested.document.experiment.layer(inner_id(nested, 1, 0)).units == 16
    click(nested, qtbot, nested.at("card:0:1.1"))
    qtbot.keyClick(nested.canvas, Qt.Key.Key_Delete)
    assert held(nested, 1) == ["Linear", "Repeat"]
    nested.assert_mirrors()


def test_times_of_an_open_repeat_are_edited_on_its_strip(nested, qtbot):
    nested.selection.set([nested.layer_id(0, 2)])
    qtbot.keyClick(nested.canvas, Qt.Key.Key_F2)
    field = editor(nested)
    qtbot.keyClicks(field, "4")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert nested.card("card:0:2").face.title == "Repeat ×4"


def test_drops_within_into_and_out_of_an_open_block(nested):
    nested.drop(layer_mime("Sigmoid"), nested.between("card:0:1.0", "card:0:1.1"))
    assert held(nested, 1) == ["Linear", "Sigmoid", "ReLU", "Repeat"]
    nested.drop(nested.carried("card:0:1.1"), nested.between("card:0:0", "card:0:1.0") + QPoint(-30, 0))
    assert held(nested) == ["Linear", "Sigmoid", "Residual", "Repeat", "Linear"]
    nested.drop(nested.carried("card:0:1"), nested.beside("card:0:2.1", -20), CTRL)
    assert held(nested, 2) == ["Linear", "Sigmoid", "ReLU", "Repeat"]
    assert held(nested) == ["Linear", "Sigmoid", "Residual", "Repeat", "Linear"]
    nested.drop(nested.carried("card:0:2.2"), nested.beside("card:0:2.0", 3))
    assert held(nested, 2) == ["Linear", "ReLU", "Sigmoid", "Repeat"]
    nested.assert_mirrors()


@pytest.mark.parametrize(("dx", "inside"), [(-14, False), (-4, True)])
def test_at_the_edge_of_a_frame_the_side_decides(nested, dx, inside):
    nested.drop(layer_mime("Sigmoid"), nested.beside("card:0:1.0", dx))
    assert held(nested, 1 if inside else 2)[0] == ("Sigmoid" if inside else "Linear")
    assert len(held(nested)) == (4 if inside else 5)


@pytest.mark.parametrize(("dx", "where"), [(4, (2, 2)), (16, (3,))])
def test_behind_the_last_card_of_a_block(nested, dx, where):
    nested.drop(layer_mime("Sigmoid"), nested.beside("card:0:2.1", dx))
    (new,) = nested.selection.layer_ids
    assert new == inner_id(nested, *where)


def test_before_and_behind_the_sum(nested):
    nested.drop(layer_mime("Sigmoid"), nested.beside("sum:0:1", -4))
    assert held(nested, 1) == ["Linear", "ReLU", "Repeat", "Sigmoid"]
    nested.drop(layer_mime("Tanh"), nested.at("sum:0:1") + QPoint(30, 0))
    assert held(nested) == ["Linear", "Residual", "Tanh", "Repeat", "Linear"]


def test_the_frame_makes_room_for_what_lands_in_it(nested):
    frame = nested.card("card:0:2")
    width, right = frame.extent.size.width(), nested.card("card:0:3").x()
    assert nested.hover(layer_mime("Sigmoid"), nested.beside("card:0:2.1", 4))
    assert frame.extent.size.width() > width
    mark = nested.canvas.cards.landing
    assert whole(frame).contains(mark.sceneBoundingRect().center())
    assert nested.card("card:0:3").x() > right
    nested.leave()
    assert frame.extent.size.width() == width
    assert nested.card("card:0:3").x() == right


def test_a_block_is_not_dropped_into_itself(nested):
    assert not nested.hover(nested.carried("card:0:1"), nested.between("card:0:1.0", "card:0:1.1"))
    assert "into itself" in nested.said[-1]


def test_blocks_in_blocks_open_and_take_drops(nested, qtbot):
    nested.drop(layer_mime("Sigmoid"), nested.at("card:0:1.2"))
    assert held(nested, 1, 2) == ["Linear", "Tanh", "Sigmoid"]
    click(nested, qtbot, nested.on_sign("card:0:1.2"))
    nested.assert_mirrors()
    outer, inner = nested.card("card:0:1"), nested.card("card:0:1.2")
    assert whole(outer).contains(whole(inner))
    nested.drop(layer_mime("Dropout"), nested.between("card:0:1.2.0", "card:0:1.2.1"))
    assert held(nested, 1, 2) == ["Linear", "Dropout", "Tanh", "Sigmoid"]
    nested.drop(nested.carried("card:0:1.2.1"), nested.beside("card:0:2.0", -4))
    assert held(nested, 2) == ["Dropout", "Linear", "BatchNorm"]
    nested.assert_mirrors()


def test_an_empty_open_block_has_a_place_to_drop_on(nested):
    experiment = nested.document.experiment
    nested.document.push(edits.insert_layer(experiment, experiment.stacks[0].id, 1, Residual()), "insert")
    nested.selection.blocks.toggle(nested.layer_id(0, 1))
    nested.assert_mirrors()
    assert not nested.canvas.grab().isNull()
    nested.drop(layer_mime("ReLU"), nested.at("empty:0:1"))
    assert held(nested, 1) == ["ReLU"]
    nested.assert_mirrors()


def test_tab_shift_and_the_band_reach_inside(nested, qtbot):
    nested.selection.set([nested.layer_id(0, 0)])
    order = [nested.layer_id(0, 1), *(inner_id(nested, 1, i) for i in range(3)), nested.layer_id(0, 2)]
    for layer_id in order:
        qtbot.keyClick(nested.canvas, Qt.Key.Key_Tab)
        assert nested.selection.current == layer_id
    click(nested, qtbot, nested.at("card:0:1.0"))
    click(nested, qtbot, nested.at("card:0:1.2"), Qt.KeyboardModifier.ShiftModifier)
    assert nested.selection.layer_ids == {inner_id(nested, 1, i) for i in range(3)}
    nested.layers.group(Repeat)
    assert held(nested, 1) == ["Repeat"]
    nested.document.undo_stack.undo()
    qtbot.keyClick(nested.canvas, Qt.Key.Key_Escape)
    click(nested, qtbot, nested.at("card:0:1.0"))
    qtbot.keyClick(nested.canvas, Qt.Key.Key_Down)
    assert nested.selection.current == nested.layer_id(1, 2) or nested.selection.current == nested.layer_id(1, 1)


def test_a_problem_inside_stands_on_the_card_inside(nested):
    problem = Problem(nested.document.experiment.stacks[0].id, inner_id(nested, 1, 1), "It is wrong", "mend it")
    nested.canvas.show_problems((problem,))
    assert nested.card("card:0:1.1").problem == problem.sentence()
    nested.selection.blocks.toggle(nested.layer_id(0, 1))
    assert nested.card("card:0:1").problem == problem.sentence()


# -- live


@pytest.fixture
def session(nested):
    return bn.Session(nested.document.experiment)


def test_cards_inside_show_their_own_numbers(nested, session):
    session.step("iteration")
    frame = session.frame()
    nested.canvas.show_frame(frame)
    lane = frame.lanes[0]
    assert nested.card("card:0:1.1").frame is lane.inner[1, 1]
    assert nested.card("card:0:1.2").frame is lane.inner[1, 2]
    assert nested.card("sum:0:1").frame is lane.cards[2]
    assert nested.card("card:0:2.1").frame is lane.inner[2, 0, 1]
    assert nested.card("card:1:1").frame is frame.lanes[1].cards[2]
    nested.selection.blocks.toggle(inner_id(nested, 1, 2))
    assert nested.card("card:0:1.2.1").frame is lane.inner[1, 2, 0, 1]


def test_the_copy_shown_is_chosen_on_the_strip(nested, session, qtbot):
    session.step("iteration")
    frame = session.frame()
    nested.canvas.show_frame(frame)
    strip = nested.card("card:0:2")
    assert (strip.copy, strip.times) == (0, 3)
    assert nested.card("card:0:2.0").face.title == "Linear 5"
    back, forward = strip._steppers()
    for copy in (1, 2, 2):
        click(nested, qtbot, nested.canvas.mapFromScene(strip.mapToScene(forward.center())))
        assert strip.copy == copy
        assert nested.card("card:0:2.1").frame is frame.lanes[0].inner[2, copy, 1]
    assert nested.card("card:0:2.0").face.title == "Linear 7"
    click(nested, qtbot, nested.canvas.mapFromScene(strip.mapToScene(back.center())))
    assert strip.copy == 1
    assert "copy 2 of 3" in strip.words()


def test_the_copy_shown_follows_the_cursor_forward_and_back(nested, session):
    seen = []
    while session.lanes[0].executed is None or session.lanes[0].executed.phase in ("forward", "loss", "backward"):
        session.step()
        nested.canvas.show_frame(session.frame())
        executed = session.lanes[0].executed
        if executed.path[:1] == (2,) and executed.phase != "update":
            copy = nested.card("card:0:2").copy
            assert copy == executed.path[1]
            seen.append((executed.phase, copy))
            active = [card for card in nested.canvas.cards.lanes[session.lanes[0].stack.id].cards if card.active]
            assert [card.objectName() for card in active] == [f"card:0:2.{executed.path[2]}"]
    assert list(dict.fromkeys(seen)) == [
        *(("forward", copy) for copy in range(3)),
        *(("backward", copy) for copy in reversed(range(3))),
    ]


def test_the_wave_says_how_far_the_pass_has_come(nested, session):
    item = nested.canvas.cards.lanes[nested.document.experiment.stacks[0].id]
    before = {"forward": -1, "backward": len(item.cards)}
    while True:
        session.step()
        nested.canvas.show_frame(session.frame())
        executed = session.lanes[0].executed
        if executed.phase == "update":
            break
        assert item.wave is not None
        assert item.cards[item.wave[1]].active is not None
        if executed.phase in before and executed.path[:1] != (2,):  # copies go round
            step = item.wave[1] - before[executed.phase]
            assert step >= 0 if executed.phase == "forward" else step <= 0
            before[executed.phase] = item.wave[1]
    nested.canvas.show_frame(None)
    assert item.wave is None


def test_a_copy_at_work_that_is_not_shown_marks_the_frame(nested, session):
    for _ in range(40):
        session.step()
        if session.lanes[0].executed.path[:2] == (2, 1):
            break
    nested.canvas.show_frame(session.frame())
    assert nested.card("card:0:2").active is None
    nested.selection.blocks.step_copy(nested.document.experiment.layer(nested.layer_id(0, 2)), 1)
    assert nested.card("card:0:2").copy == 2
    assert nested.card("card:0:2").active is not None


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("contents", ["values", "gradients", "structure"])
@pytest.mark.parametrize("zoom_steps", [0, 4, 9])
def test_open_blocks_paint_without_a_word_from_qt(nested, session, theme, contents, zoom_steps):
    nested.selection.blocks.set([*nested.selection.blocks.ids, inner_id(nested, 1, 2)])
    nested.canvas.set_theme(load_theme(theme))
    nested.canvas.set_contents(contents)
    for _ in range(zoom_steps):
        nested.canvas.zoom.shrink()
    for _ in range(3):
        for _ in range(9):
            session.step()
        nested.canvas.show_frame(session.frame())
        assert not nested.canvas.grab().isNull()
    nested.selection.set([nested.layer_id(0, 1)])
    assert not nested.canvas.grab().isNull()


def test_copies_by_key_for_what_is_selected(nested):
    assert nested.blocks.repeat_of_selected() == 0
    nested.selection.set([inner_id(nested, 2, 1)])
    nested.blocks.show_copy(1)
    assert nested.card("card:0:2").copy == 1
    nested.blocks.show_copy(-1)
    nested.blocks.show_copy(-1)
    assert nested.card("card:0:2").copy == 0
    nested.selection.set([inner_id(nested, 1, 2, 0)])  # its Repeat is closed
    assert nested.blocks.repeat_of_selected() == 0


def test_all_blocks_around_a_layer_open(nested):
    nested.selection.blocks.set(())
    nested.selection.blocks.open_around(nested.document.experiment, inner_id(nested, 1, 2, 0))
    assert nested.card("card:0:1.2.0").isVisible()
    assert nested.selection.blocks.ids == {nested.layer_id(0, 1), inner_id(nested, 1, 2)}
    nested.selection.blocks.open_around(nested.document.experiment, 10_000)
    nested.assert_mirrors()


def test_cards_say_what_their_weights_were_multiplied_by(nested):
    first, inner, innermost = inner_id(nested, 0), inner_id(nested, 1, 0), inner_id(nested, 1, 2, 0)
    plain = nested.canvas.grab().toImage()
    nested.canvas.show_scaled({first: 3.0, inner: 0.5, innermost: 2.0, inner_id(nested, 3): 1.0})
    marks = nested.canvas.card_style.scaled
    block, repeat = inner_id(nested, 1), inner_id(nested, 1, 2)
    assert marks == {first: "×3", inner: "×0.5", innermost: "×2", repeat: "×2", block: "× several"}
    assert "weights ×3 in this run" in nested.card("card:0:0").words()
    assert nested.canvas.grab().toImage() != plain
    nested.canvas.show_scaled({})
    assert nested.canvas.grab().toImage() == plain
    nested.canvas.show_scaled({10_000: 2.0})  # of a layer that was removed
    assert nested.canvas.card_style.scaled == {}
