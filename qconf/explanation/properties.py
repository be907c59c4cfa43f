"""What contributions are of: columns, or columns that are taken together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qconf.errors import OptionError, did_you_mean

__all__ = ["Property", "properties_of"]


@dataclass(frozen=True)
class Property:
    """A column, or several that are changed as one.

    Attributes
    ----------
    columns : tuple of str
    """

    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """As it is told: ``lat + long``."""
        return " + ".join(self.columns)


def properties_of(
    columns: Sequence[str], together: Iterable[Sequence[str]] | None
) -> tuple[Property, ...]:
    """Put columns together as asked; each other one is a property by itself.

    Parameters
    ----------
    columns : sequence of str
        Those that the models see.
    together : iterable of sequences of str, or None

    Returns
    -------
    tuple of Property
        In the order of their first columns.

    Raises
    ------
    OptionError
        If there is no such column, or one stands in two groups.

    Examples
    --------
    >>> [one.name for one in properties_of(["lat", "rooms", "long"], [("lat", "long")])]
    ['lat + long', 'rooms']
    """
    group_of: dict[str, tuple[str, ...]] = {}
    for group in together or ():
        if isinstance(group, str):
            msg = f"together wants groups of columns, such as [('lat', 'long')]; got {group!r}."
            raise OptionError(msg)
        for name in group:
            if name not in columns:
                msg = f"together: the model sees no column {name!r}. {did_you_mean(name, columns)}"
                raise OptionError(msg)
            if name in group_of:
                msg = f"together: the column {name!r} stands twice; each can be in one group."
                raise OptionError(msg)
            group_of[name] = tuple(group)
    return tuple(dict.fromkeys(Property(group_of.get(name, (name,))) for name in columns))
