"""Run until a gradient's norm falls below a limit, and say where that was."""

import bnsim as bn
from bnsim.session import GradientNorm

session = bn.Session(bn.default_experiment())
session.breakpoints = (GradientNorm(below=1e-6),)
session.run_to_breakpoint()
print(session.stopped.sentence if session.stopped else "No gradient fell below the limit.")
