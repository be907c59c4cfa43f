"""Tell how far two sources of one input disagree, beyond what they usually do."""

from __future__ import annotations

from typing import Any, ClassVar, Self, get_args

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from qconf._types import ArrayLike, ConflictScale, FloatArray, TableLike
from qconf.core.frames import as_frame_if_table
from qconf.core.plain_columns import plain_columns
from qconf.core.validation import StrOptions, TakesTables, check_parameters, check_table
from qconf.encoding.agreement import Agreement
from qconf.encoding.conflict_wording import in_words
from qconf.encoding.source_pairs import Pairs, SourcePair, paired_numbers, read_pairs

__all__ = ["InputConflict"]

#: What is made of each pair, and how its columns are called beside the pair's name.
_FEATURES = ("", " signed", " one missing", " both missing")
_COLUMNS = [
    "row", "pair", "about", "first", "second", "conflict", "exceeded_by", "unusual", "sentence",
]  # fmt: skip


class InputConflict(TakesTables, TransformerMixin, BaseEstimator):
    """Make features of the disagreement between columns that should agree.

    A tax roll and a listing both tell a floor area. Listings round up and tax rolls round down:
    that is the bias between the two, the median of log(first / second), which `fit` learns. What
    is left of the log ratio of a row beyond it is its *conflict*: one of the two may be wrong,
    and whatever was made of it too.

    Parameters
    ----------
    pairs : sequence of (str, str), or mapping of str to (str, str), default=()
        Columns that should agree; or what each pair is about, for `describe`:
        ``{"floor area": ("sqft_tax", "sqft_listing")}``. Positions, for a table without names.
    scale : {"auto", "ratio", "difference"}, default="auto"
        Whether logarithms are compared, or numbers as they are. ``"auto"`` takes ratios where
        99 % of what is known in `fit` is above zero. A number that is not has no ratio, and
        counts as missing: it mostly stands for what is not known.

    Attributes
    ----------
    agreements_ : list of Agreement
        For each pair, how its sources usually agree.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Examples
    --------
    >>> homes = pd.DataFrame({"tax": [100.0, 200.0, 300.0, 210.0],
    ...                       "listing": [110.0, 220.0, 330.0, None]})
    >>> conflict = InputConflict([("tax", "listing")]).fit(homes)
    >>> conflict.transform(pd.DataFrame({"tax": [100.0, 170.0], "listing": [110.0, None]})).round(2)
    array([[ 0.,  0.,  0.,  0.],
           [nan, nan,  1.,  0.]])
    """

    n_features_in_: int
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "pairs": ["array-like", dict, tuple, None],
        "scale": [StrOptions(set(get_args(ConflictScale)))],
    }

    def __init__(self, pairs: Pairs = (), *, scale: ConflictScale = "auto") -> None:
        self.pairs = pairs
        self.scale = scale

    def fit(self, X: TableLike, y: ArrayLike | None = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn the bias between the sources of each pair, and how far apart they usually are.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : None
            Ignored.

        Returns
        -------
        InputConflict

        Raises
        ------
        OptionError
            If a pair is not two columns.
        TableError
            If there is no such column, or it holds no numbers.
        """
        check_parameters(self)
        pairs = read_pairs(self.pairs)
        table = check_table(self, X, reset=True)
        self.agreements_ = [
            Agreement.learn(*paired_numbers(table, pair), self.scale) for pair in pairs
        ]
        return self

    def transform(self, X: TableLike) -> FloatArray:
        """Tell for each pair the size of the conflict, its sign, and which source is missing.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, 4 * n_pairs)
            For each pair: the size of the conflict >= 0 (a difference of logarithms, or of
            numbers); the same with its sign, above zero where the first is higher than usual;
            both NaN where a source is missing; 1 where one is missing; 1 where both are.
        """
        check_is_fitted(self)
        table = check_table(self, X, reset=False)
        made = [
            _features(agreement, *paired_numbers(table, pair)) for pair, agreement in self._learned
        ]
        return np.hstack([np.empty((len(table), 0)), *made])

    def get_feature_names_out(self, input_features: Any = None) -> Any:  # noqa: ARG002 - scikit-learn's signature
        """Return the names of what is made: ``a~b``, ``a~b signed``, and what is missing.

        Parameters
        ----------
        input_features : None
            Ignored: the pairs have names.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self)
        names = [pair.name + what for pair in read_pairs(self.pairs) for what in _FEATURES]
        return np.array(names, dtype=object)

    def describe(self, X: TableLike) -> pd.DataFrame:
        """Say of each row and pair what the sources say, and how far that is from usual.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            A DataFrame need not have other columns than those of the pairs.

        Returns
        -------
        DataFrame of shape (n_samples * n_pairs, 9)
            ``row``, its position; ``pair``; ``about``; ``first``, ``second``: the numbers;
            ``conflict``, with its sign; ``exceeded_by``: the share of the rows of `fit` that are
            further apart; ``unusual``: whether the conflict is beyond three standard deviations,
            as the median conflict estimates them; and a ``sentence``.
        """
        check_is_fitted(self)
        table = as_frame_if_table(X)
        if isinstance(table, pd.DataFrame):
            table = plain_columns(table)
        else:
            table = check_table(self, table, reset=False)
        parts = [
            _described(pair, agreement, *paired_numbers(table, pair))
            for pair, agreement in self._learned
        ]
        if not parts:
            return pd.DataFrame(columns=_COLUMNS)
        return pd.concat(parts).sort_values("row", kind="stable", ignore_index=True)

    @property
    def _learned(self) -> list[tuple[SourcePair, Agreement]]:
        return list(zip(read_pairs(self.pairs), self.agreements_, strict=True))


def _features(agreement: Agreement, first: FloatArray, second: FloatArray) -> FloatArray:
    conflict = agreement.conflict(first, second)
    missing = [np.isnan(agreement.known(one)) for one in (first, second)]
    either, both = np.logical_xor(*missing), np.logical_and(*missing)
    return np.column_stack([np.abs(conflict), conflict, either, both])


def _described(
    pair: SourcePair, agreement: Agreement, first: FloatArray, second: FloatArray
) -> pd.DataFrame:
    conflict = agreement.conflict(first, second)
    unusual = agreement.is_unusual(conflict)
    known = agreement.known(first), agreement.known(second)
    told = {
        "row": np.arange(len(first)),
        "pair": pair.name,
        "about": pair.about,
        "first": first,
        "second": second,
        "conflict": conflict,
        "exceeded_by": agreement.exceeded_by(conflict),
        "unusual": unusual,
        "sentence": [
            in_words(
                pair, a, b, bias=agreement.bias, by_ratio=agreement.by_ratio, unusual=bool(odd)
            )
            for a, b, odd in zip(*known, unusual, strict=True)
        ],
    }
    return pd.DataFrame(told, columns=_COLUMNS)
