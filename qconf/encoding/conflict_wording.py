"""Say in a sentence what two sources tell of one row."""

from __future__ import annotations

import math

from qconf.encoding.source_pairs import SourcePair

__all__ = ["in_words"]

#: Numbers from here on have a mark at their thousands: a year has none.
_LONG = 10_000
#: A bias below this share is none that anybody would speak of.
_LEAST_SHARE = 0.005


def in_words(
    pair: SourcePair, first: float, second: float, *, bias: float, by_ratio: bool, unusual: bool
) -> str:
    """Say what two sources tell, whether that is unusual, and how they usually differ.

    Parameters
    ----------
    pair : SourcePair
    first, second : float
        What each says; NaN is missing.
    bias : float
        How far the first usually is above the second: a difference of logarithms, or of numbers.
    by_ratio : bool
    unusual : bool
        Whether they are further apart than usual.

    Returns
    -------
    str
        A part of a sentence.

    Examples
    --------
    >>> pair = SourcePair("tax", "listing", "floor area")
    >>> in_words(pair, 2100.0, 1700.0, bias=-0.03, by_ratio=True, unusual=True)
    'two sources disagree on the floor area: tax 2100, listing 1700; listing is usually 3 % above'
    """
    known = {
        str(name): value
        for name, value in ((pair.first, first), (pair.second, second))
        if not math.isnan(value)
    }
    what = f" the {pair.about}" if pair.about else ""
    if not known:
        return f"no source tells{what or f' {pair.first} or {pair.second}'}"
    told = ", ".join(f"{name} {_number(value)}" for name, value in known.items())
    if len(known) == 1:
        silent = pair.second if str(pair.first) in known else pair.first
        return f"one source alone tells{what or ' it'}: {told}, {silent} is missing"
    on = f" on{what}" if what else ""
    verb = "disagree" if unusual else "agree"
    return f"two sources {verb}{on}: {told}; {_usually(pair, bias, by_ratio=by_ratio)}"


def _usually(pair: SourcePair, bias: float, *, by_ratio: bool) -> str:
    higher = pair.first if bias > 0 else pair.second
    share = math.expm1(abs(bias))
    if bias == 0 or (by_ratio and share < _LEAST_SHARE):
        return "neither is usually above"
    far = f"{100 * share:.0f} %" if by_ratio else _number(abs(bias))
    return f"{higher} is usually {far} above"


def _number(value: float) -> str:
    return f"{value:,.8g}" if abs(value) >= _LONG else f"{value:.6g}"
