"""Residuals by their expected error, and whether that has units."""

import numpy as np
from matplotlib import pyplot as plt

from qconf import evaluate
from qconf.report.style import GREY, PALETTE, plain_axes

rng = np.random.default_rng(0)
expected = 0.09 * np.exp(rng.normal(scale=0.5, size=4_000))
residual = rng.normal(scale=expected)

_, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
shown = slice(0, 800)
left.scatter(expected[shown], residual[shown], s=6, color=PALETTE["blue"], alpha=0.5, linewidth=0)
line = np.array([0.0, 0.3])
for sign in (-1, 1):
    left.plot(line, sign * line, color=GREY, linewidth=1)
left.set(xlim=(0, 0.3), ylim=(-0.7, 0.7), xlabel="expected error", ylabel="residual")
plain_axes(left)
evaluate(expected, residual, threshold=0.15).plot("calibration", ax=right)
