"""qconf against Vowpal Wabbit on the simulated world: whole process against whole process.

Vowpal Wabbit learns a valuation model, then an error model on its absolute progressive residuals,
then the error model again with 20 bootstrap replicates: three processes that read text. Writing
that text is not counted. `qconf simulate` does all of it, draws the world, and more, in one.

Rows are ranked by what it predicts of their error, and with replicates by their mean and by their
upper bound, the highest, which it prints beside it. Its own defaults are the published method; at
22 bits replicates of 160,000 groups share weights by hashing, at 24 they do not.

The settings of the accuracy rows were the best of 90 (valuation model) and 84 (error models) on a
tenth of the rows: with and without ``--sgd``, ``--adaptive``, ``--invariant`` and ``--normalized``,
learning rate 0.05 to 10, power_t 0, 0.5 and 1, initial_t 0 and 1; squared residuals,
group means with standard deviation 0.5.
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
from qconf.simulation.world import ARCHETYPES, World, draw_world

__all__ = ["run"]

_KINDS = tuple(one.name for one in ARCHETYPES)
_GROUPS_OF_EACH = 40_000
_SPREAD, _TUNED_AT = 0.1, 0.5
_BITS = ("-b", "22")
_NO_COLLISIONS = ("-b", "24")
_BOOTSTRAP = ("--bootstrap", "20")
#: With replicates, a line of predictions is their mean, lowest and highest.
_HIGHEST = 2
_BEST_VALUATION = ("-l", "1", "--power_t", "0.5", "--initial_t", "1")
_BEST_ERROR = ("--adaptive", "-l", "0.05", "--power_t", "1", "--initial_t", "1")
_BEST_BOOTSTRAP = ("-l", "0.05", "--power_t", "1", "--initial_t", "0")


def run(folder: Path | None, seeds: int) -> pd.DataFrame:  # noqa: ARG001 - it has no table
    """Time both in turns, `seeds` times, and judge both on the same rows."""
    with tempfile.TemporaryDirectory() as name:
        bench = _Bench(Path(name), draw_world(_GROUPS_OF_EACH, _SPREAD, 0))
        rows = [*bench.timed(seeds), *bench.without_collisions()]
        tuned = _Bench(Path(name), draw_world(_GROUPS_OF_EACH, _TUNED_AT, 0))
        return pd.DataFrame([*rows, *tuned.tuned()])


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
            seconds, prediction, _ = self._learn(self.values, *_BITS)
            residual = prediction - self.world.value
            yield self._row(turn, "vw valuation model", seconds, residual)
            errors = self._write("errors.txt", np.abs(residual))
            for name, options in (("vw error model", ()), ("vw --bootstrap 20", _BOOTSTRAP)):
                seconds, *scores = self._learn(errors, *_BITS, *options)
                yield from self._rows(turn, name, seconds, residual, scores)

    def without_collisions(self) -> Iterator[dict[str, Any]]:
        """Run the replicates where each has weights of its own."""
        _, prediction, _ = self._learn(self.values, *_BITS)
        residual = prediction - self.world.value
        errors = self._write("errors.txt", np.abs(residual))
        seconds, *scores = self._learn(errors, *_NO_COLLISIONS, *_BOOTSTRAP)
        yield from self._rows(0, "vw --bootstrap 20, 24 bits", seconds, residual, scores)

    def tuned(self) -> Iterator[dict[str, Any]]:
        """Run everything with the best settings that were found."""
        seconds, prediction, _ = self._learn(self.values, *_BITS, *_BEST_VALUATION)
        residual = prediction - self.world.value
        yield self._row(0, "vw valuation model, tuned", seconds, residual)
        squares = self._write("squares.txt", residual**2)
        for name, options in (
            ("vw error model, tuned", _BEST_ERROR),
            ("vw --bootstrap 20, tuned", (*_BOOTSTRAP, *_BEST_BOOTSTRAP)),
        ):
            seconds, *scores = self._learn(squares, *_BITS, *options)
            yield from self._rows(0, name, seconds, residual, scores)

    def _rows(
        self,
        turn: int,
        contender: str,
        seconds: float,
        residual: FloatArray,
        scores: list[FloatArray],
    ) -> Iterator[dict[str, Any]]:
        """Rank by the prediction, which took the seconds; then, with replicates, by the highest."""
        mean, highest = scores
        yield self._row(turn, contender, seconds, residual, mean)
        if highest is not mean:
            yield self._row(turn, f"{contender}, upper bound", np.nan, residual, highest)

    def _row(
        self,
        turn: int,
        contender: str,
        seconds: float,
        residual: FloatArray,
        score: FloatArray | None = None,
    ) -> dict[str, Any]:
        rows = np.arange(len(residual)) if score is None else safest_rows(score, 0)
        chosen = np.abs(residual[rows]) > THRESHOLD
        shares = np.bincount(self.world.archetype[rows], minlength=len(_KINDS)) / len(rows)
        return {
            "turn": turn,
            "contender": contender,
            "seconds": round(seconds, 3),
            "rows": "all" if score is None else "best decile",
            "outlier_rate": round(float(chosen.mean()), 5),
            "mae": round(float(np.abs(residual[rows]).mean()), 5),
            **{kind: round(float(share), 4) for kind, share in zip(_KINDS, shares, strict=True)},
        }

    def _write(self, name: str, target: FloatArray) -> Path:
        path = self.folder / name
        pairs = zip(target.tolist(), self.world.group.tolist(), strict=True)
        with path.open("w") as file:
            file.writelines(f"{value:.6g} |g {group}\n" for value, group in pairs)
        return path

    def _learn(self, rows: Path, *options: str) -> tuple[float, FloatArray, FloatArray]:
        """Return seconds, and progressive predictions: with replicates, their mean and highest."""
        out = self.folder / "predictions.txt"
        command = [sys.executable, "-m", "vowpalwabbit", "-d", str(rows), "--quiet"]
        seconds = _seconds([*command, "-p", str(out), *options])
        told = pd.read_csv(out, sep=" ", header=None, dtype=np.float64)
        mean = told[0].to_numpy()
        return seconds, mean, told[_HIGHEST].to_numpy() if _HIGHEST in told else mean


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    return time.perf_counter() - began
