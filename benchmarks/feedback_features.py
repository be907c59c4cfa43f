"""Complaints so far as a feature, where the condition of houses is hidden.

Houses of 800 estates of 25; in one estate of five the condition is poor, which no column tells:
values there are lower and err two and a half times as much. Of each sale's time there are four more
estimates that somebody sees, and whoever sees one of a poor estate says ``condition`` more often.
The valuation model does not see the complaints; the confidence is fitted with and without their
share so far, on the older half, and both are judged on the newer half.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qconf import ConfidentRegressor, ResidualConfidence
from qconf.core.error_scale import error_scale
from qconf.evaluation.evaluate import evaluate_scores
from qconf.residuals.valuation import default_valuation_model
from qconf.review.complaints import complaint_share

__all__ = ["run"]

_CACHE = Path(__file__).parent / ".cache" / "feedback-features"
_ESTATES, _SALES, _SEEN, _SEEDS = 800, 25, 4, 2
_POOR, _THRESHOLD = 0.2, 0.15
#: Complaints of one estimate, in an estate of good and of poor condition.
_RATES = {"clear": (0.02, 0.20), "faint": (0.02, 0.06), "none": (0.04, 0.04)}


def run(_: Path | None, seeds: int) -> pd.DataFrame:
    """Measure two worlds of each kind of complaint; what is there is not measured again."""
    del seeds
    _CACHE.mkdir(parents=True, exist_ok=True)
    told = []
    for seed in range(_SEEDS):
        path = _CACHE / f"{seed}.parquet"
        if not path.exists():
            part = path.with_suffix(".part")
            pd.DataFrame(_measured(seed)).to_parquet(part)
            part.replace(path)
        told.append(pd.read_parquet(path))
        print(f"feedback-features: {seed}", flush=True)
    return pd.concat(told, ignore_index=True)


def _measured(seed: int) -> Iterator[dict[str, Any]]:
    rng = np.random.default_rng([49, seed])
    sales, poor = _sales(rng)
    older = np.arange(len(sales)) < len(sales) // 2
    features = ["size", "age", "area"]
    prediction = _valued(sales, older, features)
    for known in ("estate hidden", "estate known"):
        columns = [*features, *(["estate"] if known == "estate known" else [])]
        for kind, rates in _RATES.items():
            share = _complaints(sales, poor, rates, rng)
            tables = {
                "without": sales[columns].assign(avm=prediction),
                "with": sales[columns].assign(avm=prediction, complaints=share),
            }
            expected = {name: _expected(table, sales, older) for name, table in tables.items()}
            residual = np.log(prediction / sales["price"].to_numpy())[~older]
            told = evaluate_scores(
                expected, residual, threshold=_THRESHOLD, random_state=seed,
                groups=sales["estate"].to_numpy()[~older],
            )  # fmt: skip
            change = told["with"].rate_minus(told["without"])
            area = told["with"].aurc_minus(told["without"], 0.95)
            yield {
                "seed": seed, "estates": known, "complaints": kind,
                "without": round(told["without"].best_decile.outlier_rate.value, 4),
                "with": round(told["with"].best_decile.outlier_rate.value, 4),
                "change": round(change.value, 4), "low": round(change.interval[0], 4),
                "high": round(change.interval[1], 4),
                "aurc_change": round(area.value, 4), "aurc_low": round(area.interval[0], 4),
                "aurc_high": round(area.interval[1], 4),
            }  # fmt: skip


def _sales(rng: np.random.Generator) -> tuple[pd.DataFrame, Any]:
    n = _ESTATES * _SALES
    estate = rng.permutation(np.repeat(np.arange(_ESTATES), _SALES))
    poor = rng.random(_ESTATES) < _POOR
    size, age = rng.lognormal(4.6, 0.3, n), rng.integers(0, 80, n)
    area = (estate % 20).astype(str)
    spread = np.where(poor[estate], 0.20, 0.08) * np.exp(0.3 * (age / 40 - 1))
    value = 8 + 0.9 * np.log(size) - 0.003 * age + 0.02 * (estate % 20) - 0.1 * poor[estate]
    sales = pd.DataFrame(
        {
            "estate": np.char.add("e", estate.astype(str)), "area": np.char.add("a", area),
            "size": size, "age": age, "time": np.arange(float(n)),
            "price": np.exp(value + spread * rng.normal(size=n)),
        }
    )  # fmt: skip
    return sales, poor[estate]


def _valued(sales: pd.DataFrame, older: Any, features: list[str]) -> Any:
    """Predict rows of the older half by fifths, and the newer half by all of the older."""
    scale, price = error_scale("log"), sales["price"].to_numpy()
    prediction = np.empty(len(sales))
    fold = np.where(older, np.arange(len(sales)) % 5, 5)
    for k in range(6):
        learned = older & (fold != k)
        model = default_valuation_model(scale, 0).fit(sales.loc[learned, features], price[learned])
        prediction[fold == k] = model.predict(sales.loc[fold == k, features])
    return prediction


def _complaints(
    sales: pd.DataFrame, poor: Any, rates: tuple[float, float], rng: np.random.Generator
) -> Any:
    seen = np.repeat(np.arange(len(sales)), _SEEN)
    said = rng.random(len(seen)) < np.where(poor[seen], rates[1], rates[0])
    time, estate = sales["time"].to_numpy(), sales["estate"].to_numpy()
    return complaint_share(
        estate, time, seen_groups=estate[seen], seen_time=time[seen], complained=said
    )


def _expected(table: pd.DataFrame, sales: pd.DataFrame, older: Any) -> Any:
    model = ConfidentRegressor(
        "column:avm", ResidualConfidence(random_state=0), error="log", random_state=0
    )
    model.fit(table[older], sales.loc[older, "price"])
    return model.predict_error(table[~older])
