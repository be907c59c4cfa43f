"""What an alarm says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Alarm"]


@dataclass(frozen=True)
class Alarm:
    """Something that was promised does not hold any more.

    Attributes
    ----------
    what : str
        Which monitor, or which part of it.
    n_rows : int
        After how many of its rows it was raised.
    began : int
        After how many rows it seems to have begun.
    observed : float
        The mean over all of its rows until then, in the units of `limit`.
    limit : float
        What was promised.
    evidence : float
        The e-value, or the sum of a change detector.
    """

    what: str
    n_rows: int
    began: int
    observed: float
    limit: float
    evidence: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values of JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Alarm:
        """Read what `to_dict` gave."""
        return cls(**plain)
