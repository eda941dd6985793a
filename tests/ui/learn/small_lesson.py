"""A lesson of five steps about a stack that takes no time: each kind of prediction, and a task."""

from __future__ import annotations

from pathlib import Path

import bnsim as bn

NAME = "03-small"
TITLE = "A small lesson"
HEAD = f"""+++
title = "{TITLE}"
question = "It is so."
hook = "Is it?"
closing = "It is {{first}}."
sources = ["Nobody."]
+++
"""
STEPS = """
# Look

Press **Layer**, and watch the wave.

```stage
experiment = "small"
figures = ["gradient by depth"]
at = "start"
point = "control: step"
```

# A choice

The loss stands at the right. Its gradient is $\\partial L / \\partial z$.

```stage
at = "loss"
point = "card: with BN, Linear 5"
```

```predict
kind = "choice"
ask = "How much is left at the first layer?"
options = ["All of it", "Some of it", "Less than half of what one can think of, or even less than that, as others say"]
right = 2
claim = "first"
at = "backward"
reveal = "{first} of it."
```

# A number

BatchNorm computes a variance:

$$\\sigma^2 = \\frac{1}{m} \\sum_i (x_i - \\mu)^2$$

```stage
view = "equation"
at = "layer: Linear 1"
point = "operation: variance"
```

```predict
kind = "number"
ask = "How large is it?"
claim = "variance"
hides = ["figures", "run", "step", "views"]
at = "layer: BatchNorm 1"
reveal = "{variance}."
```

# A curve

```stage
at = "loss"
point = "figure: gradient by depth"
```

```predict
kind = "curve"
ask = "Draw the gradient by depth of the lane with BN."
figure = "gradient by depth"
column = "with BN"
at = "backward"
reveal = "So it is."
```

# A task

```stage
experiment = "other"
at = "start"
point = "card: with BN, BatchNorm 1"
```

```task
say = "Make the gradient vanish in the lane **plain**."
condition = 'norm(gradient("plain")["Linear 1"]) / norm(gradient("plain")["Linear 5"]) < 1e-2'
keeps = ["layers"]
hint = "Multiply the weights."
done = "It vanished."
```
"""
CLAIMS = """
[first]
says = "the gradient's norm at the first layer by that at the last hidden one"
experiment = "small"
expression = 'norm(gradient("plain")["Linear 1"]) / norm(gradient("plain")["Linear 5"])'
low = 0

[variance]
says = "the variance of the first unit"
experiment = "small"
expression = 'σ²("with BN")["BatchNorm 1"][0]'
low = 0
"""


def write(parent: Path, name: str = NAME) -> Path:
    """The lesson's folder, made there."""
    made = parent / name
    made.mkdir()
    (made / "lesson.md").write_text(HEAD + STEPS, encoding="utf-8")
    (made / "claims.toml").write_text(CLAIMS, encoding="utf-8")
    plain = tuple(layer for _ in range(5) for layer in (bn.Linear(4), bn.Tanh()))
    with_bn = tuple(layer for _ in range(5) for layer in (bn.Linear(4), bn.BatchNorm(), bn.Tanh()))
    stacks = (
        bn.Stack(name="plain", layers=(*plain, bn.Linear(2))),
        bn.Stack(name="with BN", layers=(*with_bn, bn.Linear(2))),
    )
    for name, seed in (("small", 1), ("other", 2)):
        training = bn.Training(batch_size=16, seed=seed)
        bn.save(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=stacks), made / f"{name}.bnsim")
    return made
