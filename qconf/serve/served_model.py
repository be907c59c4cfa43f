"""A model that is served, with all that does not hang on the rows that come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Self

from qconf.errors import OptionError
from qconf.explanation.sales_of_file import kept_sales, sales_of_file
from qconf.fitting.opened import opened
from qconf.saving.card import ModelCard
from qconf.saving.fingerprint import fingerprint_of
from qconf.scoring.decisions import Decisions
from qconf.tables.schema import Column, Schema

__all__ = ["ServedModel"]


@dataclass(frozen=True, eq=False)
class ServedModel:
    """A model that is served.

    Attributes
    ----------
    pair : ConfidentRegressor
        The model itself.
    card : ModelCard
    schema : Schema
    decisions : Decisions
    key : str or None
        The field of a row that is its id; None knows rows by all their inputs.
    name : str
        What people call it: its file.
    sales : DataFrame or None
        Of which comparables are chosen.
    """

    pair: Any
    card: ModelCard
    schema: Schema
    decisions: Decisions
    key: str | None = None
    name: str = ""
    sales: Any = field(default=None, repr=False)

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
            msg = f"The key {key!r} is an input of the model, and no id of rows; name another field."
            raise OptionError(msg)
        known = sales
        if isinstance(sales, str | PathLike):
            known = sales_of_file(fspath(sales), schema, dict(reading))
        elif sales is None:
            known = kept_sales(pair, card.target)
        name = Path(model).name if isinstance(model, str | PathLike) else type(pair).__name__
        return cls(pair, card, schema, Decisions().of_card(card), key, name, known)

    @cached_property
    def inputs(self) -> tuple[Column, ...]:
        """The columns that a row must have."""
        return tuple(one for one in self.schema.columns if one.needed)

    @cached_property
    def digest(self) -> str:
        """By what the model is known again."""
        known = fingerprint_of(self.pair, [])
        return "" if known is None else known.digest
