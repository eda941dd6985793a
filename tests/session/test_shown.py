"""How an experiment and a session show themselves in a console and in a notebook."""

from __future__ import annotations

import bnsim as bn


def test_an_experiment_is_a_line_and_a_table(small: bn.Experiment) -> None:
    said = "<Experiment: Two spirals, SGD lr 0.1, batches of 16; plain 3 layers, with BN 4 layers>"
    assert repr(small) == said
    assert "Linear 4 → BatchNorm → Sigmoid → Linear 2" in small._repr_html_()
    assert small._repr_html_().count("<tr>") == 3


def test_names_are_no_markup() -> None:
    stack = bn.Stack(name="<b>&", layers=(bn.Repeat((bn.Linear(2), bn.Dropout(0.25)), times=3),))
    table = bn.Experiment(stacks=(stack,))._repr_html_()
    assert "&lt;b&gt;&amp;" in table
    assert "3 × (Linear 2 → Dropout 0.25)" in table


def test_of_many_layers_the_first_are_named() -> None:
    table = bn.Experiment(stacks=(bn.Stack(layers=(bn.ReLU(),) * 40),))._repr_html_()
    assert table.count("ReLU") == 12
    assert "28 more" in table


def test_a_session_says_where_it_stands(small: bn.Experiment) -> None:
    session = bn.Session(small)
    assert repr(session) == "<Session: 0 iterations done; plain loss –, with BN loss –>"
    session.run(3)
    loss = f"{session.lanes[0].loss:.4g}"
    assert repr(session).startswith(f"<Session: 3 iterations done; plain loss {loss}, with BN loss ")
    assert f">{loss}</td>" in session._repr_html_()


def test_a_lane_says_where_it_stands(small: bn.Experiment) -> None:
    session = bn.Session(small)
    assert repr(session.lanes[0]) == "<Lane plain: loss –>"
    session.run(3)
    assert repr(session.lane("plain")) == f"<Lane plain: loss {session.lanes[0].loss:.4g}>"
