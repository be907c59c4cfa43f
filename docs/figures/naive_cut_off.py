"""The true outlier rate below cut-offs that were chosen by looking, and by certifying."""

import numpy as np
from matplotlib import pyplot as plt
from scipy.stats import norm, t

from qconf import certify
from qconf.report.style import GREY, PALETTE, plain_axes

TABLES, ROWS, LIMIT, THRESHOLD = 300, 2_000, 0.05, 0.15
MEDIAN, SPREAD, FREEDOM = 0.07, 0.5, 4

# The truth: outlier rate among all rows below each cut-off.
middle = (np.arange(20_000) + 0.5) / 20_000
cut_offs = MEDIAN * np.exp(SPREAD * norm.ppf(middle))
rates = 2 * t.sf(THRESHOLD / cut_offs * np.sqrt(2), FREEDOM)
true_rate = np.cumsum(rates) / np.arange(1, 20_001)

rng = np.random.default_rng(0)
naive, certified = [], []
for _ in range(TABLES):
    expected = MEDIAN * np.exp(rng.normal(scale=SPREAD, size=ROWS))
    residual = expected * rng.standard_t(FREEDOM, size=ROWS) / np.sqrt(2)
    order = np.argsort(expected)
    observed = np.cumsum(np.abs(residual[order]) > THRESHOLD) / np.arange(1, ROWS + 1)
    looked = expected[order][np.flatnonzero(observed <= LIMIT).max(initial=0)]
    tested = certify(expected, residual, threshold=THRESHOLD, outlier_rate=LIMIT).cut_off
    for found, cut_off in ((naive, looked), (certified, tested)):
        found.append(np.interp(cut_off, cut_offs, true_rate, left=0.0))

_, panes = plt.subplots(2, 1, figsize=(8, 4.2), sharex=True, layout="constrained")
bins = np.linspace(1, 8, 57)
for axes, name, found, colour in (
    (panes[0], "largest that looked fine", naive, PALETTE["vermillion"]),
    (panes[1], "certified", certified, PALETTE["blue"]),
):
    axes.hist(100 * np.array(found), bins=bins, color=colour)
    axes.axvline(100 * LIMIT, color=GREY, linestyle="--", linewidth=1)
    broken = np.mean(np.array(found) > LIMIT)
    axes.set_title(
        f"{name}: above the limit in {100 * broken:.0f} % of the tables", fontsize=11, loc="left"
    )
    axes.set_ylabel("tables")
    plain_axes(axes)
panes[1].set_xlabel("true outlier rate below the cut-off, %")
