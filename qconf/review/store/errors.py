"""What a store may answer beside the record that was asked for."""

from __future__ import annotations

from qconf.errors import OptionError

__all__ = ["ConflictError", "NotFoundError"]


class NotFoundError(OptionError):
    """There is no such estimate or case, or no such input of it."""


class ConflictError(OptionError):
    """Somebody else was here first: a decision, a lock, or the same key for another submission."""
