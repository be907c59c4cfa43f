"""
West Roxbury: two valuation models, and why one house is hard
=============================================================

Assessed values of 5,802 houses in West Roxbury, Boston, in 2014. There is no time in this table:
folds are shuffled, and nothing is said of the future.

The table comes with the package dmba (MIT), the data of "Data Mining for Business Analytics".
"""

from importlib.metadata import distribution

import pandas as pd

import qconf

# The file is read without the package, which would load much else.
file = distribution("dmba").locate_file("dmba/csvFiles/WestRoxbury.csv.gz")
houses = pd.read_csv(file).rename(columns=str.strip).drop(columns="TAX")  # a share of the value
houses.head()

# %%
# Both models at once
# -------------------
# A better valuation model is not the same as one whose good values are better known. Every pair of
# a valuation model and a confidence is judged on the same rows.

result = qconf.backtest(
    houses,
    "TOTAL VALUE",
    models=["linear", "boosted"],
    estimators=["residual", "constant"],
    threshold=0.1,
)
result

# %%
# The better pair, fitted
# -----------------------

X, y = houses.drop(columns="TOTAL VALUE"), houses["TOTAL VALUE"]
model = qconf.ConfidentRegressor(confidence="residual", keep_sales=True, random_state=0).fit(X, y)
expected_error = model.predict_error(X)
hardest = X.iloc[[expected_error.argmax()]]
hardest.T

# %%
# Why is this one hard? Its expected error is a product: that of a typical house, times a factor for
# each of its properties.

reasons = qconf.explain_error(model, hardest)
reasons.plot()

# %%
# And what alike houses were assessed at, each adjusted to this one:

qconf.comparables(model, hardest).table
