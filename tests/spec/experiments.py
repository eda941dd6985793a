"""Random experiments, and random edits of them, as Hypothesis strategies."""

from __future__ import annotations

from hypothesis import strategies as st

import bnsim as bn
from bnsim.spec.experiment import MAX_STACKS
from bnsim.spec.layers import Layer

gains = st.floats(0.0, 1e6)
shapes = st.sampled_from(["normal", "uniform"])
initializers = st.one_of(
    st.builds(bn.PyTorchDefault, gain=gains),
    st.builds(bn.Xavier, distribution=shapes, gain=gains),
    st.builds(bn.He, distribution=shapes, gain=gains),
    st.builds(bn.Normal, std=st.floats(0.0, 1e6), gain=gains),
    st.builds(bn.Uniform, a=st.floats(0.0, 1e6), gain=gains),
)
layers: st.SearchStrategy[Layer] = st.one_of(
    st.builds(bn.Linear, units=st.integers(1, 65536), bias=st.booleans(), init=initializers),
    st.builds(bn.BatchNorm, eps=st.floats(1e-300, 1e3), momentum=st.floats(0.0, 1.0)),
    st.builds(bn.Sigmoid),
    st.builds(bn.Tanh),
    st.builds(bn.ReLU),
)
layer_rows = st.lists(layers, max_size=12).map(tuple)
own_trainings = st.builds(
    bn.LaneTraining,
    optimizer=st.none() | st.builds(bn.Adam, lr=st.floats(0.0, 1e6)),
    schedule=st.none() | st.builds(bn.StepDecay, every=st.integers(1, 1000)),
    clip=st.none() | st.builds(bn.ClipNorm, limit=st.floats(1e-6, 1e6)),
    decay_all=st.none() | st.booleans(),
    gain=st.none() | gains,
)
stacks = st.builds(
    bn.Stack,
    name=st.text(max_size=80),
    layers=layer_rows,
    loss=st.sampled_from([bn.CrossEntropy(), bn.MSE()]),
    training=own_trainings,
)
stack_rows = st.lists(stacks, max_size=MAX_STACKS).map(tuple)
data = st.one_of(
    st.builds(bn.Digits, standardize=st.booleans()),
    st.builds(bn.TwoSpirals, samples=st.integers(2, 1_000_000), noise=st.floats(0.0, 100.0)),
    st.builds(bn.FileData, path=st.text(min_size=1), standardize=st.booleans()),
)
trainings = st.builds(
    bn.Training,
    batch_size=st.integers(1, 65536),
    optimizer=st.builds(bn.SGD, lr=st.floats(0.0, 1e6)),
    precision=st.sampled_from(["float64", "float32"]),
    gain=gains,
    seed=st.integers(0, 2**53),
    shuffle=st.booleans(),
)
experiments = st.builds(bn.Experiment, data=data, training=trainings, stacks=stack_rows)
