"""Names and titles of the views, said without making one."""

from __future__ import annotations

EQUATION = ("equation", "Equation")
TENSOR = ("tensor", "Tensor")
XRAY = ("xray", "X-ray")
WHY = ("why", "Why")
