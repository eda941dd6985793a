"""The grammar of watches reads what a person writes, says where it cannot, and runs nothing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bnsim as bn
from bnsim.spec.expressions import MAX_LENGTH, Applied, Combined, Named, Negated, Node, Number, named, parse
from bnsim.spec.symbols import SYMBOLS, folded, symbol_of
from bnsim.spec.watches import completions, lanes_named, path_of

PLAIN = bn.Stack(name="plain", layers=(bn.Linear(4), bn.Sigmoid(), bn.Linear(2)))
DEEP = bn.Stack(name="with BN", layers=(bn.Linear(4), bn.BatchNorm(), bn.Repeat((bn.Linear(4), bn.ReLU()), 2)))
EXPERIMENT = bn.Experiment(data=bn.XOR(), stacks=(PLAIN, DEEP))

pieces = st.sampled_from(
    [
        "norm(",
        "W[",
        "dW",
        "x̂",
        "σ²",
        "(",
        ")",
        "[",
        "]",
        ":",
        ",",
        "+",
        "-",
        "**",
        "/",
        '"',
        "'a'",
        "1",
        "0",
        ".",
        " ",
        "\\",
    ]
)
texts = st.one_of(st.text(max_size=60), st.lists(pieces, max_size=30).map("".join))


@given(texts)
def test_whatever_is_written_is_read_or_refused_with_a_column(text: str) -> None:
    try:
        parse(text)
    except bn.InputError as error:
        assert str(error).startswith("Column ")


@given(texts, st.integers(0, 60))
def test_completing_never_fails(text: str, cursor: int) -> None:
    for each in completions(text, cursor, EXPERIMENT):
        assert 0 <= each.start <= cursor


@pytest.mark.parametrize(
    "text",
    [
        "W[0].T",
        "loss.__class__",
        "print(1)",
        "__import__('os')",
        "lambda: 1",
        "[x for x in W]",
        "(lambda x: x)(1)",
        "loss if 1 else 2",
        "loss == 1",
        "loss and 1",
        "loss; loss",
        "loss := 1",
        "f'{loss}'",
        "norm",
        "norm(W[0])[0]",
        "max(loss, 2)",
        "W[0, 1]",
        "W[0][0][1]",
        "W[0][::2]",
        "W[0.5]",
        "W[0][1e3]",
        "1j",
        "loss(plain)",
        "loss 2",
        "(" * 90 + "1" + ")" * 90,
        "-" * 100 + "1",
        "1" + "**1" * 40,
        "loss #",
        "",
        "\0",
    ],
)
def test_what_is_no_arithmetic_of_the_run_is_refused(text: str) -> None:
    with pytest.raises(bn.InputError, match=r"^Column \d+: "):
        parse(text)


def test_very_long_text_is_refused() -> None:
    parse("1" * MAX_LENGTH)
    with pytest.raises(bn.InputError, match="more than 200"):
        parse("1" * (MAX_LENGTH + 1))


numbers = st.integers(0, 20).map(str) | st.sampled_from(["0.5", "2.", ".25", "1e-3"])
arithmetic = st.recursive(
    numbers,
    lambda inside: st.one_of(
        st.tuples(inside, st.sampled_from([" + ", "-", "*", "/"]), inside).map("".join),
        inside.map("({})".format),
        inside.map("-{}".format),
        inside.map("{}**2".format),
    ),
    max_leaves=8,
).filter(lambda text: len(text) < MAX_LENGTH)


@given(arithmetic)
def test_precedence_is_that_of_python(text: str) -> None:
    try:
        expected = float(eval(text))
    except (ZeroDivisionError, OverflowError):
        return
    assert computed(parse(text)) == pytest.approx(expected, rel=1e-9, nan_ok=True)


def computed(node: Node) -> float:
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Negated):
        return -computed(node.of)
    assert isinstance(node, Combined)
    left, right = computed(node.left), computed(node.right)
    return {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: left / right,
        "**": lambda: left**right,
    }[node.operator]()


def test_every_spelling_of_a_name_is_that_name() -> None:
    spelled = [spelling for symbol in SYMBOLS for spelling in (symbol.shown, *symbol.other)]
    assert len({folded(each) for each in spelled}) == len(spelled)
    for symbol in SYMBOLS:
        for spelling in (symbol.shown, *symbol.other):
            text = f"{spelling}[1][0]" if symbol.of_layer else spelling
            (found,) = named(parse(text))
            assert found.symbol is symbol
    assert symbol_of("µ") is symbol_of("μ") is symbol_of("mu")


def test_lane_layer_and_elements_are_read() -> None:
    node = parse("mean(x̂('with BN')[\"BatchNorm 2\"][:, 4]) - 1e-3")
    assert isinstance(node, Combined)
    assert isinstance(node.left, Applied)
    found = node.left.of
    assert isinstance(found, Named)
    assert (found.lane, found.layer, found.items) == ("with BN", "BatchNorm 2", ((None, None), 4))
    assert (found.at, node.at, math.isclose(computed(node.right), 1e-3)) == (5, 41, True)


@pytest.mark.parametrize(
    ("text", "stack", "path"),
    [
        ("W[0]", PLAIN, (0,)),
        ("W[-1]", PLAIN, (2,)),
        ('W["Linear 2"]', PLAIN, (2,)),
        ('W["Linear 3, copy 2 of 2"]', DEEP, (2, 1, 0)),
        ('W["2.1.0"]', DEEP, (2, 1, 0)),
    ],
)
def test_a_layer_is_found_by_index_name_and_key(text: str, stack: bn.Stack, path: tuple[int, ...]) -> None:
    assert path_of(named(parse(text))[0], stack) == path


@pytest.mark.parametrize(
    ("text", "stack", "said"),
    [
        ("1 + W[3]", PLAIN, r"Column 5: “plain” has no layer 3; its layers are 0 to 2"),
        ('W["Linear 9"]', PLAIN, r'no layer "Linear 9"; did you mean "Linear 2"\?'),
        ("gamma[0]", PLAIN, r"Linear 1 of “plain” has no gamma; it has W, b"),
        ("W[2]", DEEP, r'is a block; name a layer in it, such as "2\.0\.0"'),
    ],
)
def test_a_layer_that_is_not_there_is_said_with_what_is(text: str, stack: bn.Stack, said: str) -> None:
    with pytest.raises(bn.InputError, match=said):
        path_of(named(parse(text))[0], stack)


def test_two_layers_of_one_name_are_told_apart_by_index() -> None:
    stack = bn.Stack(name="a", layers=(bn.Linear(2), bn.Tanh(), bn.Tanh()))
    with pytest.raises(bn.InputError, match=r'2 layers called Tanh 1; write "1" or "2"'):
        path_of(named(parse('norm(value["Tanh 1"])'))[0], stack)


def test_lanes_are_named_everywhere_or_nowhere() -> None:
    assert lanes_named(named(parse('loss("a") - loss("b") + loss("a")'))) == ("a", "b")
    with pytest.raises(bn.InputError, match=r'Column 13: loss is of no lane .* write loss\("a"\)'):
        lanes_named(named(parse('loss("a") - loss')))


def test_what_may_be_written_is_offered() -> None:
    def offered(text: str) -> list[str]:
        return [text[: each.start] + each.text for each in completions(text, len(text), EXPERIMENT)]

    assert offered("norm(dW") == ["norm(dW"]
    assert "γ" in offered("gam")
    assert offered("gamma[") == ['gamma["BatchNorm 1"]'[:-1]]
    assert offered('W["linear 2') == ['W["Linear 2"', 'W["Linear 2, copy 1 of 2"']
    assert offered("loss(") == ['loss("plain"', 'loss("with BN"']
    assert "norm(" in offered("")
    assert "1 + loss" in offered("1 + ")
    assert not any(each.startswith("mask") for each in offered("m"))
    assert offered("W[0] ") == []


def test_names_are_offered_in_quotes_however_they_are_begun() -> None:
    quoted, greek = 'a "b" \\ c', "Δ ﬁne ßtack"
    stacks = (bn.Stack(name=quoted, layers=PLAIN.layers), bn.Stack(name=greek, layers=PLAIN.layers))
    experiment = bn.Experiment(data=bn.XOR(), stacks=stacks)

    def offered(text: str) -> list[str]:
        return [text[: each.start] + each.text for each in completions(text, len(text), experiment)]

    first = 'loss("a \\"b\\" \\\\ c"'
    assert offered("loss(a") == [first, f'loss("{greek}"']
    assert offered('loss("a \\"b') == [first]
    assert offered("loss('a") == [first, f'loss("{greek}"']
    assert offered("loss(δ FINE") == [f'loss("{greek}"']
    assert offered("W[lin") == ['W["Linear 1"', 'W["Linear 2"']
    assert offered(f"{first.replace('loss', 'W')})[linear 2") == [f'{first.replace("loss", "W")})["Linear 2"']
    for each in (first, f'loss("{greek}"'):
        parse(f"{each})")
    assert offered("W[0") == []
