"""Results of every kind that has a page, on small tables whose values are like no others."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from worlds import sales_table

import qconf
from qconf.pages.write import report_html

ROLES: dict[str, Any] = {"time": "sold_on", "prediction": "avm", "drop": ["parcel", "offer"]}


@cache
def market(n: int = 1500, seed: int = 1, worse: float = 1.0) -> pd.DataFrame:
    """Sales with a vendor's values and scores; do not write to it."""
    table = sales_table(n, seed).sort_values("sold_on", ignore_index=True)
    rng = np.random.default_rng(seed)
    fsd = np.where(rng.uniform(size=n) < 0.5, 0.05, 0.2) * np.exp(rng.normal(0, 0.2, n))
    price = table["price"] + rng.uniform(size=n)
    ccs = np.clip(np.where(fsd < 0.1, 0.93, 0.4) + rng.normal(0, 0.05, n), 0.01, 0.99)
    return table.assign(
        price=price,
        fsd=fsd,
        ccs=ccs,
        avm=price * np.exp(rng.normal(scale=worse * fsd)),
        offer=[f"offer-{seed}-{number:06}" for number in range(n)],
    )


@cache
def comparison(n: int = 1500, *, time: bool = True) -> qconf.Comparison:
    roles = ROLES if time else {**ROLES, "time": None, "drop": ["parcel", "offer", "sold_on"]}
    estimators = ["column:fsd", "count", "constant"]
    table = market(n).drop(columns="ccs")
    return qconf.compare(table, "price", estimators=estimators, metrics=["ppe10"], **roles)


@cache
def evaluation() -> qconf.Evaluation:
    table = market()
    return qconf.evaluate(table["fsd"], _residual(table), threshold=0.15, n_resamples=100)


@cache
def backtest() -> qconf.Backtest:
    table = market(700).drop(columns=["fsd", "ccs", "offer", "parcel"])
    models = ["column:avm", "linear"]
    return qconf.backtest(
        table, "price", time="sold_on", models=models, estimators=["count", "constant"],
        crosses=[("column:avm", "linear")],
    )  # fmt: skip


@cache
def certified(outlier_rate: Any = 0.05, n: int = 2500) -> qconf.CertifiedModel:
    money: dict[str, Any] = {"gain": 300.0, "loss": 4000.0}
    rate = list(outlier_rate) if isinstance(outlier_rate, tuple) else outlier_rate
    return qconf.fit_certified(
        market(n).drop(columns="ccs"), "price", estimator="column:fsd", outlier_rate=rate,
        **money, **ROLES,
    )  # fmt: skip


@cache
def monitoring(worse: float = 1.0) -> Any:
    later = market(600, 3, worse)
    later = later.assign(sold_on=later["sold_on"] + pd.Timedelta(days=731))
    with tempfile.TemporaryDirectory() as folder:
        model, table = str(Path(folder, "avm.qconf")), str(Path(folder, "later.parquet"))
        certified().save(model)
        later.to_parquet(table, index=False)
        return qconf.monitor_file(model, table, key="offer")


@cache
def report_card() -> qconf.AvmReport:
    table = market()
    return qconf.avm_report(
        table["avm"], table["price"], expected_error=table["fsd"], ccs=table["ccs"],
        protected=table["zone"], groups=table["parcel"], n_resamples=60,
    )  # fmt: skip


@cache
def slices(*, planted: bool = True) -> qconf.SliceAudit:
    table = market()
    hard = (table["zone"] == "b") & (table["area"] > table["area"].median())
    residual = _residual(table) * np.where(hard & planted, 2.5, 1.0)
    return qconf.audit_slices(
        table[["zone", "rooms", "area"]], residual, table["fsd"], threshold=0.15, min_rows=40
    )


@cache
def page_of(name: str) -> str:
    """Return the page of one of `RESULTS`."""
    return report_html(RESULTS[name](), made="noon")


def _residual(table: pd.DataFrame) -> pd.Series:
    return (table["avm"] - table["price"]) / table["price"]


#: By name, of the table `market()` with its first seed, but for the monitors.
RESULTS: dict[str, Callable[[], Any]] = {
    "comparison": comparison,
    "comparison without a time": lambda: comparison(time=False),
    "evaluation": evaluation,
    "backtest": backtest,
    "certificate": lambda: certified().certificate,
    "certified model": certified,
    "several promises": lambda: certified((0.01, 0.05, 0.1)),
    "nothing certified": lambda: certified(0.0005),
    "monitoring": monitoring,
    "alarm": lambda: monitoring(3.0),
    "report card": report_card,
    "slices": slices,
    "no worse slices": lambda: slices(planted=False),
}
