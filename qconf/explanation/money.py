"""Write values and what is added to them: with a sign where they are steps."""

from __future__ import annotations

import math

__all__ = ["in_steps"]

#: From here on, what comes behind the point is left out.
_WHOLE = 1000


def in_steps(value: float, *, sign: bool = False) -> str:
    """Write a value with thousands as people write them; three digits of a small one.

    Examples
    --------
    >>> in_steps(540_123.4), in_steps(18_000.2, sign=True), in_steps(-0.01234, sign=True)
    ('540,123', '+18,000', '-0.0123')
    """
    plus = "+" if sign else ""
    if not math.isfinite(value):
        return "not known"
    if abs(value) >= _WHOLE:
        return f"{value:{plus},.0f}"
    places = 0 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:{plus}.{places}f}"
