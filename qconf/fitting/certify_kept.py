"""Certify a model that is kept in a file, on rows that it has not seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from qconf.certification.certificate import Side
from qconf.certification.certify import certify
from qconf.fitting.certified import CertifiedModel
from qconf.fitting.unseen_rows import UnseenRows
from qconf.model.holding_out import HeldOut

__all__ = ["certify_kept"]

_UNKNOWN = (
    "Nothing tells whether the model has seen these rows: it was fitted without a time. A "
    "certificate on rows of the fit promises too much."
)


def certify_kept(
    path: str,
    table: str,
    *,
    target: str | None = None,
    time: str | None = None,
    groups: str | None = None,
    threshold: float | None = None,
    outlier_rate: float | Sequence[float] = 0.05,
    confidence_level: float = 0.95,
    side: Side = "both",
    reading: Mapping[str, Any] | None = None,
    plugins: bool = False,
    trust: Collection[str] = (),
    strict: bool = False,
) -> CertifiedModel:
    """Certify a model that is kept in a file, on rows that it has not seen.

    Parameters
    ----------
    path : str
        A file of `qconf.save`, of a regressor.
    table : str
        A file of rows that came after those of the fit.
    target, time, groups : str, default=None
        Columns; None is what the model's card says.
    threshold : float, default=None
        None is the card's.
    outlier_rate, confidence_level, side
        As in `qconf.certify`.
    reading : mapping, default=None
        How the table is read, as far as it is not as that of the fit.
    plugins, trust
        As in `qconf.load`.
    strict : bool, default=False
        Whether a warning is an error.

    Returns
    -------
    CertifiedModel

    Raises
    ------
    TableError
        If a row is not from after the fit, or cannot be scored.
    OptionError, ModelFileError
    """
    rows = UnseenRows.read(
        path, table, verb="certified", unknown=_UNKNOWN, target=target, time=time, groups=groups,
        threshold=threshold, reading=reading, plugins=plugins, trust=trust, strict=strict,
    )  # fmt: skip
    roles = rows.roles
    dated = roles.time is not None and roles.time.dtype.kind == "M"
    certificate: Any = certify(
        rows.expected[roles.rows], rows.residual[roles.rows], threshold=rows.threshold,
        outlier_rate=outlier_rate, confidence_level=confidence_level,
        groups=HeldOut.everything(roles).groups, periods=roles.time if dated else None, side=side,
        error=rows.model.error,
    )  # fmt: skip
    words = f"{len(roles.rows):,} rows of {table!r}"
    return CertifiedModel(rows.model, certificate, rows.card, words, rows.warnings)
