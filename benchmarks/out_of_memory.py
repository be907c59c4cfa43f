"""What it takes to fit, score and evaluate twenty million rows of twenty columns from Parquet.

The commands are those that people type, each a process of its own, which tells its peak of memory.
`accuracy` holds a model of a quarter of the rows against one of all of them, on later rows.
Steps that are done are kept in ``benchmarks/.cache/out-of-memory``: a run that was stopped goes on.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from qconf import load, read_manifest
from qconf.core.estimate import Estimate
from qconf.evaluation.evaluate import evaluate
from qconf.evaluation.resampling import Draws, percentile_estimate
from qconf.evaluation.result import Evaluation
from qconf.tables.large_tables import rows_that_fit

__all__ = ["accuracy", "run", "sales", "write_sales"]

_CACHE = Path(__file__).parent / ".cache" / "out-of-memory"
_SIZES = (1_000_000, 20_000_000)
_MEMORY = "4.5GB"
_PIECE = 250_000
_LEVELS = (6, 30, 100, 400)
_ROLES = ["--target", "price", "--time", "sold", "--groups", "building"]
#: What a process runs; its last line is its peak of memory, as Linux tells it.
_PROGRAM = """
import sys
from pathlib import Path
from qconf.cli.app import run
run(sys.argv[1:])
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def run(
    folder: Path | None,
    seeds: int,
    sizes: tuple[int, ...] = _SIZES,
    place: Path = _CACHE,
    estimator: str = "residual",
) -> dict[str, pd.DataFrame]:
    """Measure each size, a row each step; and what drawing a quarter of the first does."""
    del folder, seeds
    steps = [one for size in sizes for one in _measured(place / str(size), size, estimator)]
    first = place / str(sizes[0])
    if not (first / "drawn.qconf").exists():
        _timed(_fit_of(write_sales(first / "sales", sizes[0]), first / "drawn.qconf", estimator,
                       _memory_for(first / "sales", sizes[0] // 4)))  # fmt: skip
    for size in sizes:
        for used in ("sales", "scored"):
            shutil.rmtree(place / str(size) / used, ignore_errors=True)
    return {
        "out-of-memory": pd.DataFrame(steps),
        "out-of-memory-accuracy": accuracy(first, sizes[0], estimator),
    }


def _memory_for(folder: Path, wanted: int) -> int:
    """Return the memory in which so many rows fit."""
    schema = pq.read_schema(next(iter(sorted(folder.glob("*.parquet")))))
    sizes = range(10**6, 10**11, 10**6)
    return next(size for size in sizes if rows_that_fit(schema, 4 * wanted, size) >= wanted)


def sales(begin: int, count: int, total: int, seed: int = 0) -> pd.DataFrame:
    """Make some of so many sales: 16 numbers, 4 categories, a time, a building and a price.

    Parameters
    ----------
    begin, count, total : int
        Which of them; those from `total` on are sold later than all.
    seed : int, default=0
    """
    rng = np.random.default_rng([seed, begin])
    numbers = rng.normal(size=(count, 16)).astype(np.float32)
    levels = [rng.integers(n, size=count) for n in _LEVELS]
    when = (begin + np.arange(count)) / total
    effects = [0.1 * np.sin(np.arange(n) * k) for k, n in enumerate(_LEVELS, 1)]
    log_price = 12 + 0.3 * numbers[:, 0] + 0.2 * np.abs(numbers[:, 1]) + 0.1 * when
    log_price += 0.1 * numbers[:, 2] * numbers[:, 3]
    log_price += sum(effect[code] for effect, code in zip(effects, levels, strict=True))
    noise = 0.6 * (numbers[:, 4] > 0) + 0.5 * np.tanh(numbers[:, 5]) + 0.4 * np.sin(levels[2])
    price = np.exp(log_price + 0.04 * np.exp(noise) * rng.standard_t(5, size=count))
    columns: dict[str, Any] = {f"x{i}": numbers[:, i] for i in range(16)}
    for i, (code, n) in enumerate(zip(levels, _LEVELS, strict=True)):
        names = pd.Index([f"level {j}" for j in range(n)])
        columns[f"c{i}"] = pd.Categorical.from_codes(code, names)
    second = (when * 10 * 365 * 86_400).astype("timedelta64[s]")
    columns["sold"] = np.datetime64("2015-01-01", "s") + second
    columns["building"] = ((begin + np.arange(count)) // 3).astype(np.int32)
    columns["price"] = price.astype(np.float32)
    return pd.DataFrame(columns)


def write_sales(folder: Path, total: int) -> Path:
    """Write so many sales, a file for each quarter of a million."""
    if not folder.exists():
        begun = folder.with_suffix(".part")
        begun.mkdir(parents=True, exist_ok=True)
        for begin in range(0, total, _PIECE):
            file = begun / f"part-{begin // _PIECE:03d}.parquet"
            if not file.exists():
                rows = sales(begin, min(_PIECE, total - begin), total)
                table = pa.Table.from_pandas(rows, preserve_index=False)
                pq.write_table(table, file.with_suffix(".part"))
                file.with_suffix(".part").rename(file)
        begun.rename(folder)
    return folder


def _measured(place: Path, size: int, estimator: str) -> list[dict[str, Any]]:
    """Run the commands one after the other, but for those that were run before."""
    done = place / f"{estimator}.json"
    steps: list[dict[str, Any]] = json.loads(done.read_text()) if done.exists() else []
    for step, typed in _commands(place, estimator).items():
        if step in {one["step"] for one in steps}:
            continue
        write_sales(place / "sales", size)
        steps.append({"rows": size, "columns": 20, "estimator": estimator, "step": step,
                      **_timed(typed)})  # fmt: skip
        done.write_text(json.dumps(steps, indent=1))
    return steps


def _commands(place: Path, estimator: str) -> dict[str, list[str]]:
    sold, kept, scored = (str(place / name) for name in ("sales", "avm.qconf", "scored"))
    commands = {
        "fit": _fit_of(place / "sales", place / "avm.qconf", estimator, _MEMORY),
        "score": ["score", kept, sold, "--output", scored, "--keep", "price,building"],
    }
    if find_spec("qconf.cli.evaluate") is not None:
        commands["evaluate"] = ["evaluate", scored, "--truth", "price", "--groups", "building"]
    return commands


def _fit_of(sold: Path, kept: Path, estimator: str, memory: str | int) -> list[str]:
    fit = ["fit", f"{sold}/*.parquet", *_ROLES, "--estimator", estimator]
    return [*fit, "--memory", str(memory), "--output", str(kept)]


def _timed(typed: list[str]) -> dict[str, Any]:
    began, cpu = time.perf_counter(), _cpu_of_children()
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", _PROGRAM, *typed], check=True, stdout=subprocess.PIPE, text=True
    )
    *said, peak = done.stdout.strip().split("\n")
    drawn = next((line for line in said if line.startswith("Learned and judged")), "")
    seconds = round(time.perf_counter() - began, 1)
    return {
        "seconds": seconds, "cpu_seconds": round(_cpu_of_children() - cpu, 1),
        "peak_gb": round(int(peak) / 1e6 * 1.024, 2), "learned": drawn,
    }  # fmt: skip


def _cpu_of_children() -> float:
    """Seconds of CPU of all commands that have ended: other work on the machine is not in it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def accuracy(place: Path, size: int, estimator: str) -> pd.DataFrame:
    """Hold a model of drawn rows against one of all of them, both fitted before, on later rows.

    Each is judged on its own values: of more than 200,000 rows the engine takes a sample for its
    bins, another one of streamed rows, and so the valuation models differ. Outliers are those of
    the model's own residuals. ``skill`` is what the order of the expected errors adds: AURC less
    the outlier rate of all rows, which hangs on the values. Differences are paired by building.
    """
    later = sales(size, size // 4, size)
    told = {name: _judged(place / f"{name}.qconf", later) for name in ("avm", "drawn")}
    rows = []
    for name, one in told.items():
        card = read_manifest(str(place / f"{name}.qconf")).card
        figures = {} if card is None else card.figures
        known = figures.get("learned_from", {"confidence": size})
        rows.append({
            "rows": size, "estimator": estimator, "confidence_learned_from": known["confidence"],
            "judged_on": len(later), **_told("outliers", one.overall.outlier_rate),
            **_told("best_decile", one.best_decile.outlier_rate), **_told("aurc", one.aurc),
            **_told("skill", one.aurc_difference),
            **_told("calibration_ratio", one.calibration_ratio), **_above(one, told["avm"]),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _above(one: Evaluation, whole: Evaluation) -> dict[str, float]:
    """Tell by how much figures lie above those of the model of all rows; of itself nothing."""
    level = whole.confidence_level
    skill = percentile_estimate(
        one.aurc_difference.value - whole.aurc_difference.value,
        _skill_draws(one).minus(_skill_draws(whole)), level,
    )  # fmt: skip
    differences = {
        "outliers_above": one.overall_rate.minus(whole.overall_rate, level),
        "best_decile_above": one.rate_minus(whole), "aurc_above": one.aurc_minus(whole, level),
        "skill_above": skill,
    }  # fmt: skip
    nothing = Estimate(0.0, (0.0, 0.0))
    return {
        column: value
        for name, other in differences.items()
        for column, value in _told(name, nothing if one is whole else other).items()
    }


def _skill_draws(one: Evaluation) -> Draws:
    return one.aurc_draws.minus(one.overall_rate.draws)


def _judged(kept: Path, later: pd.DataFrame) -> Evaluation:
    """Score later rows by a model, and hold its expected errors against its own residuals."""
    model = load(str(kept))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The newest row is", UserWarning)
        value, expected = model.predict_with_error(later[list(model.feature_names_in_)])
    # The same rows, groups and seed: the resamples of both models are the same, too.
    return evaluate(
        expected, value / later["price"].to_numpy() - 1, groups=later["building"].to_numpy(),
        threshold=0.15, random_state=0,
    )  # fmt: skip


def _told(name: str, one: Estimate) -> dict[str, float]:
    return {name: one.value, f"{name}_low": one.interval[0], f"{name}_high": one.interval[1]}
