"""Find the two columns of a table that say where a row is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from qconf._types import BoolArray, FloatArray
from qconf.core.plain_columns import NUMBERS
from qconf.encoding.encoded import Encoded
from qconf.errors import OptionError, did_you_mean

__all__ = ["are_degrees", "find_place", "inside_degrees", "named_place"]

_LATITUDE = ("latitude", "lat")
_LONGITUDE = ("longitude", "long", "lng", "lon")
_HIGHEST = (90.0, 180.0)
#: A few typos make no other thing of a column.
_NEARLY_ALL = 0.99
#: Fewer places than this are levels of a category, which other models read as well.
_FEWEST_PLACES = 10


def find_place(X: Encoded, names: Sequence[str]) -> tuple[str, str] | None:
    """Find latitude and longitude by their names, if their values bear them out.

    Both must be there, named alike but for that (``geo_lat`` and ``geo_long``), and hold numbers:
    99 % of the known ones inside ±90 and ±180, and ten different places or more. Of several such
    pairs it is the one with the fewest other words in its names, or else the first.

    Parameters
    ----------
    X : Encoded of shape (n_samples, n_features)
    names : sequence of str
        Of the columns; empty for a table without names, which has no places.

    Returns
    -------
    (str, str) or None
        The names of latitude and longitude.
    """
    numbers = [name for i, name in enumerate(names) if _is_number(X, i)]
    latitudes, longitudes = (_by_other_words(numbers, axis) for axis in (_LATITUDE, _LONGITUDE))
    pairs = sorted((rest for rest in latitudes if rest in longitudes), key=len)
    for rest in pairs:
        pair = latitudes[rest], longitudes[rest]
        if _is_place(*(X.matrix[:, names.index(name)] for name in pair)):
            return pair
    return None


def named_place(X: Encoded, names: Sequence[str], places: Sequence[str]) -> tuple[str, str]:
    """Check the names of the two columns that somebody says a place is told by.

    Parameters
    ----------
    X : Encoded of shape (n_samples, n_features)
    names : sequence of str
        Of the columns; empty for a table without names.
    places : sequence of str
        Latitude and longitude, or x and y of a map.

    Returns
    -------
    (str, str)

    Raises
    ------
    OptionError
        If they are not the names of two different columns of numbers.
    """
    told = [one for one in places if isinstance(one, str)]
    if len(told) != len(places) or len(set(told)) != 2:  # noqa: PLR2004 - a place has two
        msg = (
            f"The places must be the names of two columns, latitude and longitude; got {places!r}."
        )
        raise OptionError(msg)
    for name in told:
        if name not in names:
            known = (
                did_you_mean(name, names) if len(names) else "The table's columns have no names."
            )
            msg = f"There is no column {name!r} for the places. {known}"
            raise OptionError(msg)
        if not _is_number(X, list(names).index(name)):
            msg = f"The places must be columns of numbers; {name!r} is none."
            raise OptionError(msg)
    return told[0], told[1]


def are_degrees(first: FloatArray, second: FloatArray) -> bool:
    """Tell latitudes and longitudes from distances on a map, by their range.

    Parameters
    ----------
    first, second : ndarray of shape (n_samples,)
        With gaps.

    Returns
    -------
    bool
        False if no row has both.
    """
    known = np.isfinite(first) & np.isfinite(second)
    return bool(known.any() and inside_degrees(first, second)[known].mean() >= _NEARLY_ALL)


def inside_degrees(latitude: FloatArray, longitude: FloatArray) -> BoolArray:
    """Tell the rows whose place can be on earth."""
    inside: BoolArray = (np.abs(latitude) <= _HIGHEST[0]) & (np.abs(longitude) <= _HIGHEST[1])
    return inside


def _is_number(X: Encoded, column: int) -> bool:
    return X.is_measured(column) and X.encoder.kind_of(column) == NUMBERS


def _is_place(latitude: FloatArray, longitude: FloatArray) -> bool:
    if not are_degrees(latitude, longitude):
        return False
    inside = inside_degrees(latitude, longitude)
    different = np.unique(np.column_stack([latitude, longitude])[inside], axis=0)
    return len(different) >= _FEWEST_PLACES


def _by_other_words(names: Iterable[str], axis: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    """Return the columns that are named for an axis, by what else is in their names."""
    found: dict[tuple[str, ...], str] = {}
    for name in names:
        rest = _without(_words(name), axis)
        if rest is not None:
            found.setdefault(rest, name)
    return found


def _words(name: str) -> list[str]:
    """Split ``siteLat2`` as ``site_lat_2``."""
    return re.findall(r"[a-z]+|\d+", re.sub(r"(?<=[a-z\d])(?=[A-Z])", "_", name).lower())


def _without(words: list[str], axis: tuple[str, ...]) -> tuple[str, ...] | None:
    """Take the word for an axis out, be it the end of another one (``intptlat``); None if none."""
    for i, word in enumerate(words):
        if word in axis:
            return (*words[:i], *words[i + 1 :])
    for i, word in enumerate(words):
        end = next((one for one in axis if word.endswith(one)), None)
        if end is not None:
            return (*words[:i], word.removesuffix(end), *words[i + 1 :])
    return None
