"""How dependent the rows of a rate are, learnt from its own groups and from the whole."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import norm, t

from qconf._types import FloatArray
from qconf.avm.intervals import units_of_variance

__all__ = ["DesignEffect"]

#: How much the design effect of the whole says of that of a part, beside what the part says of
#: itself: rows of a part may hang together more, or less, than all do.
_WEIGHT_OF_WHOLE = 0.5


@dataclass(frozen=True)
class DesignEffect:
    """The variance of a rate over that of as many independent rows (Kish 1965).

    Attributes
    ----------
    value : float
    freedom : float
        Degrees of freedom that it is known with; 0 if nothing is known.
    """

    value: float
    freedom: float

    @classmethod
    def of(cls, sizes: FloatArray, events: FloatArray, variance: float) -> DesignEffect:
        """Hold the variance of a rate against that of independent rows.

        Parameters
        ----------
        sizes, events : ndarray of shape (n_groups,)
            Rows that each group has of those that the rate is of, and events among them.
        variance : float
            Of the rate, when groups are resampled whole; 0 if nothing varies.

        Returns
        -------
        DesignEffect
            With one degree of freedom less than groups that make the variance: of unequal groups
            the large ones, and of few events the groups that have one.
        """
        n_groups, n_rows, n_events = int((sizes > 0).sum()), float(sizes.sum()), float(events.sum())
        if n_groups < 2 or variance <= 0 or not 0 < n_events < n_rows:  # noqa: PLR2004 - no spread
            return cls(1.0, 0.0)
        smoothed = (n_events + 0.5) / (n_rows + 1.0)
        independent = smoothed * (1.0 - smoothed) / n_rows
        value = variance * n_groups / (n_groups - 1) / independent
        units = events - n_events / n_rows * sizes
        return cls(value, units_of_variance(units) - 1.0 if units.any() else 0.0)

    def moderated(self, whole: DesignEffect, share: float) -> DesignEffect:
        """Add what the whole says of the groups to what one part of it shows.

        A part has few rows of each group, and few events: its own variance is known badly, and
        not at all without an event. Variances and their degrees of freedom are averaged, as
        those of genes are (moderated t, Smyth 2004, Statistical Applications in Genetics and
        Molecular Biology 3(1)).

        Parameters
        ----------
        whole : DesignEffect
        share : float
            In [0, 1]: how much of what rows of a group share is left in the part, where a group
            has fewer rows.
        """
        freedom = _WEIGHT_OF_WHOLE * whole.freedom
        if self.freedom + freedom == 0:
            return self
        expected = 1.0 + max(whole.value - 1.0, 0.0) * share
        both = self.freedom * self.value + freedom * expected
        return DesignEffect(both / (self.freedom + freedom), self.freedom + freedom)

    def inflated(self, confidence_level: float) -> float:
        """Return the design effect that gives a normal interval the width of Student's t."""
        if self.freedom == 0:
            return self.value
        tail = (1 + confidence_level) / 2
        quantile = t.ppf(tail, max(self.freedom, 1.0)) / norm.ppf(tail)
        return float(self.value * quantile**2)
