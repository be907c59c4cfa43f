"""A shadow tells a changed valuation model from the same one."""

from __future__ import annotations

import pickle
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from shadow_markets import avm, houses, valuation_models
from sklearn.base import clone

from qconf.errors import TableError
from qconf.model.shadow import PredictionShadow


@pytest.fixture(scope="module")
def known() -> pd.DataFrame:
    """Houses whose predictions a shadow was learned from."""
    return houses(4000, 1)


@pytest.fixture(scope="module")
def shadow(known: pd.DataFrame) -> PredictionShadow:
    return PredictionShadow(random_state=0).fit(known, avm(known))


@pytest.fixture(scope="module")
def new() -> pd.DataFrame:
    return houses(1000, 2)


def test_the_same_model_passes(shadow: PredictionShadow, new: pd.DataFrame) -> None:
    """A batch of the same formula is not refused, and the statement says on how many rows."""
    verdict = shadow.check(new, avm(new))
    assert not verdict.changed
    assert verdict.p_value > 0.01
    assert f"{verdict.n_rows} rows" in verdict.statement
    assert verdict.n_rows > 950


@pytest.mark.parametrize("factor", [1.05, 0.95])
def test_trended_prices_are_found(
    shadow: PredictionShadow, new: pd.DataFrame, factor: float
) -> None:
    """Five per cent up or down is found in one batch; what is said is one line with what to do."""
    verdict = shadow.check(new, factor * avm(new))
    assert verdict.changed
    assert "predictions have shifted" in verdict.statement
    assert "--changed-valuation-ok" in verdict.statement
    assert "\n" not in verdict.statement
    assert verdict.difference == pytest.approx(0.05, abs=0.02)
    assert verdict.difference > verdict.usual_difference


def test_noise_is_found_although_its_mean_is_zero(
    shadow: PredictionShadow, new: pd.DataFrame
) -> None:
    """Predictions that scatter around the old ones are further from the shadow's."""
    noise = np.exp(np.random.default_rng(0).normal(0, 0.05, len(new)))
    assert shadow.check(new, noise * avm(new)).changed


def test_the_same_boosting_with_another_seed_is_found() -> None:
    """It is as near to the shadow as the first one; the details are not the shadow's."""
    same, other = valuation_models(0)
    known, new = houses(4000, 3), houses(1000, 4)
    shadow = PredictionShadow(random_state=0).fit(known, np.exp(same.predict(known)))
    assert not shadow.check(new, np.exp(same.predict(new))).changed
    verdict = shadow.check(new, np.exp(other.predict(new)))
    assert verdict.changed
    assert "details" in verdict.statement


def test_units_of_the_prediction_do_not_matter(known: pd.DataFrame, new: pd.DataFrame) -> None:
    """Prices in thousands give the same p-values as prices in dollars."""
    found = [
        PredictionShadow(random_state=0).fit(known, unit * avm(known)).check(new, unit * avm(new))
        for unit in (1.0, 0.001)
    ]
    assert found[0].p_value == pytest.approx(found[1].p_value, rel=1e-3)


def test_the_order_of_rows_does_not_matter(shadow: PredictionShadow, new: pd.DataFrame) -> None:
    """Which rows are judged hangs on what they hold, not on where they stand."""
    turned = new[::-1]
    first, second = shadow.check(new, avm(new)), shadow.check(turned, avm(turned))
    assert first.p_value == pytest.approx(second.p_value, rel=1e-9)


def test_names_of_levels_do_not_matter(known: pd.DataFrame, new: pd.DataFrame) -> None:
    """Zip codes with other names in the same order give the same p-value."""
    renamed = [table.assign(zip="a-" + table["zip"]) for table in (known, new)]
    first = PredictionShadow(random_state=0).fit(known, avm(known)).check(new, avm(new))
    second = PredictionShadow(random_state=0).fit(renamed[0], avm(known))
    assert second.check(renamed[1], avm(new)).p_value == pytest.approx(first.p_value)


def test_a_seed_gives_the_same_shadow(known: pd.DataFrame, new: pd.DataFrame) -> None:
    """Fitted again, or read back from bytes, it says the same."""
    shadow = PredictionShadow(random_state=3).fit(known, avm(known))
    again = clone(shadow).fit(known, avm(known))
    opened = pickle.loads(pickle.dumps(shadow))  # noqa: S301 - our own bytes
    said = {one.check(new, 1.01 * avm(new)).p_value for one in (shadow, again, opened)}
    assert len(said) == 1


@pytest.mark.parametrize("n_rows", [1, 2, 3])
def test_few_rows_are_not_refused(shadow: PredictionShadow, new: pd.DataFrame, n_rows: int) -> None:
    """One odd row, or three, prove nothing."""
    rows = new[:n_rows]
    assert not shadow.check(rows, 3 * avm(rows)).changed


def test_one_row_that_is_repeated_counts_once(shadow: PredictionShadow, new: pd.DataFrame) -> None:
    """A thousand copies of a row say no more than the row."""
    row = new.iloc[np.zeros(1000, dtype=int)]
    verdict = shadow.check(row, 2 * avm(row))
    assert not verdict.changed
    assert verdict.n_rows == 1000


def test_rows_of_other_levels_are_not_judged(shadow: PredictionShadow, new: pd.DataFrame) -> None:
    """New zip codes, numbers beyond the range and new gaps: nothing is known of them."""
    for odd in (
        new.assign(zip="elsewhere"),
        new.assign(area=1e6),
        new.assign(rooms=np.nan),
    ):
        verdict = shadow.check(odd, 10 * avm(new))
        assert (verdict.n_rows, verdict.p_value, verdict.changed) == (0, 1.0, False)
        assert np.isnan(verdict.difference)


def test_rows_of_fit_prove_a_change(shadow: PredictionShadow, known: pd.DataFrame) -> None:
    """Thirty rows that come again with other predictions suffice; with the same they pass."""
    again = known[:30]
    assert not shadow.check(again, avm(again)).changed
    verdict = shadow.check(again, 1.03 * avm(again))
    assert verdict.p_value == 0.0
    assert "30 of 30 rows of the fit have other predictions" in verdict.statement
    assert "nan" not in verdict.statement
    assert not shadow.check(again, 1.0001 * avm(again)).changed


def test_a_table_of_fit_that_comes_again_passes(
    shadow: PredictionShadow, known: pd.DataFrame
) -> None:
    """The shadow has learned it by heart, and its details are too good there."""
    assert shadow.check(known, avm(known)).p_value == 1.0


def test_repeated_rows_that_disagree_are_no_proof(known: pd.DataFrame) -> None:
    """Where predictions hang on more than the features, rows of fit that differ prove nothing."""
    twice = pd.concat([known, known])
    said = avm(twice) * np.repeat([1.0, 1.1], len(known))
    shadow = PredictionShadow(random_state=0).fit(twice, said)
    again = known[:30]
    assert not shadow.check(again, 1.2 * avm(again)).changed


def test_constant_predictions(known: pd.DataFrame, new: pd.DataFrame) -> None:
    """The same constant passes, another one does not."""
    shadow = PredictionShadow(random_state=0).fit(known, np.full(len(known), 5.0))
    assert not shadow.check(new, np.full(len(new), 5.0)).changed
    assert shadow.check(new, np.full(len(new), 5.5)).changed


def test_predictions_that_are_not_positive(known: pd.DataFrame, new: pd.DataFrame) -> None:
    """They are compared as they are; where all were positive, one that is not counts as odd."""

    def profit(X: pd.DataFrame) -> Any:
        return avm(X) - 200_000

    shadow = PredictionShadow(random_state=0).fit(known, profit(known))
    assert not shadow.scale_.logarithms
    assert not shadow.check(new, profit(new)).changed
    verdict = shadow.check(new, profit(new) + 0.3 * np.std(profit(known)))
    assert verdict.changed
    assert "mean distance" in verdict.statement
    positive = PredictionShadow(random_state=0).fit(known, avm(known))
    assert positive.check(new, np.full(len(new), -1.0)).changed


def test_missing_predictions_are_left_out(shadow: PredictionShadow, new: pd.DataFrame) -> None:
    """Rows without a prediction are not judged, and no other row is judged otherwise."""
    said = avm(new)
    said[:400] = np.nan
    with_gaps, without = shadow.check(new, said), shadow.check(new[400:], said[400:])
    assert with_gaps == without


def test_what_cannot_be_used_is_refused(shadow: PredictionShadow, new: pd.DataFrame) -> None:
    """Wrong lengths, gaps in fit, one group and too few rows are one line each."""
    with pytest.raises(TableError, match=r"must have shape \(1000,\)"):
        shadow.check(new, avm(new)[:-1])
    with pytest.raises(TableError, match="must be finite"):
        PredictionShadow().fit(new, np.full(len(new), np.nan))
    with pytest.raises(TableError, match="one group"):
        PredictionShadow().fit(new, avm(new), groups=np.zeros(len(new)))
    with pytest.raises(TableError, match="at least 40"):
        PredictionShadow().fit(new[:39], avm(new)[:39])


def test_a_column_of_names_is_left_out(known: pd.DataFrame, new: pd.DataFrame) -> None:
    """An id that each row has alone does not make all new rows strange."""
    ids = [
        table.assign(id=[f"{k}-{i}" for i in table.index]) for k, table in enumerate((known, new))
    ]
    shadow = PredictionShadow(random_state=0).fit(ids[0], avm(known))
    assert shadow.check(ids[1], avm(new)).n_rows > 950
    assert shadow.check(ids[1], 1.05 * avm(new)).changed


@pytest.mark.slow
def test_dates_beyond_those_of_fit_are_judged(known: pd.DataFrame, new: pd.DataFrame) -> None:
    """All new rows are newer; a column of numbers that is the time is known as one."""
    days = [np.arange(len(known)), len(known) + np.arange(len(new))]
    tables = [table.assign(day=day) for table, day in zip((known, new), days, strict=True)]
    plain = PredictionShadow(random_state=0).fit(tables[0], avm(known))
    assert plain.check(tables[1], avm(new)).n_rows == 0
    timed = PredictionShadow(random_state=0).fit(tables[0], avm(known), time=days[0])
    assert timed.check(tables[1], avm(new)).n_rows > 950
    dated = [table.assign(day=pd.to_datetime("2020-01-01") + pd.to_timedelta(day, "D"))
             for table, day in zip((known, new), days, strict=True)]  # fmt: skip
    shadow = PredictionShadow(random_state=0).fit(dated[0], avm(known))
    assert shadow.check(dated[1], avm(new)).n_rows > 950


@pytest.mark.slow
def test_drift_from_time_to_time_is_no_change() -> None:
    """Where predictions move with times that the features do not tell, a shift is no sign."""
    known, new = houses(4000, 1), houses(1000, 2)
    month = np.arange(4000) // 250
    moves = np.random.default_rng(0).normal(0, 0.05, 16)[month]
    said = np.exp(moves) * avm(known)
    shifted = 1.05 * avm(new)
    without = PredictionShadow(random_state=0).fit(known, said)
    with_time = PredictionShadow(random_state=0).fit(known, said, time=month)
    assert without.check(new, shifted).changed
    assert not with_time.check(new, shifted).changed


def test_groups_are_held_out_whole(known: pd.DataFrame) -> None:
    """Copies in a group do not make the shadow look sharper than it is."""
    rows = np.repeat(np.arange(800), 5)
    copies = known.iloc[rows]
    jitter = copies.assign(east=copies["east"] + 1e-9 * np.tile(np.arange(5), 800))
    noisy = avm(copies) * np.exp(np.random.default_rng(0).normal(0, 0.1, 800)[rows])
    shadows = [PredictionShadow(random_state=0).fit(jitter, noisy, groups=g) for g in (rows, None)]
    usual = [shadow.undated_.scores.usual_difference for shadow in shadows]
    assert usual[0] > 1.5 * usual[1]


def test_it_is_small_and_fast(shadow: PredictionShadow, new: pd.DataFrame) -> None:
    """A thousand rows take well below a second, and memory and distributions stay small."""
    kept = shadow.memory_
    assert kept.keys.nbytes + kept.value.nbytes + kept.alike.nbytes <= 20 * 4000
    assert sum(points.nbytes for points in shadow.undated_.scores.points) < 30_000
    start = time.process_time()
    shadow.check(new, avm(new))
    assert time.process_time() - start < 0.5


def _rates(n_worlds: int) -> dict[str, tuple[int, int]]:
    """Count refusals of the same formula by kind of batch."""
    refused: dict[str, list[bool]] = {"random": [], "one zip": [], "dearest": [], "corner": []}
    for seed in range(n_worlds):
        known, new = houses(3000, 2 * seed), houses(3000, 2 * seed + 1)
        shadow = PredictionShadow(random_state=seed).fit(known, avm(known))
        said = avm(new)
        batches = {
            "random": [np.arange(1000), np.arange(1000, 2000), np.arange(2000, 3000)],
            "one zip": [np.flatnonzero(new["zip"] == name) for name in new["zip"].unique()],
            "dearest": [np.argsort(-said)[:300]],
            "corner": [np.flatnonzero((new["east"] > 0.6) & (new["north"] < -0.6))],
        }
        for kind, rows in batches.items():
            refused[kind] += [shadow.check(new.iloc[r], said[r]).changed for r in rows]
    return {kind: (sum(found), len(found)) for kind, found in refused.items()}


@pytest.mark.slow
def test_mixes_of_one_zip_code_are_not_refused() -> None:
    """Two worlds: no more than one batch of the same formula is, whatever the mix."""
    assert sum(n for n, _ in _rates(2).values()) <= 1


@pytest.mark.slow
def test_the_level_holds_for_each_mix() -> None:
    """In twenty worlds at most 1 % of the batches of each mix, up to what chance allows."""
    for kind, (refused, n) in _rates(20).items():
        assert refused <= 0.01 * n + 2.6 * np.sqrt(0.01 * n), kind


@pytest.mark.slow
def test_another_seed_is_found_nearly_always() -> None:
    """Of twenty markets the other boosting is found in at least nineteen."""
    found = []
    for seed in range(20):
        same, other = valuation_models(seed)
        known, new = houses(6000, 100 + seed), houses(1000, 200 + seed)
        shadow = PredictionShadow(random_state=seed).fit(known, np.exp(same.predict(known)))
        found.append(shadow.check(new, np.exp(other.predict(new))).changed)
    assert sum(found) >= 19
