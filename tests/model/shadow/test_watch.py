"""A watch keeps one level for a whole stream."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from shadow_markets import avm, houses

from qconf.model.shadow import PredictionShadow, ShadowWatch


@pytest.fixture(scope="module")
def shadow() -> PredictionShadow:
    known = houses(4000, 1)
    return PredictionShadow(random_state=0).fit(known, avm(known))


def test_nothing_was_seen_yet(shadow: PredictionShadow) -> None:
    """Before the first batch nothing is said against the model."""
    verdict = ShadowWatch(shadow).verdict
    assert (verdict.p_value, verdict.changed, verdict.n_rows) == (1.0, False, 0)


def test_the_first_look_spends_half_of_the_level(shadow: PredictionShadow) -> None:
    """Its p-value is twice that of the batch alone."""
    new = houses(1000, 2)
    said = 1.004 * avm(new)
    watch = ShadowWatch(shadow).update(new, said)
    assert watch.verdict.p_value == pytest.approx(min(1.0, 2 * shadow.check(new, said).p_value))


@pytest.mark.slow
def test_small_batches_add_up(shadow: PredictionShadow) -> None:
    """Three rows at a time, none of which would prove it alone, prove a change together."""
    new = houses(600, 3)
    said = 1.05 * avm(new)
    watch = ShadowWatch(shadow)
    parts = np.array_split(np.arange(600), 200)
    assert not any(shadow.check(new.iloc[rows], said[rows]).changed for rows in parts[:3])
    for rows in parts:
        watch.update(new.iloc[rows], said[rows])
    assert watch.verdict.changed


def test_a_late_change_is_found_and_stays_found(shadow: PredictionShadow) -> None:
    """After thirty good batches a bad one is found, and good ones after it change nothing."""
    watch = ShadowWatch(shadow)
    new = houses(1000, 4)
    for _ in range(30):
        watch.update(new, avm(new))
    assert not watch.verdict.changed
    watch.update(new, 1.05 * avm(new))
    assert watch.verdict.changed
    watch.update(new, avm(new))
    assert watch.verdict.changed


def test_the_same_batch_again_and_again_proves_nothing(shadow: PredictionShadow) -> None:
    """A batch that is odd by chance is not refused for being sent often."""
    watch = ShadowWatch(shadow)
    new = houses(300, 5)
    said = avm(new)
    once = shadow.check(new, said).p_value
    for _ in range(20):
        watch.update(new, said)
    assert watch.verdict.p_value >= min(1.0, once)


def test_memory_does_not_grow(shadow: PredictionShadow) -> None:
    """Rows are kept until there are a thousand, and then forgotten."""
    watch = ShadowWatch(shadow)
    new = houses(700, 6)
    for _ in range(5):
        watch.update(new, avm(new))
        assert watch._rows is None or len(watch._rows) < 1000


@pytest.mark.slow
def test_a_long_stream_of_the_same_model_is_not_refused() -> None:
    """Of ten streams of a hundred batches, each of one zip code or of all, at most one is."""
    refused = 0
    for seed in range(10):
        known, new = houses(3000, 300 + seed), houses(6000, 400 + seed)
        shadow = PredictionShadow(random_state=seed).fit(known, avm(known))
        watch = ShadowWatch(shadow)
        said = avm(new)
        rng = np.random.default_rng(seed)
        for k in range(100):
            place = new["zip"] == f"z{k % 30:02d}"
            rows = np.flatnonzero(place) if k % 2 else rng.choice(6000, 500, replace=False)
            watch.update(pd.DataFrame(new.iloc[rows]), said[rows])
        refused += watch.verdict.changed
    assert refused <= 1
