"""What is to be said of a model beside what it holds itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from qconf.errors import OptionError
from qconf.saving.json_text import as_json

__all__ = ["BASELINE", "CERTIFICATE", "LEARNED_FROM", "ModelCard"]

#: Where a card keeps what is promised of its model, among its figures.
CERTIFICATE: Final = "certificate"
#: And from how many rows what of it learned, where the table did not fit in memory.
LEARNED_FROM: Final = "learned_from"
#: And what rows were like when it was certified, which later ones are held against.
BASELINE: Final = "baseline"
_NUMBERS = (int, float)


@dataclass(frozen=True)
class ModelCard:
    """What whoever gets a model file should know of the model.

    All are plain values, as JSON has them; None or nothing where it is not known.

    Attributes
    ----------
    target, time, groups, prediction : str or None
        Columns, by the roles that they had in `fit`.
    error : str or None
        The error scale.
    threshold : float or None
        From which absolute residual on a row is an outlier.
    estimator : str or None
        The confidence estimator, as it was asked for.
    n_rows : int or None
        Rows of `fit`.
    fitted : str or None
        When, as ``2026-11-26T10:30:00+00:00``.
    time_range : list of str or None
        The first and the last time in `fit`.
    figures : dict
        What was measured on rows that were held out.
    not_for : list of str
        A sentence each.
    reading : dict
        How the file of the table was read, so that later ones are read alike.
    seed : int or None
    """

    target: str | None = None
    time: str | None = None
    groups: str | None = None
    prediction: str | None = None
    error: str | None = None
    threshold: float | None = None
    estimator: str | None = None
    n_rows: int | None = None
    fitted: str | None = None
    time_range: list[str] | None = None
    figures: dict[str, Any] = field(default_factory=dict)
    not_for: list[str] = field(default_factory=list)
    reading: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values.

        Raises
        ------
        OptionError
            If something is no plain value.
        """
        plain = asdict(self)
        for name, value in plain.items():
            try:
                as_json(value)
            except (TypeError, ValueError) as error:
                msg = f"The card's {name} must be plain values of JSON: {error}."
                raise OptionError(msg) from error
        return plain

    def promises_of(self, digest: str | None) -> bool:
        """Tell whether its certificate, if it has one, is of the fit that is known by a digest.

        Parameters
        ----------
        digest : str or None
            `qconf.saving.fingerprint.Fingerprint.digest` of the model.
        """
        certificate = self.figures.get(CERTIFICATE)
        return not isinstance(certificate, dict) or certificate.get("model") == digest

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> ModelCard:
        """Read a card that need not be trusted.

        Raises
        ------
        ValueError
            If something is missing, is too much, or is of another type.
        """
        names = {one.name for one in fields(cls)}
        if not isinstance(plain, dict) or set(plain) != names:
            msg = "the card does not have the entries of a card"
            raise ValueError(msg)
        wrong = [name for name, value in plain.items() if not _is_right(name, value)]
        if wrong:
            msg = f"the card's {wrong[0]} is of another type"
            raise ValueError(msg)
        return cls(**plain)


def _is_right(name: str, value: Any) -> bool:
    if name in ("figures", "reading"):
        return isinstance(value, dict)
    if name in ("not_for", "time_range"):
        listed = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return listed or (value is None and name == "time_range")
    if value is None:
        return True
    if name in ("n_rows", "seed"):
        return type(value) is int
    if name == "threshold":
        return type(value) in _NUMBERS
    return isinstance(value, str)
