"""A Gaussian belief about the coefficients of a model with log link, in the units of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import Any, Self

import numpy as np

from qconf._types import FloatArray
from qconf.core.restored import is_array, require
from qconf.encoding.readable_design import BASE
from qconf.errors import OptionError

__all__ = ["OTHERS", "CoefficientPrior"]

#: Stands for all terms of which nothing else is said.
OTHERS = "(others)"

_ESTIMATE_AND_SD = 2


@dataclass(frozen=True, eq=False)
class CoefficientPrior:
    """What is believed of coefficients before there are rows, or after some.

    Attributes
    ----------
    terms : tuple of str
        What each coefficient is of: ``age``, for one unit more; ``zone=b``; ``age missing``; and
        ``(base)``, the logarithm of the mean of a row that is typical in all terms.
    mean : ndarray of shape (n_terms,)
        Change in the logarithm of the mean.
    precision : ndarray of shape (n_terms, n_terms)
        Inverse of the covariance.
    typical : dict of str to float
        What a typical row has of numbers; also what stands for a missing one.
    seen : dict of str to (float, float)
        The range of the numbers that it was learned from.
    lowers : float
        By how much, at most, it lowers the logarithm of the mean beyond the numbers seen and the
        typical one: nothing is known to be very safe that nobody has seen.
    others_sd : float
        Standard deviation of each coefficient of which nothing else is said, around 0: of a level,
        or of a number for one standard deviation of it in the rows.
    common : dict of str to str
        For columns of levels, which of them (``zone=a``) a typical row has.
    """

    terms: tuple[str, ...]
    mean: FloatArray
    precision: FloatArray
    typical: dict[str, float] = field(default_factory=dict)
    seen: dict[str, tuple[float, float]] = field(default_factory=dict)
    common: dict[str, str] = field(default_factory=dict)
    lowers: float = float(np.log(2.0))
    others_sd: float = np.inf

    @classmethod
    def of(cls, effects: Mapping[str, Any], typical: Mapping[str, float] | None = None) -> Self:
        """Make one of effects that are believed independently of each other.

        Parameters
        ----------
        effects : mapping of str to (float, float)
            For terms, the estimate and its standard deviation > 0. Of one that is infinite
            nothing is believed. ``(others)`` is each of the others, whose estimate is 0.
        typical : mapping of str to float, default=None

        Raises
        ------
        OptionError

        Examples
        --------
        >>> CoefficientPrior.of({"age": (0.02, 0.01), "zone=b": (0.3, np.inf)}).terms
        ('age',)
        """
        read = {str(term): _estimate(str(term), given) for term, given in effects.items()}
        centre_of_others, others_sd = read.pop(OTHERS, (0.0, np.inf))
        if centre_of_others != 0.0:
            msg = f"The effect of {OTHERS!r} must be 0, got {centre_of_others:g}."
            raise OptionError(msg)
        told = {term: given for term, given in read.items() if np.isfinite(given[1])}
        sd = np.array([given[1] for given in told.values()])
        mean = np.array([given[0] for given in told.values()])
        centre = {str(name): _number(str(name), value) for name, value in (typical or {}).items()}
        return cls(tuple(told), mean, np.diag(sd**-2.0), centre, others_sd=others_sd)

    @property
    def has_base(self) -> bool:
        """Whether it says how large the mean of a typical row is."""
        return BASE in self.terms

    @property
    def sd(self) -> FloatArray:
        """Standard deviation of each coefficient, shape (n_terms,)."""
        deviation: FloatArray = np.sqrt(np.diag(np.linalg.inv(self.precision)))
        return deviation

    def scaled(self, factor: float) -> Self:
        """Return what is believed of `factor` times the coefficients."""
        return replace(
            self,
            mean=factor * self.mean,
            precision=self.precision / factor**2,
            lowers=factor * self.lowers,
            others_sd=factor * self.others_sd,
        )

    @property
    def says_anything(self) -> bool:
        """Whether anything is believed of anything."""
        return bool(self.terms) or bool(np.isfinite(self.others_sd))

    def shifted(self, base: float) -> Self:
        """Return what is believed with a larger base."""
        return replace(self, mean=self.mean + base * np.array([one == BASE for one in self.terms]))

    def without(self, terms: Sequence[str]) -> Self:
        """Return what is believed of the other coefficients, whatever these ones are."""
        kept = np.array([term not in terms for term in self.terms])
        if kept.all():
            return self
        others = np.linalg.inv(np.linalg.inv(self.precision)[np.ix_(kept, kept)])
        names = tuple(term for term in self.terms if term not in terms)
        return replace(self, terms=names, mean=self.mean[kept], precision=others)

    def check_restored(self) -> None:
        """Check what is read from a file.

        Raises
        ------
        ValueError
        """
        n_terms = len(self.terms)
        require(
            is_array(self.mean, np.float64, (n_terms,))
            and is_array(self.precision, np.float64, (n_terms, n_terms)),
            "a prior does not have one number for each of its terms",
        )
        plain = type(self.lowers) is float and type(self.others_sd) is float
        require(plain, "what a prior says of all terms is no number")


def _estimate(term: str, given: Any) -> tuple[float, float]:
    """Read an estimate and its standard deviation."""
    two = tuple(given) if isinstance(given, Sequence) and not isinstance(given, str) else ()
    right = len(two) == _ESTIMATE_AND_SD and all(isinstance(one, Real) for one in two)
    if not (right and np.isfinite(two[0]) and two[1] > 0):
        msg = (
            f"The prior of {term!r} must be an effect and its standard deviation > 0, such as "
            f"(0.1, 0.05); got {given!r}."
        )
        raise OptionError(msg)
    return float(two[0]), float(two[1])


def _number(name: str, value: Any) -> float:
    if not isinstance(value, Real) or not np.isfinite(float(value)):
        msg = f"What is typical of {name!r} must be a finite number, got {value!r}."
        raise OptionError(msg)
    return float(value)
