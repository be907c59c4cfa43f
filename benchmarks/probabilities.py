"""P(value within ±x of the truth): ours against Normal, isotonic, logistic and conformal ones.

Expected errors and predictions are those of `compare` on each table. Its five blocks follow each
other in time, or are folds at random where a table has no time. Each block but the first is told
of by methods that know the blocks before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from benchmarks.peers.crepes_difficulty import NeighbourDifficulty
from benchmarks.predictive_distributions import METHODS, Block, distribution
from benchmarks.scenarios import Scenario, available
from qconf import compare, reliability
from qconf._types import FloatArray
from qconf.evaluation.ranking import Outcome
from qconf.evaluation.sampling import Sampling

__all__ = ["CACHE", "judged", "run", "scored"]

CACHE = Path(__file__).parent / ".cache" / "probabilities"
DISTANCES = (0.05, 0.10, 0.15, 0.20)
#: At this one calibration is told too: it is the industry's confidence score.
_CCS = 0.10
_LEVEL = 0.95


def run(folder: Path | None, seeds: int, cache: Path = CACHE) -> pd.DataFrame:
    """Score what the cache does not have, and judge all methods.

    Parameters
    ----------
    folder : Path or None
        Of the tables; None is King County alone.
    seeds : int
    cache : Path

    Returns
    -------
    DataFrame
        A row for each table, seed, distance and method. ``brier`` is the mean over four blocks;
        ``behind`` is by how much it is above ours, over rows, with a paired interval.
    """
    rows: list[dict[str, Any]] = []
    for scenario in available(folder):
        for seed in range(seeds):
            scores = scored(scenario, folder, seed, cache)
            rows += [{"scenario": scenario.id, "seed": seed} | one for one in judged(scores)]
            print(f"probabilities: {scenario.id}, seed {seed}", flush=True)
    return pd.DataFrame(rows)


def scored(scenario: Scenario, folder: Path | None, seed: int, cache: Path = CACHE) -> pd.DataFrame:
    """Score the rows of a table, unless that was done before."""
    path = cache / f"{scenario.id}-{seed}.parquet"
    if not path.exists():
        table = scenario.load(folder)
        result = compare(
            table,
            scenario.target,
            time=scenario.time,
            drop=scenario.drop,
            estimators={
                "blend": "blend",
                "residual": "residual",
                "difficulty": NeighbourDifficulty(),
            },
            n_resamples=2,
            random_state=seed,
        )
        scores = result.scores
        if scenario.time is not None:
            scores["time"] = table[scenario.time].to_numpy()[scores["row"]]
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        scores.to_parquet(part, index=False)
        part.replace(path)
    return pd.read_parquet(path)


def judged(scores: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Judge all methods at all distances."""
    rounds = [
        (_block(scores[scores["block"] < k]), _block(scores[scores["block"] == k]))
        for k in range(1, int(scores["block"].max()) + 1)
    ]
    sizes = [len(new.residual) for _, new in rounds]
    time = None if rounds[0][1].time is None else np.concatenate([new.time for _, new in rounds])
    interval = np.concatenate([_held(known, new) for known, new in rounds])
    for x in DISTANCES:
        came = np.concatenate([new.within(x) for _, new in rounds])
        told = {
            name: np.concatenate([method(known, new, x) for known, new in rounds])
            for name, method in METHODS.items()
        }
        ours = (told["qconf"] - came) ** 2
        for name, probability in told.items():
            squares = (probability - came) ** 2
            by_block = [part.mean() for part in np.split(squares, np.cumsum(sizes)[:-1])]
            row = {"x": x, "method": name, "rows": len(came)}
            row["brier"] = round(float(np.mean(by_block)), 5)
            row |= _behind(squares - ours, came, time)
            if x == _CCS:
                row |= _calibration(probability, came, time)
            if name == "qconf":
                row["interval_80_holds"] = round(float(interval.mean()), 4)
            yield row


def _block(scores: pd.DataFrame) -> Block:
    return Block(
        prediction=scores["prediction"].to_numpy(dtype=np.float64),
        residual=scores["signed_residual"].to_numpy(dtype=np.float64),
        expected=scores["blend"].to_numpy(dtype=np.float64),
        difficulty=scores["difficulty"].to_numpy(dtype=np.float64),
        time=scores["time"].to_numpy() if "time" in scores else None,
    )


def _held(known: Block, new: Block) -> FloatArray:
    """Tell which 80 % intervals hold the truth."""
    low, high = distribution(known).interval(new.prediction, new.expected, 0.8)
    truth = new.prediction / (1 + new.residual)
    return ((low <= truth) & (truth <= high)).astype(np.float64)


def _behind(difference: FloatArray, came: FloatArray, time: Any) -> dict[str, float]:
    """Tell a mean difference with an interval that allows for slow movement in time."""
    sampling = Sampling.of(Outcome.of(np.where(came, 0.0, 1.0), 0.5), None, time)
    waves = None if sampling.waves is None else sampling.waves.of_values(difference)
    mean = float(difference.mean())
    error = sampling.standard_error(difference - mean, waves, _LEVEL)
    reach = float(norm.ppf((1 + _LEVEL) / 2)) * error
    ends = {"behind": mean, "behind_low": mean - reach, "behind_high": mean + reach}
    return {name: round(value, 5) for name, value in ends.items()}


def _calibration(probability: FloatArray, came: FloatArray, time: Any) -> dict[str, float]:
    told = reliability(np.clip(probability, 0.0, 1.0), came, time=time, n_resamples=300)
    error, excess, parts = told.calibration_error, told.mean_excess, told.decomposition
    figures = {
        "reliability": parts.reliability,
        "resolution": parts.resolution,
        "uncertainty": parts.uncertainty,
        "calibration_error": error.value,
        "calibration_error_low": error.interval[0],
        "calibration_error_high": error.interval[1],
        "mean_excess": excess.value,
        "mean_excess_low": excess.interval[0],
        "mean_excess_high": excess.interval[1],
    }
    return {name: round(value, 5) for name, value in figures.items()}
