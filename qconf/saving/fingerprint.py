"""Know a model again by what it says of a few rows."""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from qconf._types import FloatArray, Table
from qconf.errors import QconfError
from qconf.saving.schema import Column, invented_rows

__all__ = ["Fingerprint", "fingerprint_of"]

#: Other versions of libraries may add numbers in another order.
_CLOSE_ENOUGH = 1e-9
_ASKED = ("predict", "predict_error", "moments")


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """Rows, and what a model says of them.

    Attributes
    ----------
    rows : DataFrame or ndarray of shape (n_rows, n_features)
    answers : dict of str to ndarray
        By method: predictions, expected errors.
    """

    rows: Table
    answers: dict[str, FloatArray]

    @property
    def digest(self) -> str:
        """Return a number that stands for the answers."""
        told = sha256()
        for name, answer in sorted(self.answers.items()):
            told.update(f"{name}{answer.shape}".encode())
            told.update(np.ascontiguousarray(answer, dtype="<f8").tobytes())
        return told.hexdigest()

    def disagreement(self, model: Any) -> str | None:
        """Ask a model again; return what is another now, or None.

        Raises
        ------
        Exception
            Whatever a model that is none raises.
        """
        now = _answers(model, self.rows)
        if now.keys() != self.answers.keys():
            return f"it answers {', '.join(now)} and not {', '.join(self.answers)}"
        for name, answer in self.answers.items():
            if now[name].shape != answer.shape:
                return f"{name} gives another number of answers"
            same = np.isclose(now[name], answer, rtol=_CLOSE_ENOUGH, atol=0.0, equal_nan=True)
            if not same.all():
                return f"{name} gives others in {int((~same).sum())} of {same.size} cells"
        return None


def fingerprint_of(model: Any, columns: list[Column]) -> Fingerprint | None:
    """Ask a model of the rows that it has pinned, or of invented ones.

    Returns
    -------
    Fingerprint or None
        None if it answers no row that could be invented.
    """
    pinned = getattr(model, "pinned_", None)
    if pinned is not None:
        return Fingerprint(pinned, _answers(model, pinned))
    for odd in (True, False):
        # What does not take gaps is asked without.
        with suppress(QconfError, ValueError, TypeError, KeyError):
            rows = invented_rows(model, columns, odd=odd)
            return Fingerprint(rows, _answers(model, rows))
    return None


def _answers(model: Any, rows: Table) -> dict[str, FloatArray]:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return {
            name: np.array(getattr(model, name)(rows), dtype=np.float64)
            for name in _ASKED
            if hasattr(model, name)
        }
