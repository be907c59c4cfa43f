"""What a backtest of four valuation models and five confidence estimators costs beyond its fits.

One of the models is named twice.

The fits that it needs: those of each model along the schedule, once, and of each estimator on the
residuals of each model in each round. Beside them it checks, encodes, ranks and makes intervals.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import pandas as pd
from sklearn.neighbors import KNeighborsRegressor

from benchmarks.scenarios import SCENARIOS
from qconf import backtest
from qconf.learners.encoded_regressor import EncodedRegressor
from qconf.learners.log_target import LogTargetRegressor

__all__ = ["run"]

_FOLDS = 5
#: Forward in time, with a model to be fitted: the first block has no residuals.
_VALUATION_FITS = _FOLDS + 2
_ESTIMATORS = ("residual", "quantile", "forest", "neighbors", "blend")


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Backtest King County's sales, `seeds` times.

    Parameters
    ----------
    folder : Path or None
    seeds : int

    Returns
    -------
    DataFrame
        A row for each seed. ``fits`` were made and ``fits_needed`` are needed; one comparison for
        each pair would have made ``fits_one_by_one``. ``seconds_of_fits`` are spent in fits and
        their predictions; ``above`` is by what share all seconds are above them.
    """
    scenario = SCENARIOS[0]
    # Every third sale: all of them take ten minutes a seed.
    table = scenario.load(folder).iloc[::3].reset_index(drop=True)
    models: dict[str, Any] = {
        "linear": "linear",
        "forest": "forest",
        "boosted": "boosted",
        # The same once more: nothing is fitted for it.
        "again": "boosted",
        "neighbours": LogTargetRegressor(EncodedRegressor(KNeighborsRegressor(15), max_levels=30)),
    }
    rows: list[dict[str, Any]] = []
    for seed in range(seeds):
        began, busy = perf_counter(), process_time()
        result = backtest(
            table,
            scenario.target,
            models=models,
            estimators=_ESTIMATORS,
            time=scenario.time,
            drop=scenario.drop,
            folds=_FOLDS,
            random_state=seed,
        )
        seconds, busy = perf_counter() - began, process_time() - busy
        of_fits = result.seconds["valuation"] + result.seconds["estimators"]
        rows.append(
            {
                "scenario": scenario.id,
                "seed": seed,
                "pairs": len(result.ranking),
                "fits": sum(result.fits.values()),
                "fits_needed": 4 * _VALUATION_FITS + 4 * len(_ESTIMATORS) * _FOLDS,
                "fits_one_by_one": 5 * len(_ESTIMATORS) * (_VALUATION_FITS + _FOLDS),
                "seconds": seconds,
                "cpu_seconds": busy,
                "seconds_of_fits": of_fits,
                "seconds_of_intervals": result.seconds["evaluation"],
                "above": seconds / of_fits - 1,
            }
        )
        print(f"backtest: seed {seed}, {100 * rows[-1]['above']:.1f} % above its fits", flush=True)
    return pd.DataFrame(rows)
