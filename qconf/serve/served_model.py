"""A model that is served, with all that does not hang on the rows that come."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Self

import numpy as np

from qconf.errors import OptionError
from qconf.explanation.prepared_sales import PreparedSales
from qconf.explanation.sales_of_file import kept_sales, sales_of_file
from qconf.fitting.opened import opened
from qconf.model.regressor import ConfidentRegressor
from qconf.review.explained import explained_row
from qconf.saving.card import ModelCard
from qconf.saving.fingerprint import fingerprint_of
from qconf.scoring.decisions import Decisions
from qconf.serve.rows import NewRows, read_rows
from qconf.tables.schema import Column, Schema

__all__ = ["ServedModel"]

#: Characters of a cell, where nothing else is said.
_LONGEST = 4_000


@dataclass(frozen=True, eq=False)
class ServedModel:
    """A model that is served.

    Attributes
    ----------
    pair : ConfidentRegressor or SelectiveRegressor
        The model itself.
    card : ModelCard
    schema : Schema
    decisions : Decisions
    key : str or None
        The field of a row that is its id; None knows rows by all their inputs.
    name : str
        What people call it: its file.
    sales : PreparedSales or None
        Of which comparables are chosen.
    """

    pair: Any
    card: ModelCard
    schema: Schema
    decisions: Decisions
    key: str | None = None
    name: str = ""
    sales: PreparedSales | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls,
        model: Any,
        *,
        key: str | None = None,
        sales: Any = None,
        plugins: bool = False,
        trust: Collection[str] = (),
    ) -> Self:
        """Open a model.

        Parameters
        ----------
        model : path, or ConfidentRegressor or SelectiveRegressor that is fitted
        key : str, default=None
        sales : DataFrame or path, default=None
            None is those that the model keeps, if it does.
        plugins, trust
            As in `qconf.open_model`.

        Raises
        ------
        ModelFileError, OptionError, TableError
        """
        pair, card, reading = opened(model, "served", plugins=plugins, trust=trust)
        schema = Schema.of_model(pair, reading)
        if key is not None and key in schema.names:
            msg = f"The key {key!r} is an input of the model; name a field that is an id of rows."
            raise OptionError(msg)
        decisions = Decisions().of_card(card)
        decisions.check(pair)
        known = _sales(pair, card, schema, reading, sales)
        name = Path(model).name if isinstance(model, str | PathLike) else type(pair).__name__
        return cls(pair, card, schema, decisions, key, name, known)

    @cached_property
    def inputs(self) -> tuple[Column, ...]:
        """The columns that a row must have."""
        return tuple(one for one in self.schema.columns if one.needed)

    @cached_property
    def digest(self) -> str:
        """By what the model is known again."""
        known = fingerprint_of(self.pair, [])
        return "" if known is None else known.digest

    def read(self, rows: Sequence[Mapping[str, Any]], longest: int = _LONGEST) -> NewRows:
        """Read rows of JSON."""
        return read_rows(self.schema, self.key, rows, longest)

    def explain(self, frame: Any, score: dict[str, Any] | None = None) -> dict[str, Any]:
        """Explain one row in plain values; what cannot be explained says so.

        Parameters
        ----------
        frame : DataFrame of shape (1, n_columns)
        score : dict, default=None
            What is said of it, if that is known.
        """
        return explained_row(
            self.pair, frame, schema=self.schema, decisions=self.decisions, sales=self.sales,
            target=self.card.target, score=score,
        )  # fmt: skip

    def warm_up(self) -> None:
        """Score and explain a typical row: what is loaded or compiled once waits for nobody."""
        background = getattr(getattr(self.pair, "estimator_", self.pair), "background_", None)
        if background is None or not self.schema.named:
            return
        row = background.typical
        missing = {one.name: np.nan for one in self.schema.columns if one.name not in row}
        self.explain(row.assign(**missing)[self.schema.names])


def _sales(
    pair: Any, card: ModelCard, schema: Schema, reading: Mapping[str, Any], sales: Any
) -> PreparedSales | None:
    known = sales
    if isinstance(sales, str | PathLike):
        known = sales_of_file(fspath(sales), schema, dict(reading))
    regressor = getattr(pair, "estimator_", pair)
    if known is None:
        known = kept_sales(regressor, card.target)
    if known is None or not isinstance(regressor, ConfidentRegressor):
        return None
    target = card.target if card.target is not None else "target"
    return PreparedSales.of(regressor, known, target, 0, keeps_leaves=True)
