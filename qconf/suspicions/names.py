"""Read from a column's name what it says that it is: a key, a unit, a time."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["names_a_key", "names_a_past_date", "names_a_time", "names_a_unit", "words_of"]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KEYS: Final = _words(
    "id ids uuid guid uid pid oid fid gid zpid apn pin pinx rowid rownum rownames index idx "
    "unnamed serial isbn vin hash"
)
#: These count something if a word follows: *number of rooms*.
_KEYS_AT_THE_END: Final = _words("key no nr num number code ref reference order record row")
_UNITS: Final = _words(
    "parcel building house flat apartment unit property address plot lot seller buyer customer "
    "client store shop account vehicle car patient person user device machine station school "
    "player team household owner agent company firm hotel listing item product"
)
_TIMES: Final = _words(
    "date day time when timestamp datetime moment month period year yr sold sale closed closing "
    "contract recorded registered paid created arrival departure observed measured valuation "
    "appraisal transaction order"
)
#: Dates that belong to a thing, not to the row: they are features.
_PAST: Final = _words(
    "built build construction constructed birth born dob birthday renovated renovation remodeled "
    "founded opened established expiry expires expiration due delivery manufactured"
)


def words_of(name: str) -> list[str]:
    """Split a name into lower-case words.

    Examples
    --------
    >>> words_of("saleId"), words_of("Unnamed: 0"), words_of("price_per_m2")
    (['sale', 'id'], ['unnamed', '0'], ['price', 'per', 'm', '2'])
    """
    return [word.lower() for word in _WORD.findall(name)]


def names_a_key(name: str) -> bool:
    """Tell whether a name says that the column numbers rows or things.

    Examples
    --------
    >>> names_a_key("sale_id"), names_a_key("house number"), names_a_key("number_of_rooms")
    (True, True, False)
    """
    words = words_of(name)
    if not words:
        return False
    return not _KEYS.isdisjoint(words) or words[-1] in _KEYS_AT_THE_END


def names_a_unit(name: str) -> bool:
    """Tell whether a name says that the column holds things that rows can have in common.

    Examples
    --------
    >>> names_a_unit("parcel"), names_a_unit("area")
    (True, False)
    """
    words = words_of(name)
    return names_a_key(name) or (bool(words) and not _UNITS.isdisjoint(words))


def names_a_time(name: str) -> bool:
    """Tell whether a name says that the column holds the time of the row.

    Examples
    --------
    >>> names_a_time("sold_on"), names_a_time("built")
    (True, False)
    """
    return not _TIMES.isdisjoint(words_of(name)) and not names_a_past_date(name)


def names_a_past_date(name: str) -> bool:
    """Tell whether a name says that the column holds a date that belongs to the thing itself.

    Examples
    --------
    >>> names_a_past_date("yearBuilt"), names_a_past_date("sale_date")
    (True, False)
    """
    return not _PAST.isdisjoint(words_of(name))
