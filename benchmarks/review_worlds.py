"""Sales of houses in which the faults are known: wrong inputs, and sales that are no market's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from qconf import load_example

__all__ = [
    "FAULTS",
    "NOT_MARKET",
    "WRONG_INPUT",
    "FaultyTable",
    "faulty_sales",
    "king_county_sales",
]

WRONG_INPUT, NOT_MARKET, NONE = "wrong input", "no market sale", ""
#: Shares of the rows.
FAULTS = {WRONG_INPUT: 0.05, NOT_MARKET: 0.03}
_ZONES = 40
#: How an input is typed wrong: half or double, or square feet for square metres; a digit too many
#: or too few; so much off, to where there are others.
_UNITS, _DIGIT = "units", "digit"
_TYPED: Final[Mapping[str, str | tuple[float, float]]] = {
    "size": _UNITS, "lot": _DIGIT, "grade": (3, 4), "built": (100, 1960),
}  # fmt: skip
_TYPED_KC: Final[Mapping[str, str | tuple[float, float]]] = {
    "sqft_living": _UNITS, "sqft_lot": _DIGIT, "grade": (3, 7), "yr_built": (100, 1970),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class FaultyTable:
    """Sales as they are in a file, and as they should be.

    Attributes
    ----------
    table : DataFrame
        ``id``, what is recorded of each house, and ``price``.
    right : DataFrame
        The same without wrong inputs.
    fault : ndarray of shape (n_rows,) of str
        Empty where nothing is wrong.
    """

    table: pd.DataFrame
    right: pd.DataFrame
    fault: Any


def faulty_sales(n_rows: int, seed: int, world: int = 0) -> FaultyTable:
    """Draw sales; `world` draws what zones are like.

    Noise is Student's with 5 degrees of freedom, and differs between houses: by zone, with the age
    of the house and with its lot. Of the size there are two sources, which agree to two per cent.
    """
    zones = np.random.default_rng([18, world])
    level, hard = zones.normal(0, 0.3, _ZONES), zones.normal(0, 0.5, _ZONES)
    rng = np.random.default_rng([18, world, seed])
    zone = rng.integers(_ZONES, size=n_rows)
    size = rng.lognormal(4.7, 0.35, n_rows)
    lot = rng.lognormal(6.2, 0.7, n_rows)
    grade = rng.integers(1, 8, n_rows).astype(float)
    built = np.round(rng.uniform(1900, 2020, n_rows))
    value = 8 + 0.8 * np.log(size) + 0.12 * grade + 0.003 * (built - 1960) + 0.1 * np.log(lot)
    spread = np.exp(np.log(0.12) + hard[zone] - (built - 1960) / 100 + 0.3 * (np.log(lot) - 6.2))
    noise = spread * rng.standard_t(5, n_rows) * np.sqrt(3 / 5)
    right = pd.DataFrame(
        {
            "id": [f"s{seed}-{i}" for i in range(n_rows)],
            "zone": np.char.add("z", zone.astype(str)),
            "size": size.round(1),
            "size_listing": (size * np.exp(rng.normal(0, 0.02, n_rows))).round(1),
            "lot": lot.round(0),
            "grade": grade,
            "built": built,
            "price": np.exp(value + level[zone] + noise).round(-1),
        }
    )
    return _planted(right, _TYPED, rng)


def king_county_sales(n_rows: int, seed: int) -> FaultyTable:
    """Plant faults in sales of King County, drawn at random.

    The floor area stands there twice: as one number, and as that above ground and the basement.
    """
    table = load_example("king-county").table
    rng = np.random.default_rng([18, 98, seed])
    right = table.iloc[rng.permutation(len(table))[:n_rows]].reset_index(drop=True)
    parts = right["sqft_above"] + right["sqft_basement"]
    right = right.drop(columns=[one for one in ("id", "date") if one in right])
    right = right.assign(sqft_parts=parts, id=[f"k{seed}-{i}" for i in range(n_rows)])
    return _planted(right.astype(dict.fromkeys([*_TYPED_KC, "price"], float)), _TYPED_KC, rng)


def _planted(
    right: pd.DataFrame, typed: Mapping[str, Any], rng: np.random.Generator
) -> FaultyTable:
    n_rows = len(right)
    fault = np.full(n_rows, NONE, dtype=object)
    kinds = rng.permutation(n_rows)
    n_wrong, n_odd = (round(share * n_rows) for share in FAULTS.values())
    wrong, odd = kinds[:n_wrong], kinds[n_wrong : n_wrong + n_odd]
    fault[wrong], fault[odd] = WRONG_INPUT, NOT_MARKET
    right.loc[odd, "price"] *= rng.uniform(0.35, 0.75, n_odd)
    return FaultyTable(_mistyped(right, wrong, typed, rng), right, fault)


def _mistyped(
    right: pd.DataFrame, rows: Any, typed: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    table = right.copy()
    which = rng.integers(len(typed), size=len(rows))
    up = np.where(rng.random(len(rows)) < 0.5, 1.0, -1.0)
    factor = np.where(rng.random(len(rows)) < 0.5, 2.0, 10.76)
    for number, (name, how) in enumerate(typed.items()):
        at, sign = rows[which == number], up[which == number]
        own = right.loc[at, name].to_numpy()
        if how == _UNITS:
            table.loc[at, name] = (own * factor[which == number] ** sign).round(1)
        elif how == _DIGIT:
            table.loc[at, name] = (own * 10**sign).round(0)
        else:
            step, middle = how
            table.loc[at, name] = np.where(own > middle, own - step, own + step)
    return table
