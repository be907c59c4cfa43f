"""Hold predictions of new rows against the valuation model that the confidence belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qconf.errors import TableError

if TYPE_CHECKING:
    from qconf._types import FloatArray

__all__ = ["ValuationChangedError", "ValuationCheck"]

#: How often the predictions of an unchanged model are refused, over all batches of a run.
_LEVEL = 0.01


class ValuationChangedError(TableError):
    """Predictions do not come from the valuation model that the confidence belongs to."""


class ValuationCheck:
    """Tell whether the predictions of batch after batch can come from the model of the fit.

    The k-th batch is tested at the level 0.01 / (k (k + 1)); these add up to 0.01 however many
    batches there are, so that a million rows are refused no oftener than a thousand.

    Parameters
    ----------
    model : ConfidentRegressor or confidence estimator
        One without a ``shadow_`` is not checked.
    changed_ok : bool, default=False
        Whether a changed valuation model is only warned of.
    first : int, default=1
        Which batch comes first; parts of a folder begin where others need not be counted.

    Attributes
    ----------
    warning : str
        What was found, if that is only warned of.
    """

    def __init__(self, model: Any, *, changed_ok: bool = False, first: int = 1) -> None:
        self._shadow = getattr(model, "shadow_", None)
        self._changed_ok = changed_ok
        self._number = first
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
        if self._shadow is None or prediction is None or len(prediction) == 0:
            return
        verdict = self._shadow.check(table, prediction)
        level = _LEVEL / (self._number * (self._number + 1))
        self._number += 1
        if not verdict.changed or verdict.p_value > level:
            return
        if not self._changed_ok:
            msg = (
                f"{verdict.statement} Fit again with predictions of the model in use, or score all "
                "the same with --changed-valuation-ok."
            )
            raise ValuationChangedError(msg)
        self.warning = self.warning or verdict.statement
