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

from qconf import OnlineConfidence, OnlineLinearRegressor, RateMonitor, evaluate
from qconf import progressive_validation

file = distribution("dmba").locate_file("dmba/csvFiles/LaptopSales.csv.gz")
sales = pd.read_csv(file).dropna(subset=["Date", "Retail Price"])
sales["Date"] = pd.to_datetime(sales["Date"], format="%m/%d/%Y %H:%M")
sales = sales.sort_values("Date", kind="stable").iloc[::12].reset_index(drop=True)
hardware = list(sales.columns[4:12])
X = sales[[*hardware, "Store Postcode"]].astype(str)
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
told

# %%
# Watch it
# --------
# Prices fell through the year. Was the rate of outliers of the second quarter kept in the second
# half? The bet against it may be looked at after every sale.

day = sales.loc[known, "Date"][later]
outlier = np.abs(residual[later]) > 0.1
quarter = (day < "2008-07-01").to_numpy()
limit = float(np.mean(outlier[quarter])) * 1.25
monitor = RateMonitor(limit).update(outlier[~quarter])
print(f"Promised: at most {limit:.1%}. Came: {np.mean(outlier[~quarter]):.1%}.")
print(monitor.alarm or "No alarm.")
