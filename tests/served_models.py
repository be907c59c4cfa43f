"""Small models that are served, and rows for them: what the tests of the service share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import saved_models
from starlette.testclient import TestClient

import qconf
from qconf import ConfidentRegressor, FeedbackStore, ReviewQueue
from qconf.learners.trees.boosted import BoostedTrees
from qconf.review.result import Case
from qconf.review.row_keys import plain_rows

__all__ = ["BASE", "context_of", "queue_of", "rows", "served", "small_model"]

#: As the service is called here.
BASE = "http://127.0.0.1:8000"
_KNOWN: dict[str, Any] = {}


def small_model() -> ConfidentRegressor:
    """Fit a model of two inputs in no time; it keeps its sales."""
    if "model" not in _KNOWN:
        rng = np.random.default_rng(0)
        table = pd.DataFrame(
            {"area": rng.uniform(50, 150, 200).round(), "zone": rng.choice(["a", "b"], 200)}
        )
        price = 3000 * table["area"] * np.exp(rng.normal(scale=0.1, size=200))
        model = ConfidentRegressor(
            BoostedTrees(n_estimators=8, random_state=0), "residual", folds=2,
            keep_sales=True, random_state=0,
        )  # fmt: skip
        _KNOWN["model"] = model.fit(table, price.rename("price"))
    return _KNOWN["model"]  # type: ignore[no-any-return]


@contextmanager
def served(store: Path | FeedbackStore, model: Any = None, **options: Any) -> Iterator[TestClient]:
    """Serve a model to a client of this machine."""
    app = qconf.create_app(small_model() if model is None else model, store, **options)
    context = app.state.context
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        yield client
    context.store.close()


def context_of(client: TestClient) -> Any:
    """Return what the routes of a service stand on."""
    app: Any = client.app
    return app.state.context


def rows(n: int) -> list[dict[str, Any]]:
    """Make rows as JSON has them, for the models of `saved_models`."""
    table = saved_models.new_rows(n).assign(grade=lambda one: one["grade"].astype(str))
    return plain_rows(table, list(table.columns))


def queue_of(n: int) -> ReviewQueue:
    """Make a queue of cases that nobody has to be asked for."""
    cases = tuple(
        Case(
            rank=i + 1, row_key=f"house {i}", drawn_by="random" if i % 2 else "surprise",
            named_by=("surprise",), why="off", p_value=0.01 * (i + 1), prediction=1000.0 * (i + 1),
            expected_error=0.1, outcome=900.0, residual=0.1 * (n - i), estimate={"prediction": 1.0},
            inputs={"area": 100, "zone": "a"}, explanation=None,
        )
        for i in range(n)
    )  # fmt: skip
    return ReviewQueue(
        cases=cases, n_rows=n, n_tested=n, n_surprises=0, n_queued_before=0, fdr=0.1,
        random_share=0.2, random_state=0, key_columns=("id",), threshold=0.15, model="m",
        warnings=(),
    )  # fmt: skip
