"""Certify a model that was fitted before, on rows that it has not seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from qconf._types import ArrayLike, TableLike
from qconf.certification.certificate import Side
from qconf.certification.certificates import Several
from qconf.certification.certify import certify
from qconf.certification.value import value_curve
from qconf.errors import refuse_warnings
from qconf.fitting.baselines import baseline_of
from qconf.fitting.certified import CertifiedModel
from qconf.fitting.money import Money
from qconf.fitting.opened import opened, read_as_fit, target_and_threshold
from qconf.fitting.unseen_rows import perhaps_seen, unseen_rows
from qconf.tables.schema import Schema

if TYPE_CHECKING:
    from qconf.model.regressor import ConfidentRegressor

__all__ = ["certify_model"]


def certify_model(
    model: ConfidentRegressor | str | PathLike[str],
    table: TableLike | str | PathLike[str],
    *,
    target: str | ArrayLike | None = None,
    time: str | None = None,
    groups: str | None = None,
    threshold: float | None = None,
    outlier_rate: float | Sequence[float] = 0.05,
    confidence_level: float = 0.95,
    side: Side = "both",
    several: Several = "each",
    gain: float | str | ArrayLike | None = None,
    loss: float | str | ArrayLike | None = None,
    excess_loss: float | str | ArrayLike | None = None,
    reading: Mapping[str, Any] | None = None,
    plugins: bool = False,
    trust: Collection[str] = (),
    strict: bool = False,
) -> CertifiedModel:
    """Certify a model that was fitted before, as it is, on rows that it has not seen.

    Parameters
    ----------
    model : str, path or ConfidentRegressor
        A file of `qconf.save`, of a regressor; or the fitted regressor itself, which has no card.
    table : DataFrame, or path
        Rows that came after those of the fit.
    target : str or array-like of shape (n_samples,), default=None
        What came out: a column, or values. None is the column that the model's card names.
    time, groups : str, default=None
        Columns; None is what the card says.
    threshold : float, default=None
        None is the card's.
    outlier_rate, confidence_level, side, several
        As in `qconf.certify`.
    gain, loss, excess_loss : float, str or array-like of shape (n_samples,), default=None
        What acting on rows is worth, as in `qconf.value_curve`; a str is a column of `table`.
        None of them given tells of no money.
    reading : mapping, default=None
        How a file of the table is read, as far as it is not as that of the fit.
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

    Examples
    --------
    >>> from qconf import ConfidentRegressor, certify_model
    >>> from qconf.simulation.world import archetypes
    >>> world = archetypes(60).drop(columns="archetype")
    >>> pair = ConfidentRegressor(confidence="residual", error="absolute", random_state=0)
    >>> pair = pair.fit(world[:3000].drop(columns="value"), world["value"][:3000])
    >>> certified = certify_model(pair, world[3000:], target="value", threshold=0.15)
    >>> certified.certificate.certified
    True
    """
    pair, card, of_fit = opened(model, "certified", plugins=plugins, trust=trust)
    schema = Schema.of_model(pair, of_fit)
    read = read_as_fit(table, schema, {**of_fit, **(reading or {})})
    truth, limit = target_and_threshold(card, target, threshold)
    asked: dict[str, Any] = {
        "threshold": limit, "confidence_level": confidence_level, "side": side
    }  # fmt: skip
    promise = {"outlier_rate": outlier_rate, "several": several, "error": pair.error, **asked}
    # What is wrong with the promise is said before rows are scored.
    certify([0.0], [0.0], **promise)
    rows = unseen_rows(pair, schema, read.frame, card, truth, time=time, groups=groups)
    expected, residual = rows.errors
    money, value = Money(gain, loss, excess_loss), None
    if money.asked:
        amounts = money.of_rows(read.frame, rows.positions, limit)
        value = value_curve(expected, residual, groups=rows.held_out.groups, **asked, **amounts)
    of_rows: dict[str, Any] = {"groups": rows.held_out.groups, "periods": rows.held_out.dates}
    certificate: Any = certify(expected, residual, **of_rows, **promise)
    warned = (*read.warnings, *perhaps_seen(pair, "A certificate", "promises too much"))
    if strict:
        refuse_warnings(warned)
    where = f" of {fspath(table)!r}" if isinstance(table, str | PathLike) else ""
    words = f"{len(rows.positions):,} rows{where}"
    baseline = baseline_of(pair, certificate, rows.table, expected, residual, rows.held_out.time)
    return CertifiedModel(pair, certificate, card, words, warned, value, baseline)
