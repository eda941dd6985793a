"""All rules, by name, in the order in which they are told: what keeps a lane from learning first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bnsim.lenses.findings.activations import DEAD_RULE, SATURATED_RULE
from bnsim.lenses.findings.batchnorm import REDUNDANT_BIAS, RUNNING_STATISTICS, SMALL_BATCH
from bnsim.lenses.findings.collapse import ALL_ALIKE
from bnsim.lenses.findings.finding import Rule
from bnsim.lenses.findings.gradients import EXPLODING, VANISHING
from bnsim.lenses.findings.learning import LOSS_STUCK, UPDATE_RATIO
from bnsim.lenses.findings.outputs import OUTPUTS
from bnsim.lenses.findings.start import POOR_INITIALIZATION

_IN_ORDER = (
    EXPLODING,
    VANISHING,
    ALL_ALIKE,
    POOR_INITIALIZATION,
    SATURATED_RULE,
    DEAD_RULE,
    LOSS_STUCK,
    UPDATE_RATIO,
    OUTPUTS,
    REDUNDANT_BIAS,
    SMALL_BATCH,
    RUNNING_STATISTICS,
)
RULES: Mapping[str, Rule] = MappingProxyType({rule.name: rule for rule in _IN_ORDER})
