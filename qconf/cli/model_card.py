"""Draw what a model file says of its model, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from qconf.report.wrapping import folded
from qconf.saving.card import ModelCard
from qconf.saving.card_lines import as_figures, card_lines, safe
from qconf.saving.manifest import Manifest

__all__ = ["card_rows", "card_text"]

_WIDTH = 100
_LABEL = 14
_GAP = "  "


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
        yield "part", safe(part.name), safe(part.sha256)


def _lines(manifest: Manifest) -> Iterator[tuple[str, str]]:
    card = manifest.card or ModelCard()
    model = manifest.model
    inside = ", ".join(safe(model[name]) for name in ("regressor", "confidence") if name in model)
    yield "Model", safe(model["type"]) + (f" of {inside}" if inside else "")
    yield "As made", safe(model["written"])
    yield "Places", safe(model.get("places"))
    yield from card_lines(card, n_rows=model.get("n_rows"), scale=manifest.error)
    seeds = manifest.seeds if card.seed is None else {**manifest.seeds, "seed": card.seed}
    yield "Seeds", "; ".join(as_figures(seeds))
    yield "Written by", ", ".join(f"{safe(k)} {safe(v)}" for k, v in manifest.versions.items())
    yield "Format", str(manifest.format)
    yield "Known by", _known_by(manifest.fingerprint)
    yield "Runs code of", _runs(manifest)


def _known_by(fingerprint: dict[str, Any] | None) -> str:
    if fingerprint is None:
        return "nothing: no row could be made that it answers"
    rows, digest = safe(fingerprint.get("rows")), safe(fingerprint.get("sha256"))
    return f"what it says of {rows} pinned rows, sha256 {digest}"


def _runs(manifest: Manifest) -> str:
    plug_ins = ", ".join(map(safe, manifest.plug_ins))
    types = ", ".join(map(safe, manifest.foreign_types))
    asked = [f"the plug-ins {plug_ins} (opened with --plugins)"] if plug_ins else []
    asked += [f"other packages (opened with --trust): {types}"] if types else []
    return "; ".join(asked) or "nobody but qconf"


def _column(column: dict[str, Any]) -> list[str]:
    first, n_levels = column["first"], column["n_levels"]
    levels = ", ".join(map(safe, first))
    if n_levels is not None and n_levels > len(first):
        levels += f" and {n_levels - len(first):,} more"
    return [safe(column["name"]), safe(column["kind"]), levels]


def _part_line(part: Any) -> list[str]:
    return [safe(part.name), f"{part.bytes:,} bytes", safe(part.sha256)]


def _labelled(label: str, text: str) -> str:
    return folded(text, _WIDTH, label.ljust(_LABEL), " " * _LABEL)


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
