"""How often intervals of a rate hold the truth, by how many events are to be expected."""

import numpy as np
from matplotlib import pyplot as plt
from scipy.stats import beta, binom

from qconf.report.style import GREY, PALETTE, plain_axes

ROWS, DECILES = 200, 3_000
expected = np.array([0.3, 0.6, 1.2, 2.5, 5, 12, 40])

rng = np.random.default_rng(0)
held = {"percentiles of the bootstrap": [], "Jeffreys": []}
for rate in expected / ROWS:
    events = rng.binomial(ROWS, rate, DECILES)
    # Resamples of n rows with k events have Binomial(n, k / n) events: their percentiles, exactly.
    low, high = (binom.ppf(q, ROWS, events / ROWS) / ROWS for q in (0.025, 0.975))
    held["percentiles of the bootstrap"].append(np.mean((low <= rate) & (rate <= high)))
    low, high = (beta.ppf(q, events + 0.5, ROWS - events + 0.5) for q in (0.025, 0.975))
    low = np.where(events == 0, 0.0, low)
    held["Jeffreys"].append(np.mean((low <= rate) & (rate <= high)))

_, axes = plt.subplots(figsize=(8, 3.6), layout="constrained")
for (name, share), colour, marker in zip(
    held.items(), (PALETTE["vermillion"], PALETTE["blue"]), "sD", strict=True
):
    axes.plot(expected, 100 * np.array(share), marker=marker, color=colour, label=name)
axes.axhline(95, color=GREY, linestyle="--", linewidth=1)
axes.set_xscale("log")
axes.set_xticks(expected, [f"{one:g}" for one in expected])
axes.minorticks_off()
axes.set(ylim=(0, 102), xlabel="outliers to be expected", ylabel="truth held, %")
axes.legend(frameon=False)
plain_axes(axes)
