"""A table is checked and encoded once, and trusted from then on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.utils.validation import validate_data
from worlds import mixed_table

from qconf import BlendConfidence, ConfidentRegressor, compare
from qconf.core import validation
from qconf.encoding import encoded as encoded_module
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.learners.trees.boosted import BoostedTrees


def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count rows that are checked, and rows that are encoded."""
    counts: Counter[str] = Counter()

    def counting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **kwargs: Any) -> Any:
            counts[name] += 1
            counts[f"{name}, rows"] += len(args[1])
            return function(*args, **kwargs)

        return called

    monkeypatch.setattr(validation, "validate_data", counting("checks", validate_data))
    monkeypatch.setattr(TableEncoder, "codes", counting("encodings", TableEncoder.codes))
    return counts


@pytest.fixture(scope="module")
def residual() -> np.ndarray[Any, np.dtype[np.float64]]:
    """Errors of a mixed table."""
    return np.random.default_rng(0).normal(size=400)


@pytest.mark.slow
def test_a_blend_checks_and_encodes_new_rows_once(
    residual: np.ndarray[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five members in five folds, and one look at the rows."""
    table = mixed_table(400)
    est = BlendConfidence(random_state=0).fit(table, residual)
    counts = counted(monkeypatch)
    est.predict(table)
    assert counts == {"checks": 1, "checks, rows": 400, "encodings": 1, "encodings, rows": 400}


def test_a_blend_encodes_its_table_once_to_be_fitted(
    residual: np.ndarray[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folds are cut out of it."""
    counts = counted(monkeypatch)
    BlendConfidence(random_state=0).fit(mixed_table(400), residual)
    assert counts["checks"] == counts["encodings"] == 1


@pytest.mark.slow
def test_a_valuation_and_its_confidence_encode_new_rows_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Codes of the valuation model tell those of its confidence; three look at the rows at most."""
    table = mixed_table(400)
    value = np.exp(np.random.default_rng(0).normal(size=400))
    model = ConfidentRegressor(random_state=0).fit(table, value)
    counts = counted(monkeypatch)
    model.predict(table, return_std=True)
    assert counts["checks"] <= 3
    assert counts["encodings"] == 1


@pytest.mark.slow
def test_a_comparison_encodes_no_row_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for each fit that sees it or predicts it, however many members that has."""
    table = mixed_table(400).assign(value=np.exp(np.random.default_rng(0).normal(size=400)))
    table["day"] = np.arange(400)
    counts = counted(monkeypatch)
    compare(table, target="value", time="day", n_resamples=20)
    assert counts["encodings, rows"] <= 25 * 400


def test_rows_of_an_encoded_table_keep_its_levels() -> None:
    """Also where a level is not among them; what the encoder does not know is told apart."""
    table = pd.DataFrame({"zone": ["a", "b", "c", None], "x": [1.0, 2.0, np.nan, 4.0]})
    whole = Encoded.of(table, TableEncoder().fit(table))
    part = whole[np.array([2, 0])]
    assert part.factorized(0)[1] == ["a", "c"]
    assert part.factorized(0)[0].tolist() == [1, 0]
    assert whole.factorized(0)[0].tolist() == [0, 1, 2, -1]
    later = Encoded.of(pd.DataFrame({"zone": ["new", None, "b"], "x": 0.0}), whole.encoder)
    codes, names = later.factorized(0)
    assert codes.tolist() == [1, -1, 0]
    assert names[0] == "b"
    assert later.unseen is not None
    assert later.unseen[:, 0].tolist() == [True, False, False]
    assert len(later[:2]) == 2


def test_a_learner_fitted_on_an_encoded_table_takes_plain_ones_too() -> None:
    """It knows the names and kinds of the columns, and holds new tables against them."""
    table = mixed_table(300)
    target = np.arange(300.0)
    encoded = encoded_module.encode(BoostedTrees(), table, reset=True)
    one = BoostedTrees(random_state=0).fit(encoded, target)  # type: ignore[arg-type]
    two = BoostedTrees(random_state=0).fit(table, target)
    np.testing.assert_array_equal(one.predict(table), two.predict(table))
    with pytest.raises(ValueError, match="feature names"):
        one.predict(table.rename(columns=str.upper))


@pytest.mark.parametrize("code", [-1.0, 2.0, 0.5, np.inf])
def test_rows_from_a_file_hold_only_levels_of_their_encoder(code: float) -> None:
    """What is looked up by a code would not be there; a gap is one that always is."""
    table = pd.DataFrame({"zone": ["a", "b", None], "rooms": [3.0, 4.0, -1.0]})
    rows = Encoded.of(table, TableEncoder().fit(table))
    rows.check_restored()
    rows.matrix[1, 0] = code
    with pytest.raises(ValueError, match="levels that their encoder has not"):
        rows.check_restored()


def test_numbers_beside_a_table_are_its_last_columns() -> None:
    """Levels stay where they are, also those that are not known; names go."""
    table = pd.DataFrame({"zone": ["a", "b", "a"], "area": [1.0, 2.0, 3.0]})
    encoder = TableEncoder().fit(table)
    wide = Encoded.of(table.assign(zone=["a", "new", "b"]), encoder).beside(
        np.arange(6.0).reshape(3, 2)
    )
    assert wide.shape == (3, 4)
    np.testing.assert_array_equal(wide.matrix[:, 2:], [[0, 1], [2, 3], [4, 5]])
    assert [wide.is_measured(column) for column in range(4)] == [False, True, True, True]
    assert wide.unseen is not None
    np.testing.assert_array_equal(np.argwhere(wide.unseen), [[1, 0]])
    anything: Any = wide
    trees = BoostedTrees(n_estimators=2).fit(anything, [1.0, 2.0, 3.0])
    assert trees.n_features_in_ == 4
    assert not hasattr(trees, "feature_names_in_")
    # The table's own encoder is as it was.
    assert (encoder.n_features_in_, len(encoder.is_categorical_)) == (2, 2)
