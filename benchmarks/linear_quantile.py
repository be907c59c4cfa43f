"""Linear quartiles: qconf against everybody else, on the same rows, in turns."""

from __future__ import annotations

import shutil
import subprocess
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from qconf import LinearQuantileRegressor
from qconf._types import FloatArray
from qconf.learners.linear.quantreg import StatsmodelsQuantileRegressor

__all__ = ["run"]

QUARTILES = (0.25, 0.75)
TURNS = 5
_AT_LEAST = 0.2
Table = tuple[FloatArray, FloatArray]
#: From a table to the values of both planes, and the seconds that took, if measured inside.
Contender = Callable[[FloatArray, FloatArray], tuple[FloatArray, float | None]]


def _uneven(n: int, p: int) -> Table:
    """Draw t(4) errors whose scale hangs on the first column."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p))
    noise = (1 + 0.5 * np.abs(X[:, 0])) * rng.standard_t(4, size=n)
    return X, X @ rng.standard_normal(p) + noise


def _tied() -> Table:
    """Draw counts, half of them 0 or 1."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100_000, 20))
    rate = np.exp(0.5 * X[:, 0] + 0.3 * X[:, 1]).clip(0, 20)
    return X, rng.poisson(rate).astype(float)


def _levels() -> Table:
    """Write out a category of 500 levels, and let each have its own centre."""
    rng = np.random.default_rng(0)
    level = rng.integers(0, 500, 100_000)
    X = np.zeros((100_000, 499))
    named = np.flatnonzero(level)
    X[named, level[named] - 1] = 1
    return X, rng.standard_normal(500)[level] + rng.standard_t(4, size=100_000)


def _house_prices(n: int, p: int) -> Table:
    """Draw values whose spread grows with their level, with a few digits as tables have them."""
    rng = np.random.default_rng(0)
    X = np.exp(rng.normal(6.5, 0.5, (n, p))).round()
    centre = 100 * X.sum(axis=1) / p
    return X, np.round(centre * np.exp(0.2 * rng.standard_t(4, size=n)), -2)


#: Ids are permanent.
SCENARIOS: dict[str, Callable[[], Table]] = {
    "235 x 1": lambda: _house_prices(235, 1),
    "3,649 x 3": lambda: _house_prices(3_649, 3),
    "11,803 x 1": lambda: _house_prices(11_803, 1),
    "20k x 20": lambda: _uneven(20_000, 20),
    "100k x 20": lambda: _uneven(100_000, 20),
    "1M x 20": lambda: _uneven(1_000_000, 20),
    "1M x 100": lambda: _uneven(1_000_000, 100),
    "counts, 100k x 20": _tied,
    "500 levels, 100k x 499": _levels,
    "20k x 300": lambda: _uneven(20_000, 300),
}
TINY = {"235 x 1", "3,649 x 3", "11,803 x 1"}
SMALL = {"20k x 20"}
MIDDLING = {"20k x 20", "100k x 20"}
NARROW = {"20k x 20", "100k x 20", "1M x 20"}


def _qconf(X: FloatArray, y: FloatArray) -> tuple[FloatArray, None]:
    model = LinearQuantileRegressor(QUARTILES).fit(X, y)
    return X @ model.coef_.T + model.intercept_, None


def _pinball(X: FloatArray, y: FloatArray) -> tuple[FloatArray, None]:
    from pinball import QuantileRegressor  # noqa: PLC0415 - may not be installed

    fits = [QuantileRegressor(tau=q, method="pfn").fit(X, y) for q in QUARTILES]
    return np.column_stack([fit.predict(X) for fit in fits]), None


def _statsmodels(X: FloatArray, y: FloatArray) -> tuple[FloatArray, None]:
    return StatsmodelsQuantileRegressor(QUARTILES).fit(X, y).predict(X), None


def _sklearn(X: FloatArray, y: FloatArray) -> tuple[FloatArray, None]:
    from sklearn.linear_model import QuantileRegressor  # noqa: PLC0415 - as the others

    fits = [QuantileRegressor(quantile=q, alpha=0).fit(X, y) for q in QUARTILES]
    return np.column_stack([fit.predict(X) for fit in fits]), None


def _pyfixest(X: FloatArray, y: FloatArray) -> tuple[FloatArray, None]:
    import pyfixest  # noqa: PLC0415 - may not be installed

    names = [f"x{i}" for i in range(X.shape[1])]
    data = pd.DataFrame(X, columns=names).assign(y=y)
    formula = f"y ~ {' + '.join(names)}"
    fits = [pyfixest.quantreg(formula, data, quantile=q, method="pfn") for q in QUARTILES]
    return np.column_stack([np.asarray(fit.predict()) for fit in fits]), None


_R_PROGRAM = """
suppressMessages(library(quantreg))
size <- scan("size", quiet = TRUE)
X <- matrix(readBin("X", "double", prod(size)), size[1], size[2])
y <- readBin("y", "double", size[1])
design <- cbind(1, X)
seconds <- system.time(
  fits <- lapply(c(.25, .75), function(tau) rq.fit(design, y, tau = tau, method = "pfn"))
)[["elapsed"]]
writeBin(c(seconds, sapply(fits, coef)), "out")
"""
#: What is called of small tables, with its checks; a hundred times, for the clock is coarse.
_R_SMALL = """
suppressMessages(library(quantreg))
size <- scan("size", quiet = TRUE)
data <- data.frame(matrix(readBin("X", "double", prod(size)), size[1], size[2]))
data$y <- readBin("y", "double", size[1])
seconds <- system.time(
  for (i in 1:100) fit <- rq(y ~ ., tau = c(.25, .75), data = data, method = "fn")
)[["elapsed"]] / 100
writeBin(c(seconds, coef(fit)), "out")
"""


def _quantreg(X: FloatArray, y: FloatArray, program: str = _R_PROGRAM) -> tuple[FloatArray, float]:
    """Run R; what it takes to start and to read the table is not counted."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "size").write_text(f"{X.shape[0]} {X.shape[1]}")
        X.T.tofile(folder / "X")
        y.tofile(folder / "y")
        (folder / "fit.R").write_text(program)
        command = [shutil.which("Rscript") or "Rscript", "fit.R"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603
        seconds, *coefficients = np.fromfile(folder / "out").tolist()
    planes = np.reshape(coefficients, (len(QUARTILES), -1))
    return X @ planes[:, 1:].T + planes[:, 0], seconds


def _quantreg_small(X: FloatArray, y: FloatArray) -> tuple[FloatArray, float]:
    return _quantreg(X, y, _R_SMALL)


def _has_quantreg() -> bool:
    program = shutil.which("Rscript")
    if program is None:
        return False
    asked = subprocess.run(  # noqa: S603
        [program, "-e", "library(quantreg)"], capture_output=True, check=False
    )
    return asked.returncode == 0


#: Contender, whether it is there, on which scenarios, and how often.
CONTENDERS: dict[str, tuple[Contender, Callable[[], bool], set[str], int]] = {
    "qconf": (_qconf, lambda: True, set(SCENARIOS), TURNS),
    "pinball-qr pfn": (
        _pinball, lambda: find_spec("pinball") is not None, set(SCENARIOS), TURNS
    ),
    "quantreg pfn (R)": (_quantreg, _has_quantreg, NARROW, 3),
    "quantreg fn (R)": (_quantreg_small, _has_quantreg, TINY, TURNS),
    "pyfixest pfn": (_pyfixest, lambda: find_spec("pyfixest") is not None, MIDDLING, 3),
    "statsmodels": (_statsmodels, lambda: True, MIDDLING, 3),
    "scikit-learn": (_sklearn, lambda: True, SMALL, 1),
}  # fmt: skip


def run(_: Path | None, __: int) -> pd.DataFrame:
    """Fit both quartiles; one row a scenario, turn and contender."""
    found = pd.DataFrame(_rows())
    best = found.groupby("scenario")["loss"].transform("min")
    found["excess_loss"] = (found["loss"] / best - 1).map("{:.1e}".format)
    return found.drop(columns="loss")


def _rows() -> Iterator[dict[str, Any]]:
    there = {name: one for name, one in CONTENDERS.items() if one[1]()}
    for scenario, make in SCENARIOS.items():
        X, y = make()
        for turn in range(TURNS):
            for name, (fit, _, scenarios, turns) in there.items():
                if scenario in scenarios and turn < turns:
                    yield {"scenario": scenario, "turn": turn, "contender": name} | _timed(
                        fit, X, y
                    )
        extra = _extra_memory(X, y) / X.nbytes
        yield {
            "scenario": scenario, "turn": 0, "contender": "qconf, peak extra memory / table",
            "seconds": np.nan, "loss": np.nan, "memory": round(extra, 3),
        }  # fmt: skip
        print(f"linear-quantile: {scenario}", flush=True)


def _timed(fit: Contender, X: FloatArray, y: FloatArray) -> dict[str, float]:
    """Fit once; small tables as often as fill a fifth of a second, for the mean."""
    start, fits = time.perf_counter(), 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values, inside = fit(X, y)
        while inside is None and time.perf_counter() - start < _AT_LEAST:
            fit(X, y)
            fits += 1
    seconds = (time.perf_counter() - start) / fits if inside is None else inside
    residual = y[:, None] - values
    loss = np.maximum(np.array(QUARTILES) * residual, (np.array(QUARTILES) - 1) * residual).sum()
    return {"seconds": round(seconds, 5), "loss": float(loss)}


def _extra_memory(X: FloatArray, y: FloatArray) -> int:
    """Measure how much more memory a fit needs at its peak, in bytes."""
    tracemalloc.start()
    LinearQuantileRegressor(QUARTILES).fit(X, y)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak
