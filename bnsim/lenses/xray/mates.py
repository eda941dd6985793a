"""One sample among other batch-mates: its own input stays, its output moves."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from bnsim.engine.kernels import counter
from bnsim.engine.kernels.batchnorm import Mean, Variance
from bnsim.engine.operation import Array
from bnsim.lenses.lens import GoOn, Inquiry
from bnsim.lenses.xray.forward import forward, operation_at, parameters_before, present_rows, training_rows
from bnsim.lenses.xray.lens import batchnorm_at, moment_of, normalized, parameters_at
from bnsim.session.session import Session
from bnsim.spec.layers import BatchNorm
from bnsim.spec.tree import Path

MATES = 101
"""Purpose that seeds these draws, different from all of the engine's."""


class Swapped(Struct, frozen=True, eq=False):
    """One sample in other batches: number `sample` of the present mini-batch, row `row` of the training part.

    `own` (features,): its input to the layer; the same in every draw. `present` (features,): its output among its
    present mates. `outputs` (draws, features): among others. `through` (draws, features): its output if the layers
    before saw the other mates, too, so that its input moves as well.
    """

    moment: tuple[int, int]
    sample: int
    row: int
    own: Array
    present: Array
    outputs: Array
    through: Array

    @property
    def noise(self) -> Array:
        """Standard deviation of the output over the draws, shape (features,)."""
        spread: Array = self.outputs.std(axis=0)
        return spread

    @property
    def relative(self) -> float:
        """Rms of that noise over the rms of the output, over features."""
        return _share(self.outputs, self.present)

    @property
    def relative_through(self) -> float:
        """The same ratio when the other mates also went through every layer before."""
        return _share(self.through, self.present)


class SwapMates(Inquiry, frozen=True):
    """`draws` other mini-batches with sample number `sample` of the present one in the same place.

    The parameters are those of the iteration's forward pass, so that its own numbers are among them in the update, too.
    Mates are drawn from the training part without repeats, from streams of their own: the same ones each time for the
    same row.
    """

    stack: int
    path: Path
    sample: int
    draws: int = 64

    def inquire(self, session: Session, go_on: GoOn) -> Swapped | None:
        """The sample's outputs in all draws; None if `go_on` says stop, or if there is no such layer or sample."""
        found = batchnorm_at(session, self.stack, self.path)
        if found is None or self.sample >= session.experiment.training.batch_size:
            return None
        lane, layer = found
        rows, place = training_rows(session)[0], operation_at(lane.program, self.path).places[0]
        parameters = parameters_before(session, lane)
        affine = [parameters_at(lane, self.path).get(name) for name in ("weight", "bias")]
        gamma, beta = (None if one is None else parameters[one.key].astype(rows.dtype) for one in affine)
        running = tuple(
            parameters[one.key].astype(rows.dtype)
            for name in ("running_mean", "running_var")
            if (one := parameters_at(lane, self.path).get(name)) is not None
        )

        def read(batch: Array) -> Array:
            read = forward(lane.program, parameters, {lane.program.inputs: rows[batch]}, (place,), lane.iteration)
            assert read is not None
            return read[place]

        def output(x: Array) -> Array:
            mean, var = running if layer.mode == "eval" and running else of_batch(layer, x)
            y: Array = normalized(layer, x, mean, var, gamma, beta)[1][self.sample]
            return y

        chosen = present_rows(lane)
        present = read(chosen)
        own = present[self.sample].copy()
        outputs, through = [], []
        for draw in range(self.draws):
            if not go_on(draw / self.draws):
                return None
            seed = session.experiment.training.seed
            x = read(with_other_mates(chosen, self.sample, len(rows), seed, draw))
            through.append(output(x))
            x[self.sample] = own
            outputs.append(output(x))
        return Swapped(
            moment=moment_of(lane),
            sample=self.sample,
            row=int(chosen[self.sample]),
            own=own,
            present=output(present),
            outputs=np.array(outputs),
            through=np.array(through),
        )


def with_other_mates(chosen: Array, sample: int, rows: int, seed: int, draw: int) -> Array:
    """Row numbers of a mini-batch with one sample kept in its place and all others drawn anew, none twice."""
    row = int(chosen[sample])
    key = counter.key_of(seed, MATES, row, draw)
    others = counter.shuffled_array(np.arange(len(chosen) - 1), rows - 1, key).astype(np.int64)
    others += others >= row
    return np.insert(others, sample, row)


def of_batch(layer: BatchNorm, x: Array) -> tuple[Array, Array]:
    """The mean and the biased variance of `x`, each (features,) or one row for each virtual device."""
    parts, features = layer.virtual_devices, x.shape[1]
    shape = (features,) if parts == 1 else (parts, features)
    mean, var = np.empty(shape, x.dtype), np.empty(shape, x.dtype)
    Mean.twin(x, mean)
    Variance.twin(x, mean, var)
    return mean, var


def _share(outputs: Array, present: Array) -> float:
    size = float(np.sqrt(np.mean(present.astype(np.float64) ** 2)))
    noise = float(np.sqrt(np.mean(outputs.astype(np.float64).var(axis=0))))
    return noise / size if size > 0 else np.inf
