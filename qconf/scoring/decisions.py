"""What to do with a row: how likely it is wrong, between which values it lies, whether to accept.

All of it follows from the expected error of the row, and what the model's file knows of errors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, Final, Self

import numpy as np

from qconf._types import FloatArray
from qconf.core.error_scale import error_scale
from qconf.errors import ModelFileError, OptionError
from qconf.probability.error_distribution import ErrorDistribution
from qconf.probability.tiers import TIER_LIMITS, tiers
from qconf.saving.card import CERTIFICATE, ModelCard

__all__ = ["INTERVAL", "KINDS", "Decisions"]

#: Columns that decide, in their order, and what each holds.
KINDS: Final = {"p_within_10": float, "p_outlier": float, "tier": str, "accept": bool}
#: With what probability a truth lies in its range, where nobody said.
INTERVAL: Final = 0.8
#: The distance of the AVM industry's common confidence score.
_WITHIN = 0.10


@dataclass(frozen=True)
class Decisions:
    """What is to be said of rows beside their expected errors.

    Attributes
    ----------
    interval : float or None
        With what probability the truth lies between ``low`` and ``high``; None is 0.8. Without a
        distribution of errors they are one expected error around the prediction.
    tiers : tuple of (str, float), or None
        Names, and the largest probability of an outlier of each; None are A, B, C and D with 5,
        10, 20 and 35 %. Beyond the last is "refer".
    threshold : float or None
        Of an outlier, on the error scale; None tells of no outliers.
    cut_off : float or None
        The largest expected error that is accepted; None has no certificate.
    """

    interval: float | None = None
    tiers: tuple[tuple[str, float], ...] | None = None
    threshold: float | None = None
    cut_off: float | None = None

    def of_card(self, card: ModelCard | None) -> Self:
        """Add what a model's card knows: the threshold, and the cut-off of a certificate.

        Raises
        ------
        ModelFileError
            If the certificate is none.
        """
        if card is None:
            return self
        return replace(self, threshold=card.threshold, cut_off=_cut_off(card))

    def check(self, model: Any) -> None:
        """Check that a model can say what is asked for.

        Raises
        ------
        OptionError
        """
        known = _distribution(model)
        if self.tiers is not None:
            _check_tiers(self.tiers)
        if known is not None:
            known.interval(np.ones(1), np.ones(1), self._level)
        for what, asked in (("An interval", self.interval), ("Tiers", self.tiers)):
            if asked is not None and known is None:
                msg = (
                    f"{what} cannot be told: the model has no distribution of errors. Fit it with "
                    "qconf fit, or with ConfidentRegressor(probabilities=True)."
                )
                raise OptionError(msg)
        if self.tiers is not None and self.threshold is None:
            msg = "Tiers cannot be told: the model's card has no threshold of an outlier."
            raise OptionError(msg)

    @property
    def _level(self) -> float:
        return INTERVAL if self.interval is None else self.interval

    def columns(self, model: Any) -> tuple[str, ...]:
        """Name the columns that are added to the scores of a model."""
        known = _distribution(model)
        there = {
            "p_within_10": known is not None and error_scale(known.error).needs_positive,
            "p_outlier": known is not None and self.threshold is not None,
            "tier": known is not None and self.threshold is not None,
            "accept": self.cut_off is not None,
        }
        return tuple(name for name in KINDS if there[name])

    def between(
        self, model: Any, prediction: FloatArray, central: FloatArray
    ) -> tuple[FloatArray, FloatArray] | None:
        """Return the range that holds each truth, if the model knows a distribution.

        Parameters
        ----------
        model : ConfidentRegressor
        prediction, central : ndarray of shape (n_rows,)
            Expected errors of one fit, without an upper bound over replicates.
        """
        known = _distribution(model)
        if known is None:
            return None
        if len(prediction) == 0:
            return np.empty(0), np.empty(0)
        return known.interval(prediction, central, self._level)

    def of_rows(self, model: Any, expected: FloatArray, central: FloatArray) -> dict[str, Any]:
        """Return the columns that are added, by name.

        Parameters
        ----------
        model : ConfidentRegressor or confidence estimator
        expected, central : ndarray of shape (n_rows,)
            Expected errors as they are told, and of one fit.
        """
        said: dict[str, Any] = {}
        known = _distribution(model)
        some = len(expected) > 0
        for name in self.columns(model):
            if name == "accept":
                said[name] = expected <= self.cut_off  # type: ignore[operator]
            elif not some or known is None:
                said[name] = []
            elif name == "p_within_10":
                said[name] = known.probability_within(central, _WITHIN)
            elif name == "p_outlier" and self.threshold is not None:
                said[name] = known.probability_outlier(central, self.threshold)
            else:
                limits = TIER_LIMITS if self.tiers is None else dict(self.tiers)
                said[name] = tiers(said["p_outlier"], limits)
        return said


def _distribution(model: Any) -> ErrorDistribution | None:
    known: ErrorDistribution | None = getattr(model, "error_distribution_", None)
    return known


def _check_tiers(asked: tuple[tuple[str, float], ...]) -> None:
    if len(dict(asked)) < len(asked):
        msg = f"Each tier needs a name of its own, got {', '.join(name for name, _ in asked)}."
        raise OptionError(msg)
    tiers([0.5], dict(asked))


def _cut_off(card: ModelCard) -> float | None:
    certificate = card.figures.get(CERTIFICATE)
    if certificate is None:
        return None
    found: Any = certificate.get("cut_off") if isinstance(certificate, dict) else None
    if type(found) not in (int, float) or not isfinite(found):
        msg = "The certificate of the model's card has no cut-off: certify the model again."
        raise ModelFileError(msg)
    return float(found)
