"""A model card as lines: a label, and what is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qconf.core.error_scale import error_scale
from qconf.core.estimate import in_percent
from qconf.core.printable import shown
from qconf.errors import QconfError
from qconf.saving.card import BASELINE, CERTIFICATE, LEARNED_FROM, ModelCard

__all__ = ["as_figures", "card_lines", "safe"]

_LONGEST = 2000
_ROLES = ("target", "prediction", "time", "groups")


def card_lines(
    card: ModelCard, *, n_rows: Any = None, scale: str | None = None
) -> Iterator[tuple[str, str]]:
    """Yield labels and texts of a card that need not be trusted; a text may be empty.

    Parameters
    ----------
    card : ModelCard
    n_rows : int, default=None
        Rows of the fit, where the card does not know.
    scale : str, default=None
        The error scale, where the card does not know.
    """
    yield "Estimator", safe(card.estimator)
    yield "Fitted", _fitted(card, n_rows)
    for role in _ROLES:
        yield role.capitalize(), safe(getattr(card, role))
    yield "Error", _error(card, scale)
    figures = dict(card.figures)
    certificate, in_words = figures.pop(CERTIFICATE, None), figures.get("in_words")
    learned, baseline = figures.pop(LEARNED_FROM, None), figures.pop(BASELINE, None)
    yield "Learned", safe(learned.get("in_words") if isinstance(learned, dict) else learned)
    # Which begins with its label where it stands alone.
    told = safe(in_words).removeprefix("Held out ")
    yield "Held out", told if in_words else "; ".join(as_figures(figures))
    promise = certificate.get("in_words") if isinstance(certificate, dict) else certificate
    yield "Certified", safe(promise)
    yield "Baseline", _baseline(baseline)
    yield "Not for", " ".join(map(safe, card.not_for))
    yield "Read as", "; ".join(as_figures(card.reading))


def safe(value: Any) -> str:
    """Write a value of a stranger's file so that it commands nothing and fills no screen."""
    text = "" if value is None else shown(str(value)[:_LONGEST])
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def as_figures(figures: dict[str, Any], before: str = "") -> Iterator[str]:
    """Write nested figures as ``best_decile.outlier_rate 0.031``."""
    for name, value in figures.items():
        if isinstance(value, dict):
            yield from as_figures(value, f"{before}{name}.")
        elif value is not None:
            yield f"{safe(before + name)} {safe(value)}"


def _fitted(card: ModelCard, n_rows: Any) -> str:
    rows = card.n_rows if card.n_rows is not None else n_rows
    when = safe(card.fitted)
    on = f"on {rows:,} rows" if type(rows) is int else ""
    span = "" if not card.time_range else " from " + " to ".join(map(safe, card.time_range))
    return " ".join(part for part in (when, on + span) if part)


def _error(card: ModelCard, scale: str | None) -> str:
    name = safe(card.error or scale)
    if not name or card.threshold is None:
        return name
    try:
        return f"{name}; an outlier is {error_scale(name).in_words(card.threshold)}"
    except QconfError:  # a stranger's name
        return f"{name}; threshold {card.threshold:g}"


def _baseline(plain: Any) -> str:
    """Say in a line of what rows the baseline is; its many numbers are read by programs."""
    told = plain if isinstance(plain, dict) else {}
    rows, rate = told.get("n_rows"), told.get("outlier_rate")
    if type(rows) is not int or type(rate) is not float:
        return ""
    return (
        f"{rows:,} rows, {in_percent(rate)} of them outliers: qconf monitor holds later rows "
        "against them; --format json tells all of it"
    )
