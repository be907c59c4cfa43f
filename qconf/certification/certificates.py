"""Several promises on the same rows, as a table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from qconf.certification.certificate import Certificate
from qconf.certification.wording import (
    certificate_lines,
    no_period_line,
    outlier_in_words,
    per_cent,
    period_lines,
)
from qconf.core.estimate import in_units

if TYPE_CHECKING:
    from qconf.report.certified_risk import CertifiedRiskDisplay

__all__ = ["Certificates", "PlotsFirst", "Several"]

#: How the confidence level is meant for several outlier rates at once.
Several = Literal["each", "joint"]


class PlotsFirst(ABC):
    """Mixin of what tells of several certificates: the first is drawn."""

    @property
    @abstractmethod
    def first(self) -> Certificate:
        """The first that is certified, or else the first."""

    def plot(self, *, ax: Any = None) -> CertifiedRiskDisplay:
        """Draw the risk-coverage curve with the cut-off of `first`; needs ``qconf[plots]``.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        CertifiedRiskDisplay
        """
        return self.first.plot(ax=ax)


@dataclass(frozen=True, eq=False, repr=False)
class Certificates(PlotsFirst, Mapping[float, Certificate]):
    """A certificate for each of several outlier rates: a mapping from rate to certificate.

    Attributes
    ----------
    told : tuple of Certificate
    several : {"each", "joint"}
        Whether the confidence level is that of each on its own, or of all at once.
    confidence_level : float
    """

    told: tuple[Certificate, ...]
    several: Several
    confidence_level: float

    def __getitem__(self, outlier_rate: float) -> Certificate:
        """Return the certificate of a rate."""
        for one in self.told:
            if one.limit == outlier_rate:
                return one
        raise KeyError(outlier_rate)

    def __iter__(self) -> Iterator[float]:
        """Iterate over the rates."""
        return (one.limit for one in self.told)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.told)

    @property
    def certified(self) -> bool:
        """Whether any of them is certified."""
        return any(one.certified for one in self.told)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers: how the level is meant, and each certificate."""
        return {
            "several": self.several,
            "confidence_level": self.confidence_level,
            "certified": self.certified,
            "certificates": [one.to_dict() for one in self.told],
        }

    def __str__(self) -> str:
        """Return a table of the promises, and in words how the confidence level is meant."""
        from qconf.report.drawing import drawn  # noqa: PLC0415 - rich, only to print

        return drawn(*self.parts()).rstrip("\n")

    @property
    def first(self) -> Certificate:
        """The first that is certified, or else the first."""
        return next((one for one in self.told if one.certified), self.told[0])

    def __repr__(self) -> str:
        """Return a line: the rates, and how many are certified."""
        rates = ", ".join(per_cent(one.limit) for one in self.told)
        n_certified = sum(one.certified for one in self.told)
        return f"<Certificates: {rates}; {n_certified} of {len(self.told)} certified>"

    def _repr_html_(self) -> str:
        """Return the table for a notebook."""
        from qconf.report.html import as_html  # noqa: PLC0415

        return as_html(*self.parts())

    def parts(self) -> Iterator[Any]:
        """Yield the table of the promises, and what is to be said of them."""
        from qconf.report.grid import Column, Grid  # noqa: PLC0415

        first = self.told[0]
        headers = (
            "at most", "expected error up to", "rows", "outliers seen", f"of next {first.BATCH}",
        )  # fmt: skip
        columns = [Column(one, right=True) for one in headers]
        yield Grid(columns, [_cells(one) for one in self.told])
        outlier = outlier_in_words(first.threshold, first.side, first.error)
        yield f"An outlier is {outlier}. {self.level_in_words}"
        for one in self.told:
            promised = one.period is not None and one.period.certified
            told = [] if one.certified else [*certificate_lines(one, period=False)]
            told += [*period_lines(one)] if promised else []
            if told:
                yield " ".join(told)
        yield from self._no_periods()

    def _no_periods(self) -> Iterator[str]:
        """Say once of all rates that are not promised of a period why."""
        rates: dict[str, list[str]] = {}
        for one in self.told:
            if one.period is not None and not one.period.certified:
                rates.setdefault(one.period.reason, []).append(per_cent(one.limit))
        for reason, those in rates.items():
            yield no_period_line(reason, f" at {', '.join(those)}" if len(self.told) > 1 else "")

    @property
    def level_in_words(self) -> str:
        """How the confidence level is meant."""
        level = per_cent(self.confidence_level)
        if self.several == "joint":
            return f"All these promises hold at once with {level} confidence."
        return f"Each promise holds on its own with {level} confidence; all at once with less."


def _cells(one: Certificate) -> list[str]:
    if not one.certified:
        return [per_cent(one.limit), "accept nothing", "", "", ""]
    return [
        per_cent(one.limit),
        in_units(one.cut_off),
        f"{100 * one.coverage:.0f} %",
        f"{one.n_outliers:,} of {one.n_accepted:,}",
        f"{one.next_batch(one.BATCH)}",
    ]
