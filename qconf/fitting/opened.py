"""Open a model that was fitted before, and read a table as that of its fit was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from os import PathLike, fspath
from typing import Any

from sklearn.utils.validation import check_is_fitted

from qconf.errors import OptionError
from qconf.saving.card import ModelCard
from qconf.saving.opening import open_model
from qconf.scoring.kept_rows import read_kept
from qconf.tables.reading import TableFile
from qconf.tables.roles import as_table
from qconf.tables.schema import Schema

__all__ = ["opened", "read_as_fit", "target_and_threshold"]


def opened(
    model: Any, verb: str, *, plugins: bool, trust: Collection[str]
) -> tuple[Any, ModelCard, Mapping[str, Any]]:
    """Open a model's file, and say how the table of its fit was read."""
    if isinstance(model, str | PathLike):
        file = open_model(model, plugins=plugins, trust=trust)
        found, card = file.model, file.manifest.card or ModelCard()
        what = f"{fspath(model)!r} holds"
    else:
        found, card, what = model, ModelCard(), "this is"
    if not hasattr(found, "predict_with_error"):
        msg = f"Only a regressor can be {verb}; {what} a {type(found).__name__}."
        raise OptionError(msg)
    check_is_fitted(found)
    return found, card, card.reading


def read_as_fit(table: Any, schema: Schema, reading: Mapping[str, Any]) -> TableFile:
    """Read a table as `score` does: what was text in the fit is text."""
    if not isinstance(table, str | PathLike):
        return TableFile(as_table(table))
    return read_kept(fspath(table), schema, reading)


def target_and_threshold(
    card: ModelCard, target: Any, threshold: float | None
) -> tuple[Any, float]:
    """Return what came out, and from which error on a row is an outlier: as asked, or by the card.

    Parameters
    ----------
    card : ModelCard
    target : str, array-like or None
    threshold : float or None

    Raises
    ------
    OptionError
        If neither tells.
    """
    truth = card.target if target is None else target
    if truth is None:
        msg = "Which column holds what came out? The model's card does not know: --target."
        raise OptionError(msg)
    limit = card.threshold if threshold is None else threshold
    if limit is None:
        msg = "From which error on is a row an outlier? The model's card has none: --threshold."
        raise OptionError(msg)
    return truth, limit
