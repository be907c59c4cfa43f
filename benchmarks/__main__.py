"""``python -m benchmarks [NAME ...] [--data FOLDER] [--seeds N]``: measure, keep results."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks import (
    backtest,
    calibration,
    certificate_variants,
    certificates,
    certificates_in_time,
    comparables,
    conflicts,
    copies,
    evaluate_stream,
    explanations,
    feedback_features,
    fingerprint,
    forecast,
    intervals,
    leaderboard,
    linear_quantile,
    million_rows,
    model_file,
    monitoring,
    out_of_memory,
    own_chance,
    portfolio_sums,
    priors,
    probabilities,
    report_card,
    review_queue,
    scoring,
    scoring_stream,
    serving,
    simulation,
    slices,
    unlabelled,
    vowpal_wabbit,
)
from benchmarks.summary import summary

RUNS: dict[str, Callable[..., Any]] = {
    "leaderboard": leaderboard.run,
    "backtest": backtest.run,
    "calibration": calibration.run,
    "certificates": certificates.run,
    "certificate-variants": certificate_variants.run,
    "certificates-in-time": certificates_in_time.run,
    "comparables": comparables.run,
    "conflicts": conflicts.run,
    "copies": copies.run,
    "evaluate-stream": evaluate_stream.run,
    "explanations": explanations.run,
    "feedback-features": feedback_features.run,
    "fingerprint": fingerprint.run,
    "forecast": forecast.run,
    "intervals": intervals.run,
    "linear-quantile": linear_quantile.run,
    "million-rows": million_rows.run,
    "model-file": model_file.run,
    "monitoring": monitoring.run,
    "own-chance": own_chance.run,
    "out-of-memory": out_of_memory.run,
    "portfolio-sums": portfolio_sums.run,
    "priors": priors.run,
    "probabilities": probabilities.run,
    "scoring": scoring.run,
    "scoring-stream": scoring_stream.run,
    "serving": serving.run,
    "report-card": report_card.run,
    "review-queue": review_queue.run,
    "simulation": simulation.run,
    "slices": slices.run,
    "unlabelled": unlabelled.run,
    "vowpal-wabbit": vowpal_wabbit.run,
}
#: What needs a package that may not be there is left out unless it is named.
PEERS = {
    "leaderboard": "crepes",
    "calibration": "crepes",
    "probabilities": "crepes",
    "vowpal-wabbit": "vowpalwabbit",
    "linear-quantile": "pinball",
    "model-file": "skops",
    "serving": "uvicorn",
    "slices": "sliceline",
}


def main() -> None:
    """Run the benchmarks that are named, all by default, and write a CSV file for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(RUNS)}")
    parser.add_argument(
        "--data", type=Path, help="folder of Parquet tables; without it, King County alone"
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--contenders",
        type=lambda names: names.split(","),
        metavar="NAME,NAME",
        help="who runs on the leaderboard; all are judged whose scores are there",
    )
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(RUNS)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    asked.output.mkdir(exist_ok=True)
    default = [name for name in RUNS if find_spec(PEERS.get(name, "qconf")) is not None]
    for name in asked.names or default:
        more = {"contenders": asked.contenders} if name == "leaderboard" else {}
        measured = RUNS[name](asked.data, asked.seeds, **more)
        for stem, table in measured.items() if isinstance(measured, dict) else [(name, measured)]:
            path = asked.output / f"{stem}.csv"
            part = path.with_suffix(".part")
            table.to_csv(part, index=False)
            part.replace(path)
            print(f"wrote {path}")
    (asked.output / "summary.md").write_text(summary(asked.output), encoding="utf-8")


if __name__ == "__main__":
    main()
