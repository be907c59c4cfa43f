"""Hold a whole stream of batches against a shadow, with one level for all of it."""

from __future__ import annotations

from typing import Self

from qconf._types import ArrayLike, TableLike
from qconf.model.shadow.judged import Judged
from qconf.model.shadow.prediction_shadow import PredictionShadow
from qconf.model.shadow.verdict import Verdict

__all__ = ["ShadowWatch", "share_of"]

_ROWS_TOGETHER = 1000


class ShadowWatch:
    """Judge batch after batch; of a stream of the same model the chance of a refusal is the level.

    Rows are judged together until there are 1,000, so that small batches add up. The j-th look
    may spend ``1 / (j * (j + 1))`` of the level. These shares add up to 1, so the level
    holds however long the stream is, however batches hang together, and whenever one stops. A
    change that was found stays found.

    Parameters
    ----------
    shadow : PredictionShadow
        Fitted.
    share : float, default=1.0
        Of the level, that this stream may spend: of one of several that are judged together.

    Attributes
    ----------
    verdict : Verdict
        Of the look with the smallest p-value, which counts all looks.
    n_looks : int
    """

    def __init__(self, shadow: PredictionShadow, share: float = 1.0) -> None:
        self.shadow = shadow
        self.share = share
        self.n_looks = 0
        self._rows: Judged | None = None
        self.verdict = Verdict(
            1.0, False, "No predictions have been seen.", 0, float("nan"), float("nan")
        )

    def update(self, X: TableLike, prediction: ArrayLike, time: ArrayLike | None = None) -> Self:
        """Take in a batch.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        prediction : array-like of shape (n_samples,)
        time : array-like of shape (n_samples,), default=None
            As `PredictionShadow.check` takes it.

        Returns
        -------
        ShadowWatch
        """
        new = self.shadow.judge(X, prediction, time)
        rows = new if self._rows is None else self._rows.joined(new)
        self.n_looks += 1
        share = self.share * share_of(self.n_looks)
        found = self.shadow.verdict(rows, share)
        if self.n_looks == 1 or found.p_value < self.verdict.p_value:
            self.verdict = found
        self._rows = None if len(rows) >= _ROWS_TOGETHER else rows
        return self


def share_of(number: int) -> float:
    """Return the share of a level for the first, the second, ... of any number of tests.

    Examples
    --------
    >>> [share_of(number) for number in (1, 2, 3)]
    [0.5, 0.16666666666666666, 0.08333333333333333]
    """
    return 1 / (number * (number + 1))
