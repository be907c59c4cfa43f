"""Draw what a model file says of its model, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import fill
from typing import Any

from qconf.core.printable import shown
from qconf.errors import QconfError
from qconf.saving.card import ModelCard
from qconf.saving.manifest import Manifest

__all__ = ["card_rows", "card_text"]

_WIDTH = 100
_LABEL = 14
_GAP = "  "
_LONGEST = 2000


def card_text(manifest: Manifest) -> str:
    """Draw a model card.

    Parameters
    ----------
    manifest : Manifest
        Of a file that need not be trusted: what does not print is written out.

    Returns
    -------
    str
        At most 100 columns wide, but for names and digests that are longer.
    """
    parts = [
        "\n".join(_labelled(*line) for line in _lines(manifest) if line[1]),
        _grid(f"Columns ({len(manifest.columns):,})", map(_column, manifest.columns)),
        _grid("Parts, and their sha256", map(_part_line, manifest.parts)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def card_rows(manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    """Write a model card as a table with a row for each thing that it says.

    Parameters
    ----------
    manifest : Manifest

    Yields
    ------
    section, name, value : str
        ``card``, a label and a text; ``column``, its name and kind; ``part``, its name and digest.
    """
    for label, text in _lines(manifest):
        if text:
            yield "card", label, text
    for column in manifest.columns:
        name, *said = _column(column)
        yield "column", name, ": ".join(one for one in said if one)
    for part in manifest.parts:
        yield "part", _safe(part.name), _safe(part.sha256)


def _lines(manifest: Manifest) -> Iterator[tuple[str, str]]:
    card = manifest.card or ModelCard()
    model = manifest.model
    inside = ", ".join(_safe(model[name]) for name in ("regressor", "confidence") if name in model)
    yield "Model", _safe(model["type"]) + (f" of {inside}" if inside else "")
    yield "As made", _safe(model["written"])
    yield "Estimator", _safe(card.estimator)
    yield "Fitted", _fitted(card, model.get("n_rows"))
    roles = ("target", "prediction", "time", "groups")
    for role in roles:
        yield role.capitalize(), _safe(getattr(card, role))
    yield "Error", _error(card, manifest.error)
    figures = dict(card.figures)
    certificate, in_words = figures.pop("certificate", None), figures.get("in_words")
    # Which begins with its label where it stands alone.
    told = _safe(in_words).removeprefix("Held out ")
    yield "Held out", told if in_words else "; ".join(_figures(figures))
    promise = certificate.get("in_words") if isinstance(certificate, dict) else certificate
    yield "Certified", _safe(promise)
    yield "Not for", " ".join(map(_safe, card.not_for))
    yield "Read as", "; ".join(_figures(card.reading))
    seeds = manifest.seeds if card.seed is None else {**manifest.seeds, "seed": card.seed}
    yield "Seeds", "; ".join(_figures(seeds))
    yield "Written by", ", ".join(f"{_safe(k)} {_safe(v)}" for k, v in manifest.versions.items())
    yield "Format", str(manifest.format)
    yield "Known by", _known_by(manifest.fingerprint)
    yield "Runs code of", _runs(manifest)


def _safe(value: Any) -> str:
    """Write a value of a stranger's file so that it commands nothing and fills no screen."""
    text = "" if value is None else shown(str(value)[:_LONGEST])
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _fitted(card: ModelCard, n_rows: Any) -> str:
    rows = card.n_rows if card.n_rows is not None else n_rows
    when = _safe(card.fitted)
    on = f"on {rows:,} rows" if type(rows) is int else ""
    span = "" if not card.time_range else " from " + " to ".join(map(_safe, card.time_range))
    return " ".join(part for part in (when, on + span) if part)


def _error(card: ModelCard, scale: str | None) -> str:
    name = _safe(card.error or scale)
    if not name or card.threshold is None:
        return name
    from qconf.core.error_scale import error_scale  # noqa: PLC0415 - only where it is needed

    try:
        return f"{name}; an outlier is {error_scale(name).in_words(card.threshold)}"
    except QconfError:  # a stranger's name
        return f"{name}; threshold {card.threshold:g}"


def _figures(figures: dict[str, Any], before: str = "") -> Iterator[str]:
    """Write nested figures as ``best_decile.outlier_rate 0.031``."""
    for name, value in figures.items():
        if isinstance(value, dict):
            yield from _figures(value, f"{before}{name}.")
        elif value is not None:
            yield f"{_safe(before + name)} {_safe(value)}"


def _known_by(fingerprint: dict[str, Any] | None) -> str:
    if fingerprint is None:
        return "nothing: no row could be made that it answers"
    rows, digest = _safe(fingerprint.get("rows")), _safe(fingerprint.get("sha256"))
    return f"what it says of {rows} pinned rows, sha256 {digest}"


def _runs(manifest: Manifest) -> str:
    plug_ins = ", ".join(map(_safe, manifest.plug_ins))
    types = ", ".join(map(_safe, manifest.foreign_types))
    asked = [f"the plug-ins {plug_ins} (opened with --plugins)"] if plug_ins else []
    asked += [f"other packages (opened with --trust): {types}"] if types else []
    return "; ".join(asked) or "nobody but qconf"


def _column(column: dict[str, Any]) -> list[str]:
    first, n_levels = column["first"], column["n_levels"]
    levels = ", ".join(map(_safe, first))
    if n_levels is not None and n_levels > len(first):
        levels += f" and {n_levels - len(first):,} more"
    return [_safe(column["name"]), _safe(column["kind"]), levels]


def _part_line(part: Any) -> list[str]:
    return [_safe(part.name), f"{part.bytes:,} bytes", _safe(part.sha256)]


def _labelled(label: str, text: str) -> str:
    indent = " " * _LABEL
    return fill(
        text,
        _WIDTH,
        initial_indent=label.ljust(_LABEL),
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _grid(heading: str, rows: Iterable[list[str]]) -> str:
    cells = list(rows)
    if not cells:
        return ""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        _GAP + _GAP.join(cell.ljust(n) for cell, n in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join([heading, *lines])
