"""Fits on a cluster are those of one process, also when it loses workers."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import sales_table

from qconf import ConfidentRegressor, compare, fit_model, spread_fits
from qconf.core.spreading import _sent, _Shared, each, is_spread
from qconf.errors import OptionError, QconfError
from qconf.learners.trees.boosted import BoostedTrees

ROLES = {"time": "sold_on", "groups": "parcel"}
MODEL = BoostedTrees(n_estimators=10, random_state=0)


@pytest.fixture(scope="module")
def inside() -> Iterator[str]:
    """Two workers in this process."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=2, processes=False, dashboard_address=None,
        silence_logs=50, protocol="inproc://",
    ) as started:  # fmt: skip
        yield f"dask:{started.scheduler_address}"


def test_without_a_cluster_nothing_changes() -> None:
    """The engine local is none."""
    with spread_fits("local"):
        assert not is_spread()
        assert list(each(abs, [-1, 2], 10, ours=True)) == [1, 2]
    with pytest.raises(OptionError, match="must be one of local, dask"), spread_fits("sparkle"):
        pass


@pytest.mark.filterwarnings("ignore")  # of Dask
def test_items_go_out_and_come_back_in_order(inside: str) -> None:
    """One of them at a time on each worker; what fails there fails here; after it all is local."""
    here = os.getpid()
    with spread_fits(inside):
        assert is_spread()
        assert list(each(lambda one: (one, is_spread()), [3, 1, 2], 10, ours=False)) == [
            (3, False), (1, False), (2, False),
        ]  # fmt: skip
        with pytest.raises(QconfError, match=f"no {here}"):
            list(each(_fails, [1, 2], 10, ours=False))
    assert not is_spread()


def test_what_fits_need_is_sent_again_if_a_worker_dies_meanwhile() -> None:
    """Sending fails as a whole then; to the workers that are left it succeeds."""
    pytest.importorskip("distributed")
    sent: list[Any] = []

    class Dying:
        def scatter(self, shared: Any, **_: Any) -> Any:
            sent.append(shared)
            if len(sent) == 1:
                msg = "Stream is closed"
                raise OSError(msg)
            return shared

    assert _sent(Dying(), _Shared(abs, [1])) is sent[1]
    assert sent[0] is sent[1]


def _fails(_: int) -> None:
    msg = f"no {os.getpid()}"
    raise QconfError(msg)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("confidence", [pytest.param("blend", marks=pytest.mark.slow), "residual"])
def test_a_model_is_the_same_on_a_cluster(inside: str, confidence: str) -> None:
    """Folds, the shares of a blend, and replicates of both models: the same to the last bit."""
    table = sales_table(200)
    X, y = table.drop(columns="price"), table["price"]
    replicated = {"n_bootstrap": 2, "bootstrap": "both", "bound": "max"}
    options: Any = replicated if confidence == "residual" else {}
    model = ConfidentRegressor(MODEL, confidence, folds=2, random_state=0, **options)
    here = model.fit(X, y, **ROLES).predict_error(X)
    with spread_fits(inside):
        there = model.fit(X, y, **ROLES).predict_error(X)
    np.testing.assert_array_equal(there, here)


def ranking(table: pd.DataFrame) -> Any:
    """Compare two estimators; leave out the seconds, which are never the same."""
    found = compare(table, "price", model=MODEL, estimators=["constant", "count"], folds=2, **ROLES)  # type: ignore[arg-type]
    told = found.to_dict()
    del told["seconds"]
    for one in told["ranking"]:
        del one["seconds"]
    return told, found.scores


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_comparison_is_the_same_on_a_cluster(inside: str) -> None:
    """Rounds are played wherever there is room; all figures and all scores are equal."""
    table = sales_table(300)
    here = ranking(table)
    with spread_fits(inside):
        there = ranking(table)
    assert there[0] == here[0]
    pd.testing.assert_frame_equal(there[1], here[1])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of a cluster whose workers die
def test_a_killed_worker_changes_nothing(cluster: Any) -> None:
    """Its fits are made by another: the same figures, and the same model."""
    table = sales_table(3000)
    options: Any = {"estimator": "residual", "folds": 3, **ROLES}
    here = fit_model(table, "price", **options)
    distributed = pytest.importorskip("distributed")
    with distributed.Client(cluster) as client:
        workers = list(client.run(os.getpid).values())
    killed = []

    def kill() -> None:
        time.sleep(1.0)
        with suppress(ProcessLookupError):
            os.kill(workers[0], signal.SIGKILL)
            killed.append(workers[0])

    begun = time.monotonic()
    killer = threading.Thread(target=kill, daemon=True)
    with spread_fits(f"dask:{cluster.scheduler_address}"):
        killer.start()
        there = fit_model(table, "price", **options)
    assert time.monotonic() - begun > 1.0, "the worker was killed after the fit"
    assert killed
    assert there.figures == here.figures
    X = table[list(here.model.feature_names_in_)]
    np.testing.assert_array_equal(there.model.predict_error(X), here.model.predict_error(X))
