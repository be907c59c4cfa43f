"""How much of everything the service takes."""

from __future__ import annotations

from dataclasses import dataclass, fields

from qconf.errors import OptionError

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """How much of everything the service takes.

    Attributes
    ----------
    body_bytes : int
        Of a request.
    rows, explained_rows : int
        Of a request; of those with explanations.
    text_length : int
        Characters of a cell.
    json_depth : int
    requests_per_minute : int
        Of one client; so many at once after a rest.
    waiting : int
        Requests that wait for a thread; beyond, clients are asked to come again.
    body_seconds : float
        In which a body must have come.
    """

    body_bytes: int = 2_000_000
    rows: int = 1_000
    explained_rows: int = 20
    text_length: int = 4_000
    json_depth: int = 8
    requests_per_minute: int = 60_000
    waiting: int = 500
    body_seconds: float = 30.0

    def __post_init__(self) -> None:
        """Check them.

        Raises
        ------
        OptionError
        """
        for one in fields(self):
            if not getattr(self, one.name) > 0:
                msg = f"The limit {one.name} must be above 0, got {getattr(self, one.name)!r}."
                raise OptionError(msg)
