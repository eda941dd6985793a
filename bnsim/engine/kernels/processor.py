"""What the processor has. To be imported before Numba, which is told to use all of it as it is loaded."""

from __future__ import annotations

import os

import llvmlite.binding

_features = llvmlite.binding.get_host_cpu_features()

WIDE = all(_features.get(name, False) for name in ("avx512f", "avx512bw", "avx512dq", "avx512vl"))
"""AVX-512: vectors of 512 bits, and OpenBLAS has kernels for small matrices."""

if WIDE:
    # LLVM keeps to 256 bits for fear of a lower clock; BLAS beside our loops takes 512 in any case.
    os.environ.setdefault("NUMBA_CPU_FEATURES", f"{_features.flatten()},-prefer-256-bit")
