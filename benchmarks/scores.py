"""Scores of one contender on one table, kept in files, and put together again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.scenarios import Scenario
from benchmarks.valuations import Memory, Remembered
from qconf import compare
from qconf.core.error_scale import error_scale
from qconf.residuals.schedules import blocks_in_time
from qconf.residuals.valuation import default_valuation_model

__all__ = ["THRESHOLD", "Scores", "merged", "resampling_units", "times"]

#: An outlier's log error is above it.
THRESHOLD = 0.15

#: How many stretches of time are resampled.
_TIME_STRETCHES = 100

#: What is the same for all contenders of a table and a seed.
_SHARED = ["row", "block", "prediction", "signed_residual"]


@dataclass(frozen=True)
class Scores:
    """A folder of scores: one file for each contender, table and seed.

    A contender runs again when its files are deleted; they lie in a folder of its name.

    Attributes
    ----------
    folder : Path
    memory : Memory
        Valuations of this process.
    """

    folder: Path
    memory: Memory

    def path(self, contender: str, scenario: str, seed: int) -> Path:
        """Return where the scores are, or will be."""
        return self.folder / contender / f"{scenario}-{seed}.parquet"

    def measure(
        self, contender: str, estimator: Any, scenario: Scenario, table: pd.DataFrame, seed: int
    ) -> float | None:
        """Score the rows of a table, unless that was done before.

        Every contender is compared alone: its scores do not hang on who else takes part, and
        nobody's are lost when another one fails.

        Returns
        -------
        float or None
            The seconds of its fits and predictions; None if there was nothing to do.
        """
        path = self.path(contender, scenario.id, seed)
        if path.exists():
            return None
        result = compare(
            table,
            scenario.target,
            time=scenario.time,
            drop=scenario.drop,
            model=Remembered(default_valuation_model(error_scale("log"), seed), self.memory),
            estimators={"score": estimator},
            error="log",
            threshold=THRESHOLD,
            random_state=seed,
            n_resamples=2,
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        seconds = result.ranking[0].seconds
        result.scores.assign(seconds=seconds).to_parquet(part, index=False)
        part.replace(path)
        return seconds

    def read(self, contenders: list[str], scenario: str, seed: int) -> dict[str, pd.DataFrame]:
        """Read the scores that there are."""
        paths = {name: self.path(name, scenario, seed) for name in contenders}
        return {name: pd.read_parquet(path) for name, path in paths.items() if path.exists()}


def merged(scores: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Put scores of the same valuations side by side.

    Parameters
    ----------
    scores : mapping of str to DataFrame
        For each contender what `Scores.read` gives.

    Returns
    -------
    DataFrame
        Row, block, prediction and residual, and a column for each contender.

    Raises
    ------
    ValueError
        If the predictions or the residuals are not the same.
    """
    first, one = next(iter(scores.items()))
    for name, other in scores.items():
        if not np.array_equal(one[_SHARED].to_numpy(), other[_SHARED].to_numpy()):
            msg = (
                f"{name!r} and {first!r} scored different valuations; delete the files of one of "
                "them, so that it runs again."
            )
            raise ValueError(msg)
    return one[_SHARED].assign(**{name: other["score"] for name, other in scores.items()})


def times(scores: pd.DataFrame, scenario: Scenario, table: pd.DataFrame) -> Any:
    """Return the times of the rows that were scored, or None where a table has none."""
    return None if scenario.time is None else table[scenario.time].to_numpy()[scores["row"]]


def resampling_units(scores: pd.DataFrame, scenario: Scenario, table: pd.DataFrame) -> Any:
    """Say what is resampled whole where ratios are told: stretches of time, or single rows."""
    moments = times(scores, scenario, table)
    return None if moments is None else blocks_in_time(moments, _TIME_STRETCHES)
