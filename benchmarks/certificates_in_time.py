"""Whether certificates hold in the next period, on public tables.

A pair of models is fitted on the rows up to a moment, frozen, and certified on the rows that come
next; what is accepted of the rows after these is counted. Tables without a time are dealt out at
random, which is what the first promise is about. Results are kept in ``.cache/certificates/``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.frozen import FrozenEstimator

from benchmarks.scenarios import Scenario, available
from qconf import Certificate, ConfidentRegressor, certify
from qconf._types import BoolArray, FloatArray, IntArray
from qconf.residuals.schedules import blocks_in_time

__all__ = ["run", "windows"]

_CACHE = Path(__file__).parent / ".cache" / "certificates"
_THRESHOLD = 0.15
_RATES = (0.05, 0.10, 0.20)
_BLOCKS = 10
#: Of ten blocks, the first origin has five to fit on and two to certify on.
_FIRST, _CALIBRATION = 5, 2


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Certify forward in time at three origins; without a time, as often as there are seeds."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    parts = []
    for scenario in available(folder):
        for origin in range(seeds):
            path = _CACHE / f"{scenario.id}-{origin}.parquet"
            if not path.exists():
                told = pd.DataFrame(_measured(scenario, scenario.load(folder), origin))
                part = path.with_suffix(".part")
                told.to_parquet(part)
                part.replace(path)
            parts.append(pd.read_parquet(path))
            print(f"certificates-in-time: {scenario.id}, origin {origin}", flush=True)
    return pd.concat(parts, ignore_index=True)


def windows(time: Any, n_rows: int, origin: int) -> tuple[IntArray, IntArray, IntArray]:
    """Cut rows into those fitted on, those certified on, and those of the next period.

    Parameters
    ----------
    time : ndarray of shape (n_rows,) or None
        None deals rows into blocks at random; `origin` is the seed.
    n_rows : int
    origin : int
        From 0; each moves on by one block of ten.
    """
    block = (
        np.random.default_rng(origin).permutation(n_rows) * _BLOCKS // n_rows
        if time is None
        else blocks_in_time(time, _BLOCKS)
    )
    begins = _FIRST + (origin % 3 if time is not None else 2)
    after = begins + _CALIBRATION
    return (
        np.flatnonzero(block < begins),
        np.flatnonzero((block >= begins) & (block < after)),
        np.flatnonzero(block == after),
    )


def _measured(scenario: Scenario, table: pd.DataFrame, origin: int) -> Iterator[dict[str, Any]]:
    table = table.drop(columns=list(scenario.drop))
    features, target = table.drop(columns=scenario.target), table[scenario.target].to_numpy(float)
    time = None if scenario.time is None else table[scenario.time].to_numpy()
    fitted, calibration, following = windows(time, len(table), origin)
    pair = ConfidentRegressor(confidence="residual", error="log", random_state=origin)
    pair.fit(features.iloc[fitted], target[fitted], time=scenario.time)
    frozen = FrozenEstimator(pair)
    scored = {
        name: (
            frozen.predict_error(features.iloc[rows]),
            np.log(frozen.predict(features.iloc[rows])) - np.log(target[rows]),
            None if time is None else time[rows],
        )
        for name, rows in (("calibration", calibration), ("next", following))
    }
    expected, residual, moments = scored["calibration"]
    certificates = certify(
        expected,
        residual,
        threshold=_THRESHOLD,
        outlier_rate=_RATES,
        periods=moments,
        error="log",
    )
    for rate, one in certificates.items():
        base = {
            "scenario": scenario.id,
            "origin": origin,
            "limit": rate,
            "fitted": len(fitted),
            "calibration": len(calibration),
            "next": len(following),
        }
        new, error, when = scored["next"]
        kept = _kept(one.cut_off, one.coverage, new, error, None, rate)
        yield base | {"promise": "rows"} | kept | {"as_limited": _as_limited(one, new, error)}
        if one.period is not None:
            weeks = _periods_of(when, one.period.rates)
            kept = _kept(one.period.cut_off, one.period.coverage, new, error, weeks, rate)
            yield base | {"promise": "a period"} | kept


def _periods_of(when: Any, rates: dict[str, float]) -> IntArray | None:
    """Return which period each new row is of, periods as long as those of the promise."""
    if not rates:
        return None
    name = min(rates, key=len)  # of one calendar period, not of several that were joined
    unit = "W" if "/" in name else {4: "Y", 6: "Q", 7: "M", 10: "D"}[len(name)]
    codes, _ = pd.factorize(pd.DatetimeIndex(when).to_period(unit), sort=True)
    return np.asarray(codes, dtype=np.intp)


def _as_limited(one: Certificate, expected: FloatArray, residual: FloatArray) -> float:
    """Say whether there are no more outliers than `next_batch` allows for so many rows."""
    accepted = one.accepts(expected)
    if not accepted.any():
        return np.nan
    outliers = int((np.abs(residual[accepted]) > _THRESHOLD).sum())
    return float(outliers <= one.next_batch(int(accepted.sum())))


def _kept(
    cut_off: float,
    coverage: float,
    expected: FloatArray,
    residual: FloatArray,
    periods: IntArray | None,
    rate: float,
) -> dict[str, Any]:
    """Count the next rows that are accepted, and whether the promise is kept."""
    accepted: BoolArray = expected <= cut_off
    outlier = np.abs(residual[accepted]) > _THRESHOLD
    observed = float(outlier.mean()) if len(outlier) else np.nan
    promises, kept = int(cut_off > -np.inf), int(observed <= rate)
    if periods is not None:
        own = periods[accepted]
        n = np.bincount(own)
        rates = np.bincount(own, outlier)[n > 0] / n[n > 0]
        promises, kept = len(rates), int((rates <= rate).sum())
    return {
        "cut_off": cut_off if np.isfinite(cut_off) else np.nan,
        "coverage": round(coverage, 4),
        "next_coverage": round(float(accepted.mean()), 4),
        "next_outlier_rate": round(observed, 4),
        "promises": promises,
        "kept": kept if promises else 0,
    }
