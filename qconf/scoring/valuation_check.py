"""Hold predictions of new rows against the valuation model that the confidence belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qconf.errors import TableError
from qconf.model.shadow import ShadowWatch

if TYPE_CHECKING:
    from qconf._types import FloatArray

__all__ = ["ValuationChangedError", "ValuationCheck"]


class ValuationChangedError(TableError):
    """Predictions do not come from the valuation model that the confidence belongs to."""


class ValuationCheck:
    """Tell whether the predictions of batch after batch can come from the model of the fit.

    However many batches there are, an unchanged model is refused in at most 1 % of runs: see
    `ShadowWatch`. The parts of a folder share that level (`share_of`). Where the fit was told a
    column that holds the time, predictions may follow the market along it.

    Parameters
    ----------
    model : ConfidentRegressor or confidence estimator
        One without a ``shadow_`` is not checked.
    changed_ok : bool, default=False
        Whether a changed valuation model is only warned of.
    share : float, default=1.0
        Of the level, that these batches may spend.

    Attributes
    ----------
    warning : str
        What was found, if that is only warned of.
    """

    def __init__(self, model: Any, *, changed_ok: bool = False, share: float = 1.0) -> None:
        shadow = getattr(model, "shadow_", None)
        self._watch = None if shadow is None else ShadowWatch(shadow, share)
        self._time_name = getattr(model, "time_name_", None)
        self._changed_ok = changed_ok
        self.warning = ""

    def look(self, table: Any, prediction: FloatArray | None) -> None:
        """Check a batch.

        Parameters
        ----------
        table : DataFrame of shape (n_rows, n_features)
            Rows as the model reads them.
        prediction : ndarray of shape (n_rows,) or None

        Raises
        ------
        ValuationChangedError
            If the predictions cannot come from the model of the fit.
        """
        if self._watch is None or prediction is None or len(prediction) == 0:
            return
        names = self._watch.shadow.feature_names_in_
        time = None if self._time_name is None else table[self._time_name]
        verdict = self._watch.update(table[list(names)], prediction, time).verdict
        if not verdict.changed:
            return
        if not self._changed_ok:
            raise ValuationChangedError(verdict.statement)
        self.warning = verdict.statement
