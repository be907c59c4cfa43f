"""Rows of a fit are known again by digests, and kept only if that was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import qconf
from qconf import ConfidentRegressor
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.learners.trees.boosted import BoostedTrees
from qconf.model.known_sales import KeptRows, KnownSales, row_digests

TREES = BoostedTrees(n_estimators=5, random_state=0)


def table(n: int = 60) -> tuple[pd.DataFrame, Any]:
    rng = np.random.default_rng(0)
    zones = np.array(["a", "b", None], dtype=object)
    X = pd.DataFrame({"area": rng.integers(50, 150, n), "zone": rng.choice(zones, n)})
    return X, pd.Series(rng.uniform(1, 2, n), name="price")


def test_digests_are_of_what_a_row_says() -> None:
    """Not of types, of the sign of zero, or of which gap; another price makes another digest."""
    X, y = table()
    X.loc[0, "area"] = 0
    encoder = TableEncoder().fit(X)
    digest = row_digests(Encoded.of(X, encoder), y.to_numpy())
    typed = X.assign(
        area=X["area"].astype(float).replace(0.0, -0.0), zone=X["zone"].astype("category")
    )
    again = row_digests(Encoded.of(typed, encoder), y.to_numpy())
    np.testing.assert_array_equal(again, digest)
    other = row_digests(Encoded.of(X, encoder), y.to_numpy() + 1e-9)
    assert not np.isin(other, digest).any()


def test_rows_are_found_among_those_of_the_fit() -> None:
    """In any order; one that was not there, or has a level that was not, is not found."""
    X, y = table()
    encoder = TableEncoder().fit(X)
    known = KnownSales.of(X, y.to_numpy(), np.arange(60), 60, encoder, "price", None)
    every = np.ones(60, dtype=bool)
    order = np.random.default_rng(1).permutation(60)
    found = known.places(Encoded.of(X.iloc[order], encoder), y.to_numpy()[order], every)
    assert found.tolist() == order.tolist()
    new = X.iloc[:2].assign(zone=["a", "never seen"])
    gap = X.assign(zone=None)
    known = KnownSales.of(gap, y.to_numpy(), np.arange(60), 60, encoder, None, None)
    assert known.places(Encoded.of(new, encoder), y.to_numpy()[:2], every).tolist() == [-1, -1]


def test_of_rows_alike_one_with_a_residual_is_taken() -> None:
    """Copies that came later have none."""
    X, y = table(3)
    X, price = pd.concat([X, X], ignore_index=True), np.tile(y, 2)
    encoder = TableEncoder().fit(X)
    known = KnownSales.of(X, price, np.arange(6), 6, encoder, None, None)
    first = np.array([False, True, True, True, False, False])
    assert known.places(Encoded.of(X[:3], encoder), price[:3], first).tolist() == [3, 1, 2]


def test_rows_are_kept_only_if_asked(tmp_path: Path) -> None:
    """A file of a model has no price of a row, unless it is to have all."""
    X, y = table()
    sizes = []
    for keep in (False, True):
        model = ConfidentRegressor(TREES, "constant", keep_sales=keep, random_state=0).fit(X, y)
        qconf.save(model, tmp_path / "one.qconf")
        sizes.append((tmp_path / "one.qconf").stat().st_size)
        opened: Any = qconf.load(tmp_path / "one.qconf")
        kept = opened.known_sales_.kept
        assert opened.known_sales_.target_name == "price"
        assert (kept is not None) == keep
        if keep:
            pd.testing.assert_frame_equal(pd.DataFrame(kept.table), pd.DataFrame(X))
            np.testing.assert_array_equal(kept.target, y)
    assert sizes[0] < sizes[1]


def test_keeping_changes_no_number() -> None:
    """The same seed gives the same model."""
    X, y = table()
    made = [
        ConfidentRegressor(TREES, "residual", keep_sales=keep, random_state=0).fit(X, y)
        for keep in (False, True)
    ]
    first, second = (one.predict_error(X) for one in made)
    np.testing.assert_array_equal(first, second)


def test_files_that_do_not_fit_together_are_refused() -> None:
    """One message each."""
    kept = KeptRows(np.zeros((3, 1)), np.zeros(2))
    with pytest.raises(ValueError, match="no target each"):
        kept.check_restored()
    with pytest.raises(ValueError, match="digests of rows are none"):
        KnownSales(np.zeros(3), None, None).check_restored()  # type: ignore[arg-type]
    whole = KeptRows(np.zeros((2, 1)), np.zeros(2))
    with pytest.raises(ValueError, match="not those of the fit"):
        KnownSales(np.zeros(3, dtype=np.uint64), None, whole).check_restored()
