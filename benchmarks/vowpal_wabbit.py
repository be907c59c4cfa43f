"""qconf against Vowpal Wabbit on the simulated world: whole process against whole process.

Vowpal Wabbit learns a valuation model, then an error model on its squared progressive residuals,
then the error model again with 20 bootstrap replicates: three processes that read text. Writing
that text is not counted. `qconf simulate` does all of it, draws the world, and more, in one.

The settings of the accuracy rows were the best of 90 (valuation model) and 84 (error models) on a
tenth of the rows: with and without ``--sgd``, ``--adaptive``, ``--invariant`` and ``--normalized``,
learning rate 0.05 to 10, power_t 0, 0.5 and 1, initial_t 0 and 1.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray
from qconf.simulation.decile import safest_rows
from qconf.simulation.result import THRESHOLD
from qconf.simulation.world import World, draw_world

__all__ = ["run"]

_REPLICATES = 40_000
_BITS = ("-b", "22")
_BOOTSTRAP = ("--bootstrap", "20")
_BEST_VALUATION = ("-l", "1", "--power_t", "0.5", "--initial_t", "1")
_BEST_ERROR = ("--adaptive", "-l", "0.05", "--power_t", "1", "--initial_t", "1")
_BEST_BOOTSTRAP = ("-l", "0.05", "--power_t", "1", "--initial_t", "0")


def run(folder: Path | None, seeds: int) -> pd.DataFrame:  # noqa: ARG001 - it has no table
    """Time both in turns, `seeds` times, and judge both on the same rows."""
    world = draw_world(_REPLICATES, 0.5, 0)
    with tempfile.TemporaryDirectory() as name:
        bench = _Bench(Path(name), world)
        return pd.DataFrame([*bench.timed(seeds), *bench.tuned()])


class _Bench:
    """A folder with the rows as text, and what was learned from them."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder = folder
        self.world = world
        self.values = self._write("values.txt", world.value)

    def timed(self, turns: int) -> Iterator[dict[str, Any]]:
        """Run everything with Vowpal Wabbit's own settings, and `qconf simulate`, in turns."""
        _seconds([sys.executable, "-m", "qconf", "simulate"])  # compiles, if that was not done yet
        for turn in range(turns):
            spent = _seconds([sys.executable, "-m", "qconf", "simulate"])
            yield {"turn": turn, "contender": "qconf simulate", "seconds": round(spent, 3)}
            seconds, prediction = self._learn(self.values)
            residual = prediction - self.world.value
            yield self._row(turn, "vw valuation model", seconds, residual)
            squares = self._write("squares.txt", residual**2)
            for name, options in (("vw error model", ()), ("vw --bootstrap 20", _BOOTSTRAP)):
                seconds, score = self._learn(squares, *options)
                yield self._row(turn, name, seconds, residual, score)

    def tuned(self) -> Iterator[dict[str, Any]]:
        """Run everything with the best settings that were found."""
        seconds, prediction = self._learn(self.values, *_BEST_VALUATION)
        residual = prediction - self.world.value
        yield self._row(0, "vw valuation model, tuned", seconds, residual)
        squares = self._write("squares.txt", residual**2)
        for name, options in (
            ("vw error model, tuned", _BEST_ERROR),
            ("vw --bootstrap 20, tuned", (*_BOOTSTRAP, *_BEST_BOOTSTRAP)),
        ):
            seconds, score = self._learn(squares, *options)
            yield self._row(0, name, seconds, residual, score)

    def _row(
        self,
        turn: int,
        contender: str,
        seconds: float,
        residual: FloatArray,
        score: FloatArray | None = None,
    ) -> dict[str, Any]:
        outlier = np.abs(residual) > THRESHOLD
        chosen = outlier if score is None else outlier[safest_rows(score, 0)]
        return {
            "turn": turn,
            "contender": contender,
            "seconds": round(seconds, 3),
            "rows": "all" if score is None else "best decile",
            "outlier_rate": round(float(chosen.mean()), 5),
        }

    def _write(self, name: str, target: FloatArray) -> Path:
        path = self.folder / name
        pairs = zip(target.tolist(), self.world.group.tolist(), strict=True)
        with path.open("w") as file:
            file.writelines(f"{value:.6g} |g {group}\n" for value, group in pairs)
        return path

    def _learn(self, rows: Path, *options: str) -> tuple[float, FloatArray]:
        """Return seconds, and progressive predictions: with replicates, their mean."""
        out = self.folder / "predictions.txt"
        command = [sys.executable, "-m", "vowpalwabbit", "-d", str(rows), *_BITS, "--quiet"]
        seconds = _seconds([*command, "-p", str(out), *options])
        first = pd.read_csv(out, sep=" ", header=None, usecols=[0])[0]
        return seconds, first.to_numpy(dtype=np.float64)


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    return time.perf_counter() - began
