"""Whose trees say which rows are alike, and what each property is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray, RandomState, Table
from qconf.core.error_scale import error_scale
from qconf.core.seeding import random_source
from qconf.core.validation import select_rows
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.encoding.recoder import Recoder
from qconf.errors import EstimatorError
from qconf.estimators.forest import ForestConfidence
from qconf.explanation.comparables_rows import Rows, Sales
from qconf.learners.comparables_regressor import ComparablesRegressor
from qconf.learners.encoded_regressor import EncodedRegressor
from qconf.learners.log_target import LogTargetRegressor
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.flat_trees import FlatTrees
from qconf.learners.trees.pair_contributions import pair_contributions
from qconf.model.given_prediction import GivenPrediction
from qconf.model.regressor import ConfidentRegressor

__all__ = ["Similarity", "ValueTrees", "similarity_of", "surrogate_of", "value_trees"]

#: A surrogate of somebody else's model is fitted on so many sales at most; a fifth tests it.
_MOST_SALES = 25_000
_FIFTH = 5
_FEW_SALES = 50
_SURROGATE = "a surrogate of the valuation model"


@dataclass(frozen=True, eq=False)
class ValueTrees:
    """Trees that say what a row is worth, or nearly.

    Attributes
    ----------
    trees : FlatTrees
    encoder : TableEncoder
    unit : float
        Sums of trees are multiplied with it.
    on_logs : bool
        Whether that gives logarithms of values.
    boosted : bool
        Whether leaves are few, as those of boosted trees are.
    words : str
        Whose they are.
    fidelity : float or None
        R² of the model's values by these trees, on rows they were not fitted on; 1 if they are
        the model's own, None if that was not measured.
    hidden : tuple of str
        Columns that they do not see.
    """

    trees: FlatTrees
    encoder: TableEncoder
    unit: float
    on_logs: bool
    boosted: bool
    words: str
    fidelity: float | None = 1.0
    hidden: tuple[str, ...] = ()

    @property
    def columns(self) -> list[Any]:
        """The properties, in the order of `parts`."""
        return list(self.encoder.get_feature_names_out())

    def matrix(self, rows: Rows) -> FloatArray:
        """Encode rows as the trees read them."""
        return coded(rows, self.encoder, self.hidden)

    def parts(self, rows: FloatArray, sales: FloatArray) -> FloatArray:
        """Split what a row is worth beyond a sale over the features, pair by pair.

        Parameters
        ----------
        rows, sales : ndarray of shape (n_pairs, n_columns)
            From `matrix`.

        Returns
        -------
        ndarray of shape (n_pairs, n_columns)
            In logarithms if `on_logs`.
        """
        parts: FloatArray = self.unit * pair_contributions(self.trees, rows, sales)
        return parts


@dataclass(frozen=True, eq=False)
class Similarity:
    """Trees by whose leaves rows are alike.

    Attributes
    ----------
    forests : sequence of FlatTrees
    encoder : TableEncoder
    sharp : bool
        As in `qconf.learners.trees.shared_leaves`.
    words : str
    hidden : tuple of str or None
        Columns that the trees do not see; None if they see what the confidence estimator sees.
    """

    forests: Sequence[FlatTrees]
    encoder: TableEncoder
    sharp: bool
    words: str
    hidden: tuple[str, ...] | None

    def matrix(self, model: ConfidentRegressor, rows: Rows, prediction: FloatArray) -> FloatArray:
        """Encode rows as the trees read them."""
        if self.hidden is not None:
            return coded(rows, self.encoder, self.hidden)
        return Encoded.of(model.described(rows.features, prediction), self.encoder).matrix


def coded(rows: Rows, encoder: TableEncoder, hidden: tuple[str, ...]) -> FloatArray:
    """Encode rows without some columns, from the codes that they have already, if that can be."""
    names = [str(name) for name in rows.encoder.get_feature_names_out()]
    seen = np.array([i for i, name in enumerate(names) if name not in hidden], dtype=np.intp)
    recoder = Recoder.between(rows.encoder, seen, encoder)
    if recoder is not None:
        return recoder.of(rows.encoded).matrix
    return Encoded.of(_without(rows.features, hidden), encoder).matrix


def value_trees(model: ConfidentRegressor) -> ValueTrees | None:
    """Return the trees of a valuation model of ours; None of another."""
    inner: Any = model.regressor_
    on_logs = isinstance(inner, LogTargetRegressor)
    if on_logs:
        inner = inner.regressor_
    if isinstance(inner, BoostedTrees) and inner.loss in {"squared", "quantile"}:
        words = "the valuation model's boosted trees"
        return ValueTrees(inner.trees_, inner.encoder_, inner.scale_, on_logs, True, words)
    if isinstance(inner, ComparablesRegressor):
        own, words = inner.model_, "the boosted trees behind the valuation model's comparables"
        return ValueTrees(own.trees_, own.encoder_, own.scale_, on_logs, True, words, None)
    if isinstance(inner, EncodedRegressor) and inner.design_ is None:
        return _of_forest(inner, on_logs=on_logs)
    return None


def _of_forest(model: EncodedRegressor, *, on_logs: bool) -> ValueTrees | None:
    from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor  # noqa: PLC0415

    forest = model.regressor_
    if not isinstance(forest, (ExtraTreesRegressor, RandomForestRegressor)):
        return None
    trees, words = FlatTrees.of_sklearn(forest), "the valuation model's forest"
    return ValueTrees(trees, model.encoder_, 1.0 / trees.n_trees, on_logs, False, words)


def similarity_of(
    model: ConfidentRegressor, own: ValueTrees | None, split: ValueTrees | None
) -> Similarity:
    """Choose whose leaves tell rows alike: the valuation model's, or else the error forest's.

    Parameters
    ----------
    model : ConfidentRegressor
    own : ValueTrees or None
        Of the valuation model.
    split : ValueTrees or None
        By which values are split, if there are no others.

    Raises
    ------
    EstimatorError
        If there are none at all.
    """
    forests = _error_forests(model.confidence_)
    if own is None and forests:
        trees = [one.trees_ for one in forests]
        return Similarity(trees, forests[0].encoder_, False, "the error forest", None)
    chosen = own or split
    if chosen is None:
        msg = (
            "Comparables share leaves of trees, and this model has none: fit with boosted trees, "
            "or with the confidence 'blend' or 'forest'."
        )
        raise EstimatorError(msg)
    return Similarity([chosen.trees], chosen.encoder, chosen.boosted, chosen.words, chosen.hidden)


def _error_forests(confidence: Any) -> list[Any]:
    """List the error forests of a forest, or of a blend's folds, that see the same columns."""
    members = [confidence]
    for fold in getattr(confidence, "members_", []):
        members += fold
    return [one.forest_ for one in members if isinstance(one, ForestConfidence)]


def surrogate_of(
    model: ConfidentRegressor, sales: Sales, random_state: RandomState
) -> ValueTrees | None:
    """Fit boosted trees on what somebody else's model says of sales, to split its values.

    Parameters
    ----------
    model : ConfidentRegressor
    sales : Sales
    random_state : int, RandomState instance or None

    Returns
    -------
    ValueTrees or None
        None where there is nothing to split by.
    """
    on_logs = error_scale(model.error).needs_positive
    rng = random_source(random_state)
    some = np.sort(rng.permutation(len(sales.price))[:_MOST_SALES])
    table, hidden = select_rows(sales.rows.features, some), _given(model)
    value = model.values_of(table)
    features = _without(table, hidden)
    if features.shape[1] == 0 or (on_logs and value.min() <= 0):
        return None
    target = np.log(value) if on_logs else value
    tested = np.arange(len(some)) % _FIFTH == 0
    if len(some) < _FEW_SALES:
        tested[:] = False
    learned, tests = np.flatnonzero(~tested), np.flatnonzero(tested)
    trees = BoostedTrees(
        max_features=1.0, subsample=1.0, min_samples_leaf=min(20, 1 + len(some) // 10),
        random_state=rng,
    )  # fmt: skip
    trees.fit(select_rows(features, learned), target[learned])
    fidelity = None
    if len(tests) and np.ptp(target[tests]) > 0:
        fidelity = _r_squared(trees.predict(select_rows(features, tests)), target[tests])
    return ValueTrees(
        trees.trees_, trees.encoder_, trees.scale_, on_logs, True, _SURROGATE, fidelity, hidden
    )


def _r_squared(predicted: FloatArray, target: FloatArray) -> float:
    off, spread = predicted - target, target - target.mean()
    return float(1.0 - (off @ off) / (spread @ spread))


def _given(model: ConfidentRegressor) -> tuple[str, ...]:
    """Name the column of given predictions, which would explain itself."""
    regressor = model.regressor_
    return (regressor.column,) if isinstance(regressor, GivenPrediction) else ()


def _without(features: Table, hidden: tuple[str, ...]) -> Table:
    if hidden and isinstance(features, pd.DataFrame):
        return features.drop(columns=list(hidden))
    return features
