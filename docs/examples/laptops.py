"""
Laptops: learn row by row, and watch
====================================

Every twelfth laptop that a chain of shops in London sold in 2008. Each sale is valued before it is
learned, so that all residuals are honest, and a monitor watches whether the errors stay what they
were promised to be.

The table comes with the package dmba (MIT), the data of "Data Mining for Business Analytics".
"""

from importlib.metadata import distribution

import numpy as np
import pandas as pd

from qconf import (
    OnlineConfidence,
    OnlineLinearRegressor,
    RateMonitor,
    evaluate,
    progressive_validation,
)

file = distribution("dmba").locate_file("dmba/csvFiles/LaptopSales.csv.gz")
sales = pd.read_csv(file).dropna(subset=["Date", "Retail Price"])
sales["Date"] = pd.to_datetime(sales["Date"], format="%m/%d/%Y %H:%M")
sales = sales.sort_values("Date", kind="stable").iloc[::12].reset_index(drop=True)
hardware = list(sales.columns[5:12])
X = sales[[*hardware, "Store Postcode"]].astype("category")
sales[["Date", "Retail Price", *hardware[:3]]].head()

# %%
# One pass
# --------
# The valuation model learns the logarithm of the price; the confidence learns the squared
# residuals that it left, one after the other.

log_price = np.log(sales["Retail Price"])
value = progressive_validation(OnlineLinearRegressor(), X, log_price, time=sales["Date"])
known = ~np.isnan(value)
residual = (value - log_price)[known]
expected = progressive_validation(
    OnlineConfidence(), X[known], residual, time=sales.loc[known, "Date"]
)

# %%
# The first month is left out: nothing is known yet.

later = (sales.loc[known, "Date"] >= "2008-02-01").to_numpy() & ~np.isnan(expected)
told = evaluate(
    expected[later],
    residual[later],
    threshold=0.1,
    time=sales.loc[known, "Date"][later],
)
told.plot()

# %%
# Watch it
# --------
# Say that from April on the sales are acted on whose expected error is among the lowest half of
# those of February and March, and that at most one in twenty of them may be off by more than 10 %.
# The bet against that promise may be looked at after every sale.

day, score = sales.loc[known, "Date"][later], expected[later]
since_april = (day >= "2008-04-01").to_numpy()
accepted = since_april & (score <= np.median(score[~since_april]))
outlier = np.abs(residual[later])[accepted] > 0.1
monitor = RateMonitor(0.05).update(outlier)
print(f"Accepted: {accepted.sum():,} of {since_april.sum():,}; outliers: {outlier.mean():.1%}.")
if monitor.alarm:
    print(f"Alarm after {monitor.alarm.n_rows:,} sales, {monitor.alarm.observed:.1%} off so far.")
