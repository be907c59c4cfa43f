"""What people found, as sections with pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from qconf.core.estimate import Estimate, in_percent
from qconf.pages.words import dots_height, rate_text, row_table
from qconf.report.intervals import IntervalsDisplay
from qconf.report.page.parts import KeyFigure, Part, Picture, Section
from qconf.review.reasons import DECISIONS, REASONS
from qconf.review.slices import MONTH
from qconf.review.sources import RANDOM, SOURCES
from qconf.review.summary import CANNOT_SAY, ReviewSummary

__all__ = ["figures", "lead", "sections"]

_MOST_DRAWN: Final = 12
_BROUGHT: Final = "rows it brought: off"
_LABELS: Final = ("share (interval)", "in all other rows")
_NOTHING: Final = "Nothing yet."
_NO_MONTHS: Final = "Told once there are several months, of five cases and more each."
_NO_SLICES: Final = "Choose an input to slice by, above; slices of five cases and more are told."
_ON_RANDOM: Final = (
    "Estimated on the random share, which no source has chosen: how many of the rows that a source "
    "names are off, and how many of those that are off it names."
)


def lead(summary: ReviewSummary) -> list[str]:
    """Say what there is to know at first."""
    counts = summary.counts
    said = f"people said {counts['feedback']:,} times what is off"
    lines = [f"{counts['decided']:,} cases are decided, {counts['open']:,} are not; {said}."]
    random = _rows(summary, "sources", what=RANDOM, of=_BROUGHT)
    if len(random):
        one = random.iloc[0]
        lines.append(
            f"Of the {one['n']:,} estimates that were drawn at random, "
            f"{rate_text(_estimate(one))} were off: so often one is, whoever looks."
        )
    else:
        lines.append(
            "No case that was drawn at random is decided yet: until then nobody can say what the "
            "other sources are worth."
        )
    return lines


def figures(summary: ReviewSummary) -> Iterator[KeyFigure]:
    """Tell the numbers in large type."""
    for name, label in (("decided", "cases decided"), ("open", "not decided")):
        yield KeyFigure(f"{summary.counts[name]:,}", label)
    yield KeyFigure(f"{summary.counts['feedback']:,}", "times somebody said what is off")
    random = _rows(summary, "sources", what=RANDOM, of=_BROUGHT)
    if len(random):
        told = _estimate(random.iloc[0])
        yield KeyFigure(in_percent(told.value), "of random estimates are off", _range(told))


def sections(summary: ReviewSummary) -> list[Section]:
    """Tell all that was found.

    Parameters
    ----------
    summary : ReviewSummary
    """
    return [
        _reasons(summary, "decisions", "What was decided", DECISIONS),
        _reasons(summary, "feedback", "What people said", REASONS),
        _sliced(summary, "Reasons by month", months=True),
        _sliced(summary, "Reasons by slice", months=False),
        _worth(summary),
        _foretold(summary),
    ]


def _reasons(summary: ReviewSummary, table: str, title: str, names: Any) -> Section:
    rows = _rows(summary, table).sort_values("value", ascending=False, kind="stable")
    if not len(rows):
        return Section(title, [_NOTHING])
    told = {names.get(one["what"], one["what"]): _estimate(one) for one in _each(rows)}
    n = int(rows["n"].iloc[0])
    what = "decisions" if table == "decisions" else "times somebody said something"
    return Section(title, [_picture(told, f"share of {n:,} {what}, %", f"Shares of {n:,} {what}")])


def _picture(
    told: dict[str, Estimate], axis: str, caption: str, beside: dict[str, float] | None = None
) -> Picture:
    drawn = {name: one for name, one in list(told.items())[:_MOST_DRAWN] if _known(one)}
    display = IntervalsDisplay(drawn, axis, expected=beside, labels=_LABELS)
    words = "; ".join(f"{name} {rate_text(one)}" for name, one in drawn.items())
    rows = [[name, _text(one), *_other(beside, name)] for name, one in told.items()]
    headers = ["", "share (interval)", *(["in all other rows"] if beside is not None else [])]
    table = row_table(caption, headers, rows)
    return Picture(display, f"{caption}: {words}.", table, height=dots_height(len(drawn)))


def _other(beside: dict[str, float] | None, name: str) -> list[str]:
    if beside is None:
        return []
    return [in_percent(beside[name]) if name in beside else "-"]


def _sliced(summary: ReviewSummary, title: str, *, months: bool) -> Section:
    """Tell which reasons come more or less often in a slice than in all other rows."""
    rows = _rows(summary, "slices")
    rows = rows[rows["of"].str.startswith(f"{MONTH} ") == months]
    if not len(rows):
        return Section(title, [_NO_MONTHS if months else _NO_SLICES])
    sure = rows[rows["verdict"] != CANNOT_SAY]
    drawn = (sure if len(sure) else rows).sort_values("value", ascending=False, kind="stable")
    drawn = drawn.head(_MOST_DRAWN)
    names = {**REASONS, **DECISIONS}
    told = {f"{names.get(r['what'], r['what'])}, {r['of']}": _estimate(r) for r in _each(drawn)}
    other = {
        f"{names.get(r['what'], r['what'])}, {r['of']}": float(r["compared_with"])
        for r in _each(drawn)
        if pd.notna(r["compared_with"])
    }
    some = "These differ from all other rows" if len(sure) else "None is shown to differ"
    level = f"{100 * summary.confidence_level:g} %"
    parts: list[Part] = [
        f"{some}; all intervals of slices hold at once, with {level}.",
        _picture(told, "share of the slice, %", "Reasons in slices", other),
        _all_slices(rows, names),
    ]
    return Section(title, parts)


def _all_slices(rows: pd.DataFrame, names: dict[str, str]) -> Part:
    told = [
        [r["of"], names.get(r["what"], r["what"]), f"{r['n']:,}", _text(_estimate(r)),
         in_percent(r["compared_with"]) if pd.notna(r["compared_with"]) else "-", r["verdict"]]
        for r in _each(rows)
    ]  # fmt: skip
    headers = ["slice", "reason", "n", "share (interval)", "in all other rows", "verdict"]
    return row_table("All of them", headers, told, words=(0, 1), names=(5,), folded=True)


def _worth(summary: ReviewSummary) -> Section:
    """Tell how precise each source is, beside the random share, and what it finds."""
    title = "What sources of the queue are worth"
    rows = _rows(summary, "sources")
    if not len(rows):
        return Section(title, [_NOTHING])
    parts: list[Part] = []
    brought = {r["what"]: r for r in _each(rows[rows["of"] == _BROUGHT])}
    told = {f"{name}: {SOURCES.get(name, '')}": _estimate(r) for name, r in brought.items()}
    if told:
        usual = _estimate(brought[RANDOM]) if RANDOM in brought else None
        parts += ["Of the rows that each source brought, how many were off (precision):"]
        parts += [_of_sources(brought, usual)]
    found = rows[rows["of"] != _BROUGHT]
    if len(found):
        parts += [_ON_RANDOM]
        table = [[r["what"], r["of"], f"{r['n']:,}", _text(_estimate(r))] for r in _each(found)]
        headers = ["source", "of", "n", "share (interval)"]
        parts += [row_table("Sources among random rows", headers, table, words=(0, 1))]
    return Section(title, parts)


def _of_sources(brought: dict[str, Any], usual: Estimate | None) -> Picture:
    told = {name: _estimate(one) for name, one in brought.items()}
    drawn = {name: one for name, one in told.items() if _known(one)}
    reference = None if usual is None else (usual.value, "random rows")
    display = IntervalsDisplay(drawn, "off, %", reference=reference, labels=_LABELS)
    words = "; ".join(f"{name} {rate_text(one)}" for name, one in drawn.items())
    rows = [
        [name, SOURCES.get(name, ""), f"{brought[name]['n']:,}", _text(one)]
        for name, one in told.items()
    ]
    headers = ["source", "which rows", "n", "off (interval)"]
    caption = "Precision of each source"
    table = row_table(caption, headers, rows, words=(1,), names=(0,))
    return Picture(display, f"{caption}: {words}.", table, height=dots_height(len(drawn)))


def _foretold(summary: ReviewSummary) -> Section:
    """Tell which reasons that people give go with large errors."""
    title = "Which reasons foretell large errors"
    rows = _rows(summary, "errors")
    said = rows[rows["what"] != RANDOM]
    if not len(said):
        return Section(
            title, ["Nobody has said anything yet of a row of which the outcome is known."]
        )
    usual = rows[rows["what"] == RANDOM]
    reference = None
    if len(usual):
        reference = (float(usual["value"].iloc[0]), "random rows")
    told = {REASONS.get(r["what"], r["what"]): _estimate(r) for r in _each(said)}
    drawn = {name: one for name, one in told.items() if _known(one)}
    display = IntervalsDisplay(drawn, "outliers, %", reference=reference, labels=_LABELS)
    table = [
        [REASONS.get(r["what"], r["what"]), f"{r['n']:,}", _text(_estimate(r)), r["verdict"]]
        for r in _each(said)
    ]
    if len(usual):
        one = usual.iloc[0]
        table.append(["rows drawn at random", f"{one['n']:,}", _text(_estimate(one)), ""])
    caption = "Outliers among rows of which somebody said so"
    headers = ["reason", "rows", "outliers (interval)", "verdict"]
    numbers = row_table(caption, headers, table, names=(3,))
    words = "; ".join(f"{name} {rate_text(one)}" for name, one in drawn.items())
    height = dots_height(len(drawn))
    return Section(title, [Picture(display, f"{caption}: {words}.", numbers, height=height)])


def _rows(summary: ReviewSummary, table: str, **where: str) -> pd.DataFrame:
    rows = summary.table.reset_index()
    rows = rows[rows["table"] == table]
    for name, value in where.items():
        rows = rows[rows[name] == value]
    return rows


def _each(rows: pd.DataFrame) -> Sequence[Any]:
    return rows.to_dict("records")


def _estimate(row: Any) -> Estimate:
    return Estimate(float(row["value"]), (float(row["low"]), float(row["high"])))


def _known(one: Estimate) -> bool:
    return not np.isnan(one.value)


def _text(one: Estimate) -> str:
    return rate_text(one) if _known(one) else CANNOT_SAY


def _range(one: Estimate) -> str:
    return f"interval {100 * one.interval[0]:.1f} to {100 * one.interval[1]:.1f} %"
