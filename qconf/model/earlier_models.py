"""Value rows that were not drawn by models of drawn rows that are earlier than they."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray, IntArray, Table
from qconf.base import OnlineConfidenceEstimator
from qconf.core.validation import select_rows
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.model.pair_fitter import PairFitter
from qconf.residuals.crossfit import HeldOutModel
from qconf.tables.copies import telling_rows

if TYPE_CHECKING:
    from qconf.model.regressor import ConfidentRegressor

__all__ = ["EarlierModels", "learns_row_by_row"]


def learns_row_by_row(confidence: Any) -> bool:
    """Tell whether a confidence estimator can go on learning with rows that come later."""
    return isinstance(confidence, OnlineConfidenceEstimator)


@dataclass(frozen=True, eq=False)
class EarlierModels:
    """The valuation models of a fit forward in time, each with the last time that it has seen.

    A row is valued by the last of those that have seen nothing of its time or later. It has no
    residual before the first, nor where a drawn row that is earlier is like it: that one's label
    may be known to the model, as it is for copies among the drawn rows.

    Attributes
    ----------
    models : sequence of HeldOutModel
    ends : ndarray of shape (n_models,)
        Last times, rising.
    known : KnownRows or None
        By what the drawn rows are known again; None where copies count as different rows, or
        features are too coarse to tell.
    """

    models: Sequence[HeldOutModel]
    ends: Any
    known: KnownRows | None

    @classmethod
    def of(
        cls, model: ConfidentRegressor, fitter: PairFitter, models: Sequence[HeldOutModel]
    ) -> Self:
        """Order the models of a fit by what they have seen.

        Parameters
        ----------
        model : ConfidentRegressor
            Whose encoder knows all levels.
        fitter : PairFitter
            With the drawn rows.
        models : sequence of HeldOutModel
            One for each of its fits.
        """
        ends = np.array([fitter.time[fit.train].max() for fit in fitter.fits])
        order = np.argsort(ends, kind="stable")
        known = None
        if model.copies != "keep" and isinstance(fitter.table, pd.DataFrame):
            known = KnownRows.of(fitter.table, fitter.hidden, fitter.time, model.encoder)
        return cls([models[at] for at in order], ends[order], known)

    def predict(self, features: Table, time: Any) -> FloatArray:
        """Value rows; not a number where none of the models may.

        Parameters
        ----------
        features : DataFrame or ndarray of shape (n_rows, n_features)
            As the valuation model sees them.
        time : ndarray of shape (n_rows,)
        """
        number = np.searchsorted(self.ends, time, side="left") - 1
        if self.known is not None:
            number[self.known.have_earlier(features, time)] = -1
        prediction = np.full(len(time), np.nan)
        for at in np.unique(number[number >= 0]):
            rows: IntArray = np.flatnonzero(number == at)
            prediction[rows] = self.models[at].predict(select_rows(features, rows))
        return prediction


@dataclass(frozen=True, eq=False)
class KnownRows:
    """Drawn rows by hashes of their features, and the first time of each.

    Attributes
    ----------
    encoder : TableEncoder
    places : ndarray of int
        Columns by which copies are known.
    hashes : ndarray of shape (n_known,), dtype uint64
        In ascending order.
    first : ndarray of shape (n_known,)
    """

    encoder: TableEncoder
    places: IntArray
    hashes: Any
    first: Any

    @classmethod
    def of(
        cls, table: pd.DataFrame, aside: Sequence[str], time: Any, encoder: TableEncoder
    ) -> KnownRows | None:
        """Hash rows; None if features are too coarse to tell copies."""
        found = telling_rows(table, aside, time)
        if found is None:
            return None
        columns, tell = found
        places = table.columns.get_indexer(pd.Index(columns)).astype(np.intp)
        hashes = _hashes(table[tell], encoder, places)
        first = pd.Series(time[tell]).groupby(hashes).min()
        return cls(encoder, places, first.index.to_numpy(), first.to_numpy())

    def have_earlier(self, features: Table, time: Any) -> BoolArray:
        """Tell which rows a drawn row that is earlier is like."""
        if len(self.hashes) == 0:
            return np.zeros(len(time), dtype=bool)
        hashes = _hashes(features, self.encoder, self.places)
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        earlier: BoolArray = (self.hashes[at] == hashes) & (self.first[at] < time)
        return earlier


def _hashes(features: Table, encoder: TableEncoder, places: IntArray) -> Any:
    # Numbers alike in any type; there is one zero.
    cells = pd.DataFrame(Encoded.of(features, encoder).matrix[:, places] + 0.0)
    return pd.util.hash_pandas_object(cells, index=False).to_numpy()
