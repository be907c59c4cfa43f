"""Which slices are looked at on the newer half: chosen before any of its labels is seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qconf._types import IntArray
from qconf.slicing.properties import Property
from qconf.slicing.slices import Slice

__all__ = ["FEWEST_GROUPS", "looked_at"]

#: A slice needs so many groups: fewer do not tell their own spread.
FEWEST_GROUPS = 10
#: More slices of one property than this widen all intervals, and make covariances long.
_MOST_OF_ONE = 400


def looked_at(
    properties: Sequence[Property],
    suspects: Sequence[Slice],
    newer: IntArray,
    groups: IntArray | None,
    min_rows: int,
) -> list[Slice]:
    """List suspects, their properties by themselves, and all cells of one property.

    Parameters
    ----------
    properties : sequence of Property
    suspects : sequence of Slice
        Found on the older half.
    newer : ndarray of int
        Positions of the newer rows.
    groups : ndarray of shape (n_newer,) of int, or None
    min_rows : int
        Of slices of one property, in the newer half.

    Returns
    -------
    list of Slice
        None twice, the suspects first. Slices with too few rows or groups are left out.
    """
    parents = [parent for one in suspects for parent in one.parents]
    cells = [Slice((condition,)) for i, one in enumerate(properties) for condition in one.cells(i)]
    sizes = {one: int(one.holds(properties, newer).sum()) for one in cells}
    largest = sorted(cells, key=lambda one: -sizes[one])[:_MOST_OF_ONE]
    named = dict.fromkeys([*suspects, *parents, *(one for one in cells if one in set(largest))])
    return [one for one in named if _is_enough(one, properties, newer, groups, min_rows)]


def _is_enough(
    one: Slice,
    properties: Sequence[Property],
    newer: IntArray,
    groups: IntArray | None,
    min_rows: int,
) -> bool:
    inside = one.holds(properties, newer)
    n_inside = int(inside.sum())
    if n_inside < min_rows or n_inside == len(newer):
        return False
    return groups is None or bool(np.count_nonzero(np.bincount(groups[inside])) >= FEWEST_GROUPS)
