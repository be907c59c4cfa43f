"""Both models of a pair, asked of rows that were encoded once.

The confidence estimator was fitted on the rows that have a residual, the valuation model on all:
each has an encoder of its own. Where both are ours, the codes of one tell those of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from qconf._types import FloatArray
from qconf.base import PREDICTION
from qconf.core.validation import check_no_infinity
from qconf.encoding.encoded import Encoded, takes_encoded
from qconf.encoding.encoder import TableEncoder
from qconf.encoding.recoder import Recoder

__all__ = ["CodedPair", "coded_pair"]


@dataclass(frozen=True, eq=False)
class CodedPair:
    """How a valuation model and a confidence estimator read rows that a pair has encoded.

    Attributes
    ----------
    values, errors : Recoder
        From rows as the pair encodes them to those of the one and of the other.
    """

    values: Recoder
    errors: Recoder

    @classmethod
    def of(
        cls, regressor: Any, confidence: Any, encoder: TableEncoder, hidden: tuple[str, ...]
    ) -> Self | None:
        """Look at both; None if one of them has to see the rows themselves.

        Parameters
        ----------
        regressor, confidence : estimator
            Fitted.
        encoder : TableEncoder
            Of the features.
        hidden : tuple of str
            Features that the confidence estimator does not see.
        """
        of_errors = getattr(confidence, "encoder_of_predict", None)
        names = [str(name) for name in encoder.get_feature_names_out()]
        if not takes_encoded(regressor) or of_errors is None or PREDICTION in names:
            return None
        every = np.arange(len(names))
        seen = np.array([i for i in every if names[i] not in hidden], dtype=np.intp)
        values = Recoder.between(encoder, every, regressor.encoder_)
        errors = Recoder.between(encoder, seen, of_errors)
        return None if values is None or errors is None else cls(values, errors)

    def values_of(self, pair: Any, rows: Encoded) -> FloatArray:
        """Predict the target alone."""
        return np.asarray(pair.regressor_.predict(self.values.of(rows)), dtype=np.float64)

    def ask(self, pair: Any, rows: Encoded) -> tuple[FloatArray, FloatArray]:
        """Predict the target and the expected error of rows as the pair encodes them.

        Parameters
        ----------
        pair : ConfidentRegressor
        rows : Encoded of shape (n_samples, n_features)

        Returns
        -------
        prediction : ndarray of shape (n_samples,)
        expected_error : ndarray of shape (n_samples,)

        Raises
        ------
        TableError
            If a prediction is infinite.
        """
        prediction = self.values_of(pair, rows)
        if np.isinf(prediction).any():
            check_no_infinity(pd.DataFrame({PREDICTION: prediction}))
        expected: FloatArray = pair.confidence_.predict(self.errors.of(rows, prediction))
        return prediction, expected


#: By confidence estimator, what was found: looking at all levels takes as long as scoring a row.
_KNOWN: WeakKeyDictionary[Any, CodedPair | None] = WeakKeyDictionary()


def coded_pair(pair: Any) -> CodedPair | None:
    """Return how the two models of a pair read encoded rows, worked out once for each fit.

    Parameters
    ----------
    pair : ConfidentRegressor
        Fitted.

    Returns
    -------
    CodedPair or None
        None if it has replicates, or a model that does not read encoded rows.
    """
    if pair.replicates_ is not None:
        return None
    confidence = pair.confidence_
    if confidence not in _KNOWN:
        _KNOWN[confidence] = CodedPair.of(
            pair.regressor_, confidence, pair.encoder, pair.hidden_from_confidence
        )
    return _KNOWN[confidence]
