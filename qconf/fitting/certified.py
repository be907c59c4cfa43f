"""A frozen model with what is promised of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, Any

import pandas as pd

from qconf.certification.certificate import Certificate
from qconf.certification.certificates import Certificates, PlotsFirst
from qconf.certification.value import ValueCurve
from qconf.certification.wording import price_line
from qconf.errors import OptionError
from qconf.fitting.result import NO_GUARANTEE
from qconf.monitoring.baseline import Baseline
from qconf.saving.card import BASELINE, CERTIFICATE, ModelCard
from qconf.saving.fingerprint import fingerprint_of
from qconf.saving.writing import save

if TYPE_CHECKING:
    from qconf.model.regressor import ConfidentRegressor

__all__ = ["CertifiedModel"]

_FIGURES = ("certified", "cut_off", "coverage", "limit", "rows", "accepted", "outliers")


@dataclass(frozen=True, eq=False)
class CertifiedModel(PlotsFirst):
    """A valuation model and its confidence, frozen, with certificates for them.

    Attributes
    ----------
    model : ConfidentRegressor
    certificate : Certificate or Certificates
    card : ModelCard
        Without the certificate.
    calibration : str
        Which rows it was certified on, in words.
    warnings : tuple of str
    value : ValueCurve or None
        What acting on the calibration rows is worth, if anybody said.
    baseline : Baseline or None
        What the rows were like, for monitors of later ones; None of too few rows.
    """

    model: ConfidentRegressor
    certificate: Certificate | Certificates
    card: ModelCard
    calibration: str
    warnings: tuple[str, ...] = ()
    value: ValueCurve | None = None
    baseline: Baseline | None = None

    def check_one(self) -> Certificate:
        """Return the certificate, if there is one alone: a file keeps one promise.

        Raises
        ------
        OptionError
        """
        if isinstance(self.certificate, Certificates):
            rates = ", ".join(f"{rate:g}" for rate in self.certificate)
            msg = f"A model file keeps one promise, and there are rates {rates}: choose one."
            raise OptionError(msg)
        return self.certificate

    def save(self, path: str | PathLike[str], *, reading: Mapping[str, Any] | None = None) -> None:
        """Save the pair of models with its certificate, by which `score` accepts rows.

        Parameters
        ----------
        path : str or path
        reading : mapping, default=None
            How the table was read, if the card does not know.

        Raises
        ------
        OptionError
            If nothing is certified, or there are several promises.
        OutputError
        """
        one = self.check_one()
        if not one.certified:
            msg = "Nothing is certified, so that there is no certificate to be kept."
            raise OptionError(msg)
        plain = {name: value for name, value in one.to_dict().items() if name != "tests"}
        known = fingerprint_of(self.model, [])
        told = {
            **plain,
            # Of this fit alone: a file with another one is not written.
            "model": None if known is None else known.digest,
            "in_words": " ".join(str(one).split("\n")),
            "calibration": self.calibration,
        }
        seen = {} if self.baseline is None else {BASELINE: self.baseline.to_dict()}
        figures = {**self.card.figures, CERTIFICATE: told, **seen}
        # Outliers are told of as they were certified.
        not_for = [line for line in self.card.not_for if line != NO_GUARANTEE]
        card = replace(self.card, figures=figures, not_for=not_for, threshold=one.threshold)
        if not card.reading:
            card = replace(card, reading=dict(reading or {}))
        save(self.model, path, card=card)

    @property
    def table(self) -> pd.DataFrame:
        """A row for each promise; with what the certified cut-off is worth, if anybody said."""
        told = [{name: one.to_dict()[name] for name in _FIGURES} for one in self._told]
        table = pd.DataFrame(told).set_index("limit")
        if self.value is not None:
            table["value"] = [self.value.value_at(one.cut_off).value for one in self._told]
            table["price"] = [self.value.price_of(one).value for one in self._told]
        return table

    @property
    def curve(self) -> pd.DataFrame:
        """Volume against quality: for each cut-off its coverage, outlier rate and bound.

        With what acting up to it is worth (``value``, ``value_low``, ``value_high`` a row of the
        table, and ``alike``: not distinguishable from the highest), if anybody said.
        """
        curve = self._told[0].curve
        if self.value is None:
            return curve
        worth = self.value.curve[["value", "low", "high", "alike"]]
        return curve.join(worth.rename(columns={"low": "value_low", "high": "value_high"}))

    def to_dict(self) -> dict[str, Any]:
        """Return the certificate as plain numbers, and its value, if anybody said."""
        plain = {**self.certificate.to_dict(), "calibration": self.calibration}
        if self.value is not None:
            plain["value"] = {**self.value.to_dict(), "certified": [*map(self._price, self._told)]}
        return plain

    def _price(self, one: Certificate) -> dict[str, Any]:
        assert self.value is not None  # where it is asked for  # noqa: S101
        return {
            "limit": one.limit,
            "cut_off": one.cut_off if one.certified else None,
            "highest_is_certified": one.proves(self.value.cut_off),
            "value": self.value.value_at(one.cut_off).to_dict(),
            "price": self.value.price_of(one).to_dict(),
        }

    def __str__(self) -> str:
        """Return the certificate in words, what it is worth, and what it was made on."""
        lines = [str(self.certificate)]
        if self.value is not None:
            lines += [str(self.value), *self._prices()]
        return "\n".join([*lines, f"Certified on {self.calibration}."])

    def _repr_html_(self) -> str:
        """Return the certificate, and what it is worth, for a notebook."""
        from qconf.report.html import as_html  # noqa: PLC0415 - in notebooks only

        *_, last = str(self).split("\n")
        worth = [] if self.value is None else [str(self.value), *self._prices()]
        told = as_html(*"\n".join([*worth, last]).split("\n"))
        return self.certificate._repr_html_() + told

    @property
    def first(self) -> Certificate:
        """The certificate; of several the first that is certified, or else the first."""
        several = isinstance(self.certificate, Certificates)
        return self.certificate.first if several else self.certificate  # type: ignore[union-attr,return-value]

    def _prices(self) -> list[str]:
        return [] if self.value is None else [price_line(self.value, one) for one in self._told]

    @property
    def _told(self) -> tuple[Certificate, ...]:
        several = isinstance(self.certificate, Certificates)
        return self.certificate.told if several else (self.certificate,)  # type: ignore[union-attr,return-value]
