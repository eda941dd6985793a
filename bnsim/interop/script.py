"""An experiment as PyTorch code: a script's parts, in their order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from textwrap import wrap
from typing import Literal

from msgspec import Struct

from bnsim.interop import training
from bnsim.interop.code import WIDTH, Lines, call, indented
from bnsim.interop.helpers import CHECK, HELPERS
from bnsim.interop.initial import initial_lines
from bnsim.interop.modules import Writer
from bnsim.interop.names import code_names
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
    """A piece of code; in a notebook a cell under its `title`, in words, if it has one.

    "about" is the docstring, in words. A "call" stands at a script's end, and in a notebook where it is.
    """

    kind: Literal["about", "code", "call"]
    code: str
    title: str = ""


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
        lanes.append(Part("code", _function(f"train_{name}()", stack, body), f"Lane {stack.name}"))
        lanes.append(Part("call", f"train_{name}()\n"))
    return [
        Part("about", _about(title, reference, numbers, precision)),
        Part("code", _setup(reference, numbers, beside=beside), "Numbers"),
        *_helpers(used),
        *lanes,
        Part("call", "Check.sum_up()\n"),
    ]


def own_parts(experiment: Experiment, shape: DataShape, title: str) -> list[Part]:
    """Code that stands alone: a function for each lane that builds and trains it, PyTorch drawing what is drawn.

    A fork is what it is from the fork on.
    """
    common = experiment.training
    used: set[str] = set()
    lanes = []
    for name, stack in zip(names_of(experiment), experiment.stacks, strict=True):
        writer = Writer()
        body = _own_lane(experiment, stack, shape, writer)
        used |= writer.used
        lanes.append(Part("code", _function(f"train_{name}(batches)", stack, body), f"Lane {stack.name}"))
    setup = "import torch\nfrom torch import nn\n"
    if common.precision == "float64":
        setup += "\ntorch.set_default_dtype(torch.float64)\n"
    about = _docstring([f"{title} in PyTorch, written by bnsim {__version__}.", "", *_batches(common, shape)])
    return [Part("about", about), Part("code", setup), *_helpers(used), *lanes]


def _batches(common: Training, shape: DataShape) -> list[str]:
    """What the functions of `own_parts` are given, in words."""
    size = common.batch_size
    y = f"({size},), classes from 0 to {shape.outputs - 1}" if shape.classification else f"({size}, {shape.outputs})"
    loader = call("DataLoader", batch_size=size, shuffle=common.shuffle, drop_last=True)
    return [
        "Each function builds a network, trains it on `batches`, and returns it. Weights are drawn by PyTorch, in the "
        f"way that the experiment says. Batches are pairs x ({size}, {shape.features}), y {y}, such as "
        f"torch.utils.data.{loader.replace('(', '(TensorDataset(x, y), ', 1)} gives for an epoch.",
    ]


def _helpers(used: Collection[str]) -> list[Part]:
    return [Part("code", source) for source in HELPERS if source in used]


def _setup(reference: Reference, numbers: str, *, beside: bool) -> str:
    """Imports, and the numbers beside the script."""
    found = f'Path(__file__).with_name("{numbers}")' if beside else f'"{numbers}"'
    lines = [
        *(("import os", "import sys", "from pathlib import Path", "") if beside else ()),
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
    if "x_test" in reference.arrays:
        lines.append('x_test, y_test = torch.from_numpy(numbers["x_test"]), torch.from_numpy(numbers["y_test"])')
    elif reference.experiment.training.evaluate_every:
        lines.append("x_test, y_test = x, y  # no rows are kept back for tests")
    return "\n".join(lines) + "\n\n" + _START


_START = '''\

def start(lane):
    """Where a lane's weights and running statistics start, as a state_dict."""
    begin = f"{lane}/start/"
    return {key[len(begin) :]: torch.tensor(value) for key, value in numbers.items() if key.startswith(begin)}
'''


def joined(parts: Sequence[Part]) -> str:
    """The parts as one script, which ends without a word where nobody reads on what it prints, as `head` does."""
    about = "".join(part.code for part in parts if part.kind == "about")
    first, *rest = (part.code.strip("\n") for part in parts if part.kind == "code")
    calls = [line for part in parts if part.kind == "call" for line in part.code.splitlines()]
    run = ["try:", *indented([*calls, "sys.stdout.flush()"]), *_CLOSED] if calls else []
    return f"{about}\n" + "\n\n\n".join((first, *rest, *(["\n".join(run)] if run else []))) + "\n"


_CLOSED = (
    "except BrokenPipeError:  # what it is piped into has read enough",
    "    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())",
    "    sys.exit(1)",
)


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
    return _docstring(lines)


def _docstring(paragraphs: Sequence[str]) -> str:
    lines = [line for each in paragraphs for line in (wrap(_plain(each), WIDTH - 4, break_on_hyphens=False) or [""])]
    return '"""' + "\n".join(lines) + '\n"""\n'


def _function(signature: str, stack: Stack, body: Sequence[str]) -> str:
    forked = f", what it is from its fork at iteration {stack.fork.iteration} on" if stack.fork is not None else ""
    said = f'    """Lane {_plain(stack.name)}{forked}."""'
    return "\n".join((f"def {signature}:", said, *indented(body))) + "\n"


def _plain(words: str) -> str:
    """Words as a docstring can have them."""
    return words.replace("\\", "/").replace('"', "'")


def _held_lane(experiment: Experiment, stack: Stack, shape: DataShape, writer: Writer, name: str) -> list[str]:
    """The body of a lane's function: its network, its optimizer, its training loop."""
    own = experiment.training_of(stack)
    body = [*_network(stack, shape, writer), f'model.load_state_dict(start("{name}"))', *_learning(stack, own)]
    compared = training.targets(stack.loss, shape, widths(stack, shape.features)[-1])
    if compared:
        body.append(f"targets = {compared}")
    target = "targets" if compared else "y"
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
    loop += ["check(iteration, loss)", *_update(own)]
    if own.evaluate_every:
        loop += _test(stack, shape, own.evaluate_every)
    head = [f'check = Check("{name}", model)', "", "for iteration, batch in enumerate(rows):"]
    return [*body, *head, *indented(loop)]


def _own_lane(experiment: Experiment, stack: Stack, shape: DataShape, writer: Writer) -> list[str]:
    """The body of a function that is given `batches`."""
    own = experiment.training_of(stack)
    body = [*_network(stack, shape, writer), *initial_lines(stack.layers, own.gain), *_learning(stack, own)]
    kind = "double" if own.precision == "float64" else "float"
    target = training.targets(stack.loss, shape, widths(stack, shape.features)[-1], kind=kind) or "y"
    loss = f"loss = loss_function(model(x), {target})"
    if own.accumulate == 1:
        loop = ["for x, y in batches:", "    optimizer.zero_grad()", f"    {loss}", "    loss.backward()"]
        update = _update(own)
    else:
        loop = [
            "for number, (x, y) in enumerate(batches, 1):",
            f"    {loss} / {own.accumulate}",
            "    loss.backward()",
            f"    if number % {own.accumulate} == 0:  # so many mini-batches make one update",
        ]
        update = indented([*_update(own), "optimizer.zero_grad()"])
    return [*body, "", *loop, *indented(update), "return model"]


def _update(own: Training) -> list[str]:
    """Lines that use the gradients."""
    clipped = training.clipping(own)
    scheduled = ["scheduler.step()"] if training.scheduler(own) else []
    return [*([clipped] if clipped else []), "optimizer.step()", *scheduled]


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
    compared = training.targets(stack.loss, shape, widths(stack, shape.features)[-1], y="y_test") or "y_test"
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
