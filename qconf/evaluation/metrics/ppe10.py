"""PPE10: the share of predictions within 10 % of the truth, as valuations are reported."""

from __future__ import annotations

from qconf.evaluation.metrics.ppe import ppe

__all__ = ["PPE10"]

PPE10 = ppe(0.10)
