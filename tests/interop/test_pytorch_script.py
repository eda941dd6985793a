"""An experiment as a PyTorch script: everything bnsim has can be written, and gives bnsim's numbers."""

from __future__ import annotations

import gc
import json
import os
import runpy
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import bnsim as bn
from bnsim.cli import main
from bnsim.interop import training
from bnsim.interop.initial import INITIALIZERS
from bnsim.interop.modules import MODULES
from bnsim.interop.writing import pytorch_code, write_pytorch
from bnsim.spec import budget
from bnsim.spec import training as spec_training
from bnsim.spec.initializers import AnyInitializer
from bnsim.spec.layers import PALETTE
from bnsim.spec.losses import LOSSES
from tests.golden import cases, training_cases
from tests.golden.random_stacks import random_stacks

KINDS = {
    "layers": (set(PALETTE), set(MODULES)),
    "initializers": (set(get_args(AnyInitializer)), set(INITIALIZERS)),
    "losses": (set(LOSSES), set(training.LOSSES)),
    "optimizers": (set(get_args(spec_training.Optimizer)), set(training.OPTIMIZERS)),
    "schedules": (set(get_args(spec_training.Schedule)), set(training.SCHEDULES)),
    "clipping": (set(get_args(spec_training.Clip)), set(training.CLIPS)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_everything_there_is_has_code(kind: str) -> None:
    there_is, written = KINDS[kind]
    assert written == there_is


def experiment_of(*stacks: bn.Stack, rows: int = 24, **fields: Any) -> bn.Experiment:
    """Stacks on data of the width and the classes that the cases have."""
    return bn.Experiment(
        data=bn.GaussianNoise(samples=rows, features=cases.FEATURES, classes=cases.CLASSES),
        training=bn.Training(**{"batch_size": 12, "optimizer": bn.SGD(lr=0.1), "seed": 3, **fields}),
        stacks=stacks,
    )


def run(experiment: bn.Experiment, folder: Path, iterations: int = 3) -> dict[str, Any]:
    """Write the script and run it in this process; what it leaves."""
    pytest.importorskip("torch", reason="PyTorch is not installed")
    import torch

    script, _ = write_pytorch(experiment, folder / "net.py", title="A test", iterations=iterations)
    torch.set_num_threads(1)
    try:
        return runpy.run_path(str(script), run_name="__main__")
    finally:
        torch.set_default_dtype(torch.float32)


def six_at_a_time(stacks: dict[str, bn.Stack]) -> list[list[str]]:
    names = list(stacks)
    return [names[start : start + 6] for start in range(0, len(names), 6)]


STACKS = {name: stack for name, stack in cases.stacks().items() if not name.startswith(("regression", "two classes"))}


@pytest.mark.long
@pytest.mark.parametrize("names", six_at_a_time(STACKS), ids=lambda names: names[0])
def test_every_layer_option_and_loss(names: list[str], tmp_path: Path) -> None:
    run(experiment_of(*(STACKS[name] for name in names)), tmp_path)


def test_a_sample_of_layers_and_losses(tmp_path: Path) -> None:
    names = ("deep, bce", "nested, cross-entropy", "tied noise, scaled, cross-entropy", "deep, mse, sum")
    devices, eval_mode = "devices, sigmoid, cross-entropy", "tied repeat, eval, cross-entropy"
    run(experiment_of(*(STACKS[name] for name in (*names, devices, eval_mode)), accumulate=2), tmp_path)


@pytest.mark.long
@settings(max_examples=50, derandomize=True, suppress_health_check=list(HealthCheck))
@given(random_stacks(10))
def test_fifty_random_stacks(tmp_path_factory: pytest.TempPathFactory, stack: bn.Stack) -> None:
    run(experiment_of(stack, batch_size=8), tmp_path_factory.mktemp("random"), iterations=5)


@settings(max_examples=5, derandomize=True, suppress_health_check=list(HealthCheck))
@given(random_stacks(6))
def test_a_few_random_stacks(tmp_path_factory: pytest.TempPathFactory, stack: bn.Stack) -> None:
    run(experiment_of(stack, batch_size=8), tmp_path_factory.mktemp("random"))


TRAININGS = {
    "momentum, steps, by value": (bn.SGD(lr=0.1, momentum=0.9, nesterov=True), bn.StepDecay(every=2), "value"),
    "adam, cosine, by norm": (bn.Adam(lr=0.02, weight_decay=0.01), bn.Cosine(period=3), "norm"),
    "adamw, warm-up": (bn.AdamW(lr=0.02), bn.WarmUp(updates=4, start=0.1), "unclipped"),
    "rmsprop, warm-up from 0": (training_cases.OPTIMIZERS["rmsprop, centered, momentum"], bn.WarmUp(start=0.0), "norm"),
    "adagrad": (training_cases.OPTIMIZERS["adagrad, decay"], bn.ConstantRate(), "unclipped"),
    "rmsprop": (bn.RMSprop(), bn.ConstantRate(), "value"),
}


def test_optimizers_schedules_and_clipping(tmp_path: Path) -> None:
    stacks = tuple(
        bn.Stack(
            name=name,
            layers=training_cases.STACK.layers,
            training=bn.LaneTraining(
                optimizer=optimizer,
                schedule=schedule,
                clip=training_cases.CLIPS[clip],
                decay_all=False if "adam" in name else None,
            ),
        )
        for name, (optimizer, schedule, clip) in TRAININGS.items()
    )
    run(experiment_of(*stacks, gain=1.5), tmp_path, iterations=8)


@pytest.mark.parametrize("test_fraction", [0.0, 0.25])
def test_losses_in_eval_mode(test_fraction: float, tmp_path: Path) -> None:
    layers = (bn.Linear(6), bn.BatchNorm(), bn.Dropout(0.3), bn.ReLU(), bn.Linear(1))
    experiment = bn.Experiment(
        data=bn.TwoMoons(samples=40, test_fraction=test_fraction),
        training=bn.Training(batch_size=8, evaluate_every=2, optimizer=bn.Adam()),
        stacks=(bn.Stack(name="x", layers=layers, loss=bn.BCEWithLogits()),),
    )
    left = run(experiment, tmp_path, iterations=5)
    assert left["numbers"]["x/tests"].shape == (2,)


def test_regression_in_float32_is_computed_in_float64(tmp_path: Path) -> None:
    stack = bn.Stack(name="a curve", layers=(bn.Linear(8), bn.Tanh(), bn.Linear(1)), loss=bn.MSE())
    training = bn.Training(batch_size=20, precision="float32")
    left = run(bn.Experiment(data=bn.Curve(), training=training, stacks=(stack,)), tmp_path)
    assert left["numbers"]["a_curve/start/0.weight"].dtype == np.float64
    assert "The experiment is in float32." in left["__doc__"]


def test_the_comparison_can_fail(small: bn.Experiment, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    script, numbers = write_pytorch(small, tmp_path / "net.py", title="small", iterations=2)
    arrays = dict(np.load(numbers))
    arrays["with_bn/loss_and_norms"][1, 2] *= 1 + 1e-9
    np.savez(numbers, **arrays)
    with pytest.raises(AssertionError, match="with_bn, loss_and_norms 1"):
        runpy.run_path(str(script), run_name="__main__")


def test_command_line(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    script = tmp_path / "net.py"
    assert main(["code", file, "--to", "pytorch", "-o", str(script), "--iterations", "4"]) == 0
    assert capsys.readouterr().out.split() == [str(script), str(tmp_path / "net.npz")]
    alone = f"import sys, runpy; sys.modules['bnsim'] = None; runpy.run_path({str(script)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", alone], capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout.endswith("\n28 of 28 numbers are bnsim's to 1e-10.\n")
    assert "small.bnsim in PyTorch" in script.read_text()
    assert str(tmp_path) not in script.read_text()


def test_a_script_whose_output_nobody_reads_on_ends_without_a_word(small: bn.Experiment, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    script, _ = write_pytorch(small, tmp_path / "net.py", title="small", iterations=1)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, str(script)], stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_another_seed_and_no_words(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["code", file, "--iterations", "2", "--quiet"]
    for name, more in (("own", []), ("again", ["--seed", "1"]), ("other", ["--seed", "7"])):
        assert main([*asked, *more, "-o", str(tmp_path / f"{name}.py")]) == 0
    assert capsys.readouterr() == ("", "")
    own, again, other = ((tmp_path / f"{name}.npz").read_bytes() for name in ("own", "again", "other"))
    assert own == again
    assert own != other


def test_lanes_are_chosen_by_name(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["code", file, "--lane", "with BN"]) == 0
    printed = capsys.readouterr().out
    assert "def train_with_bn" in printed
    assert "def train_plain" not in printed
    assert main(["code", file, "--lane", "none"]) == 2
    assert "There is no lane 'none'; choose from plain, with BN." in capsys.readouterr().err


def test_same_input_same_bytes(small: bn.Experiment, tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        files = write_pytorch(small, tmp_path / name / "net.py", title="small", iterations=2)
        found.append([file.read_bytes() for file in files])
    assert found[0] == found[1]


WRONG = {
    "no file": (["missing.bnsim", "-o", "net.py"], "missing.bnsim"),
    "no folder": (["default", "-o", "nowhere/net.py"], "there is no folder nowhere"),
    "another ending": (["default", "-o", "net.txt"], "net.txt: its name ends in neither .py nor .ipynb"),
    "a folder in its place": (["default", "-o", "folder.py", "--iterations", "1"], "folder.py: is a directory"),
    "no iterations": (["default", "-o", "net.py", "--iterations", "0"], "ask for 1 or more"),
    "too many iterations": (["default", "-o", "net.py", "--iterations", "9" * 9], "ask for fewer iterations"),
    "another library": (["default", "-o", "net.py", "--to", "jax"], "pytorch"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG)
def test_one_line_says_what_is_wrong(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.py").mkdir()
    assert main(["code", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("bnsim: ")
    assert captured.err.count("\n") == 1
    assert said in captured.err
    assert [path.name for path in tmp_path.iterdir()] == ["folder.py"]


def test_data_of_ones_own_is_not_replaced(small: bn.Experiment, tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", x=np.ones((4, 2)), y=np.arange(4))
    with pytest.raises(bn.InputError, match=r"mine\.npz, which holds something else"):
        write_pytorch(small, tmp_path / "mine.py", title="small", iterations=1)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.npz"]


def test_a_fork_is_its_source_until_it_begins(small: bn.Experiment, tmp_path: Path) -> None:
    session = bn.Session(small)
    session.run(3)
    session.fork("with BN", "without", [bn.RemoveLayers(layers=(1,))])
    script, _ = write_pytorch(session.experiment, tmp_path / "net.py", title="forked", iterations=3)
    assert script.read_text().count("nn.BatchNorm1d") == 2
    alone = pytorch_code(session.experiment, title="forked")
    assert '"""Lane without, what it is from its fork at iteration 3 on."""' in alone
    assert alone.count("nn.BatchNorm1d") == 1
    with pytest.raises(bn.InputError, match=r"“without” .* fork from iteration 3 on; ask for at most 3"):
        write_pytorch(session.experiment, tmp_path / "net.py", title="forked", iterations=4)


def test_its_sessions_give_their_memory_and_their_threads_back(small: bn.Experiment, tmp_path: Path) -> None:
    threads, held = threading.active_count(), budget.held()
    write_pytorch(small, tmp_path / "net.py", title="small", iterations=2)
    gc.collect()
    assert threading.active_count() <= threads
    assert budget.held() <= held


def test_writing_can_be_given_up(small: bn.Experiment, tmp_path: Path) -> None:
    told: list[float] = []
    with pytest.raises(bn.InputError, match="given up"):
        write_pytorch(
            small,
            tmp_path / "net.py",
            title="small",
            iterations=10,
            going_on=lambda part: told.append(part) or part < 0.3,
        )
    assert told == sorted(told)
    assert not list(tmp_path.iterdir())


def test_a_network_that_becomes_nan_is_told(tmp_path: Path) -> None:
    stack = bn.Stack(name="wild", layers=(bn.Linear(8), bn.ReLU(), bn.Linear(1)), loss=bn.MSE())
    training = bn.Training(batch_size=20, optimizer=bn.SGD(lr=1e5))
    experiment = bn.Experiment(data=bn.Curve(), training=training, stacks=(stack,))
    with pytest.raises(bn.InputError, match=r"ask for at most [0-9]+ of them"):
        write_pytorch(experiment, tmp_path / "net.py", title="wild", iterations=200)


def test_lanes_whose_names_are_no_names_in_python(small: bn.Experiment, tmp_path: Path) -> None:
    names = ("2 layers", "σ", "class", "ReLU — “big”", 'a "quoted\\', "class!")
    stacks = tuple(bn.Stack(name=name, layers=small.stacks[0].layers) for name in names)
    left = run(bn.Experiment(data=small.data, training=small.training, stacks=stacks), tmp_path, 1)
    functions = [name for name in left if name.startswith("train_")]
    assert functions == [
        "train_2_layers",
        "train_lane",
        "train_class",
        "train_relu_big",
        "train_a_quoted",
        "train_class_2",
    ]


def test_a_notebook(small: bn.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    import torch

    path, _ = write_pytorch(small, tmp_path / "net.ipynb", title="small", iterations=2)
    made = json.loads(path.read_text())
    assert (made["nbformat"], made["nbformat_minor"]) == (4, 5)
    titles = ["".join(cell["source"]) for cell in made["cells"] if cell["cell_type"] == "markdown"]
    assert titles[1:] == ["## Numbers", "## Lane plain", "## Lane with BN"]
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for cell in made["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    torch.set_default_dtype(torch.float32)
    assert {"train_plain", "train_with_bn"} <= names.keys()


INITS = (bn.Xavier(), bn.He("uniform"), bn.LeCun(), bn.Normal(0.1, gain=2.0), bn.Uniform(), bn.Orthogonal(gain=0.5))


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_code_that_stands_alone_trains(precision: str) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    hidden = [layer for init in INITS for layer in (bn.Linear(6, init=init), bn.BatchNorm(gamma=0.3), bn.ReLU())]
    every = (*hidden, bn.Noise(), bn.Dropout(), bn.Erf(), bn.Linear(4, init=bn.Constant(0.25), bias=False))
    alike = (bn.Linear(6, init=bn.He()), bn.ReLU(), bn.Linear(4, init=bn.He()))
    stacks = (bn.Stack(name="every", layers=every, loss=bn.MSE()), bn.Stack(name="alike", layers=alike))
    experiment = experiment_of(*stacks, precision=precision, accumulate=2, clip=bn.ClipNorm(), gain=1.5)
    names: dict[str, Any] = {}
    exec(pytorch_code(experiment, title="Alone"), names)
    x, y = torch.randn(24, cases.FEATURES), torch.randint(0, cases.CLASSES, (24,))
    every = names["train_every"]([])
    assert every[-1].weight.unique().tolist() == [0.375]
    assert every[1].weight.unique().tolist() == pytest.approx([0.3])
    assert every[15].weight.svd().S.tolist() == pytest.approx([0.75] * 6)
    assert every[9].bias.unique().tolist() == [0.0]
    before = [p.clone() for p in names["train_alike"]([]).parameters()]
    torch.manual_seed(0)
    after = names["train_alike"]([(x[:12], y[:12]), (x[12:], y[12:])] * 2)
    assert all(a.shape == b.shape and not a.equal(b) for a, b in zip(after.parameters(), before, strict=True))
    names["train_every"]([(x, y)] * 4)
    torch.set_default_dtype(torch.float32)


def test_code_is_printed_without_a_file_to_write_to(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["code", file]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith('"""small.bnsim in PyTorch')
    assert "numpy" not in printed
    compile(printed, "printed", "exec")
