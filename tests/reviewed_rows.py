"""Offers with somebody's values and scores, some of them far off, and a model of their errors."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from qconf import ConfidentRegressor
from qconf.review.result import ReviewQueue
from qconf.review.store.store import FeedbackStore

__all__ = ["as_case", "filled", "offers", "one_estimate", "priced", "queue_of"]


def offers(n: int, seed: int, wrong: Any = ()) -> pd.DataFrame:
    """Make offers; `wrong` rows went for a quarter of what they are worth."""
    rng = np.random.default_rng(seed)
    fsd = np.where(rng.uniform(size=n) < 0.5, 0.05, 0.2)
    size = rng.uniform(50, 200, n).round(1)
    price = 3000 * size * np.exp(rng.normal(0, 0.2, n))
    table = pd.DataFrame(
        {
            "id": [f"o{seed}-{i}" for i in range(n)],
            "zone": rng.choice(list("abc"), n),
            "size": size,
            "listed": (size * np.exp(rng.normal(0, 0.01, n))).round(1),
            "fsd": fsd,
            "avm": price * np.exp(fsd * rng.normal(size=n)),
            "price": price,
        }
    )
    table.loc[list(wrong), "price"] /= 4
    return table


@cache
def priced() -> ConfidentRegressor:
    """Return a model of the errors of the column ``avm``; nothing of it has to be learned."""
    table = offers(800, 0)
    model = ConfidentRegressor(
        "column:avm", "column:fsd", error="log", probabilities=True, random_state=0
    )
    return model.fit(table.drop(columns=["price", "id"]), table["price"])


def as_case(row: str, rank: int = 1, **changes: Any) -> dict[str, Any]:
    """Say of a case what `ReviewQueue` does."""
    told = {
        "rank": rank, "row_key": row, "drawn_by": "random", "named_by": ("random",),
        "why": "drawn at random", "p_value": 0.5, "prediction": 100.0, "expected_error": 0.1,
        "outcome": 110.0, "residual": -0.095, "estimate": {"prediction": 100},
        "inputs": {"lot": 6200, "zone": "a", "built": None}, "explanation": None,
    }  # fmt: skip
    return {**told, **changes}


def queue_of(*cases: dict[str, Any]) -> ReviewQueue:
    """Make a queue of such cases."""
    from qconf.review.result import Case  # noqa: PLC0415

    return ReviewQueue(
        cases=tuple(Case(**one) for one in cases), n_rows=100, n_tested=100, n_surprises=0,
        n_queued_before=0, fdr=0.1, random_share=0.2, random_state=0, key_columns=("id",),
        threshold=0.15, model="m", warnings=(),
    )  # fmt: skip


def one_estimate(store: FeedbackStore, row: str = "r1", **inputs: Any) -> str:
    """Keep one estimate, and return its id."""
    told = {"row_key": row, "key_columns": ["id"], "inputs": {"lot": 6200, "zone": "a", **inputs}}
    (number,) = store.add_estimates([{**told, "estimate": {"prediction": 100.0}}])
    return number


def filled(store: FeedbackStore) -> FeedbackStore:
    """Fill a store with two queues of 40 cases, with ties and gaps.

    Every third is decided, some of them twice; others are held; of every fifth people said
    something.
    """
    rng = np.random.default_rng(7)
    for begin in (0, 40):
        store.add_queue(queue_of(*(_any_case(begin + rank, rank, rng) for rank in range(1, 41))))
    for number in range(1, 81):
        if number % 5 == 0:
            said = "condition" if number % 2 else "other"
            store.add_feedback(one_estimate(store, f"r{number}"), who="eve", reason=said)
        if number % 3 == 0:
            first = store.decide(number, who="ann", reason="condition" if number % 2 else "fine")
            if number % 4 == 0:
                store.decide(number, who="bob", reason="market_moved", supersedes=first)
        elif number % 7 == 0:
            store.open_case(number, "ann" if number % 2 else "bob")
    return store


def _any_case(number: int, rank: int, rng: np.random.Generator) -> dict[str, Any]:
    def any_of(*values: Any) -> Any:
        return values[rng.integers(len(values))]

    return as_case(
        f"r{number}", rank, drawn_by=any_of("random", "surprise", "conflict"),
        p_value=any_of(None, 0.01, 0.5, 0.5),
        residual=any_of(None, 0.0, -0.4, 0.4, 0.1), expected_error=any_of(0.0, 0.1, 0.2),
        prediction=any_of(100.0, 200.0, 300.0),
        inputs={"zone": any_of("a", "b"), **({"old": 1} if number > 40 else {})},
    )  # fmt: skip
