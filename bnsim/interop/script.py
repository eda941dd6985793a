"""An experiment as PyTorch code: a script's parts, in their order."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from bnsim.interop import training
from bnsim.interop.code import WIDTH, Lines, indented
from bnsim.interop.helpers import CHECK, HELPERS
from bnsim.interop.modules import Writer
from bnsim.interop.naming import code_names
from bnsim.interop.reference import Reference
from bnsim.spec.datasets import DataShape
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.numerals import counted
from bnsim.spec.problems import widths
from bnsim.spec.training import Training
from bnsim.version import __version__

PRINTED = 20
"""About so many iterations of a run are printed."""


class Part(Struct, frozen=True):
    """A piece of code; in a notebook a cell under its `title`, in words, if it has one."""

    title: str
    code: str


def held_parts(reference: Reference, title: str, numbers: str, precision: str, *, beside: bool) -> list[Part]:
    """A script that trains every lane and holds it to bnsim's numbers in the file called `numbers`.

    `title` names the experiment, which has that `precision`. With `beside` the file is looked for beside the script,
    else in the working folder.
    """
    experiment, shape = reference.experiment, reference.dataset.shape
    used = {CHECK}
    lanes = []
    for name, stack in zip(reference.names, experiment.stacks, strict=True):
        writer = Writer(name)
        body = _held_lane(experiment, stack, shape, writer, name)
        used |= writer.used
        lanes.append(Part(f"Lane “{stack.name}”", _function(name, stack, body)))
    found = f'Path(__file__).with_name("{numbers}")' if beside else f'"{numbers}"'
    setup = [
        *(("from pathlib import Path", "") if beside else ()),
        "import numpy as np",
        "import torch",
        "from torch import nn",
        "",
        "torch.set_default_dtype(torch.float64)",
        f"PRINT_EVERY = {max(1, -(-reference.iterations // PRINTED))}",
        "TOLERANCE = 1e-10",
        "",
        f"numbers = dict(np.load({found}))",
        'x, y = torch.from_numpy(numbers["x"]), torch.from_numpy(numbers["y"])',
        'rows = torch.from_numpy(numbers["rows"])  # which rows of x and y each mini-batch takes',
    ]
    if experiment.training.evaluate_every:
        test = "x_test" in reference.arrays
        setup.append(
            'x_test, y_test = torch.from_numpy(numbers["x_test"]), torch.from_numpy(numbers["y_test"])'
            if test
            else "x_test, y_test = x, y  # no rows are kept back for tests"
        )
    setup.append("")
    setup.append(_START.rstrip("\n"))
    helpers = [Part("", source) for source in HELPERS if source in used]
    calls = "".join(f"train_{name}()\n" for name in reference.names)
    said = f'print("\\nEqual to bnsim in {counted(reference.iterations, "iteration")}.")\n'
    about = _about(title, reference, numbers, precision)
    run = Part("Train, print, compare", f"{calls}{said}")
    return [Part("", about), Part("", "\n".join(setup) + "\n"), *helpers, *lanes, run]


_START = '''
def start(lane):
    """Where a lane's weights and running statistics start, as a state_dict."""
    begin = f"{lane}/start/"
    return {key[len(begin) :]: torch.tensor(value) for key, value in numbers.items() if key.startswith(begin)}
'''


def joined(parts: Sequence[Part]) -> str:
    """The parts as one script."""
    about, setup, *rest = (part.code.strip("\n") for part in parts)
    return f"{about}\n\n" + "\n\n\n".join((setup, *rest)) + "\n"


def _about(title: str, reference: Reference, numbers: str, precision: str) -> str:
    lines = [
        f"{title} in PyTorch, written by bnsim {__version__}.",
        "",
        f"It trains {counted(len(reference.names), 'network')} for {counted(reference.iterations, 'iteration')} from "
        f"bnsim's initial weights on bnsim's mini-batches, all of which are in {numbers} beside it; prints loss and "
        "gradient norms; and stops with an AssertionError where one is not bnsim's to 1e-10. "
        "PyTorch and NumPy are all it needs.",
    ]
    if precision != "float64":
        lines += [
            "",
            f"The experiment is in {precision}. Here everything is in float64, and so are bnsim's numbers: those of "
            "the same experiment in float64.",
        ]
    return '"""' + "\n".join(_wrapped(lines)) + '\n"""'


def _wrapped(paragraphs: Sequence[str]) -> list[str]:
    from textwrap import wrap

    return [line for each in paragraphs for line in (wrap(each, WIDTH - 4) or [""])]


def _function(name: str, stack: Stack, body: Sequence[str]) -> str:
    shown = stack.name.replace("\\", "/").replace('"', "'")
    return "\n".join((f"def train_{name}():", f'    """Lane {shown}."""', *indented(body))) + "\n"


def _held_lane(experiment: Experiment, stack: Stack, shape: DataShape, writer: Writer, name: str) -> list[str]:
    """The body of a lane's function: its network, its optimizer, its training loop."""
    own = experiment.training_of(stack)
    body = _network(stack, shape, writer)
    body.append(f'model.load_state_dict(start("{name}"))')
    body += _learning(stack, own)
    compared = training.targets(stack.loss, shape, widths(stack, shape.features)[-1])
    if compared:
        body.append(f"targets = {compared}")
    body += [f'check = Check("{name}", model)', ""]
    target = "targets" if compared else "y"
    scheduled, clipped = training.scheduler(own), training.clipping(own)
    body.append("for iteration, batch in enumerate(rows):")
    loop = ["optimizer.zero_grad()"]
    if own.accumulate == 1:
        loop += [f"loss = loss_function(model(x[batch]), {target}[batch])", "loss.backward()"]
    else:
        loop += [
            "loss = 0.0",
            f"for part in batch:  # {own.accumulate} mini-batches make one update",
            f"    part_loss = loss_function(model(x[part]), {target}[part]) / {own.accumulate}",
            "    part_loss.backward()",
            "    loss += part_loss.detach()",
        ]
    loop.append("check(iteration, loss)")
    loop += [clipped] if clipped else []
    loop.append("optimizer.step()")
    loop += ["scheduler.step()"] if scheduled else []
    if own.evaluate_every:
        loop += _test(stack, shape, own.evaluate_every)
    return body + indented(loop)


def _network(stack: Stack, shape: DataShape, writer: Writer) -> list[str]:
    first, *rest = writer.sequence(stack.layers, shape.features)
    return [f"model = {first}", *rest]


def _learning(stack: Stack, own: Training) -> list[str]:
    """Loss, optimizer and, if the rate changes, scheduler."""
    optimizer: Lines = training.optimizer(own)
    body = [
        f"loss_function = {training.loss_function(stack.loss)}",
        f"optimizer = {optimizer[0]}",
        *optimizer[1:],
    ]
    scheduled = training.scheduler(own)
    return [*body, f"scheduler = {scheduled}"] if scheduled else body


def _test(stack: Stack, shape: DataShape, every: int) -> list[str]:
    """Lines that measure the loss on held-out rows, in eval mode."""
    compared = training.targets(stack.loss, shape, widths(stack, shape.features)[-1], "y_test") or "y_test"
    return [
        f"if (iteration + 1) % {every} == 0:",
        "    model.eval()",
        "    with torch.no_grad():",
        f"        tested = loss_function(model(x_test), {compared}).item()",
        "    model.train()",
        '    print(f"after {iteration + 1} updates, in eval mode: loss {tested:.6g}")',
        f'    check.compare(tested, "tests", (iteration + 1) // {every} - 1)',
    ]


def names_of(experiment: Experiment) -> tuple[str, ...]:
    """What the experiment's lanes are called in code."""
    return code_names(experiment.stacks)
