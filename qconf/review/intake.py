"""Score rows whose outcomes are known, or some of them, and say how surprising each outcome is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import t

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.core.conventions import PREDICTION
from qconf.errors import OptionError, TableError
from qconf.fitting.opened import opened, read_as_fit
from qconf.monitoring.intake import known_residuals, moments_as_numbers, seen_in_fit
from qconf.probability.additive import additive_scale
from qconf.review.row_keys import row_keys
from qconf.saving.card import ModelCard
from qconf.saving.fingerprint import fingerprint_of
from qconf.scoring.decisions import Decisions
from qconf.scoring.kept_rows import score_frame
from qconf.scoring.table_scores import EXPECTED_ERROR
from qconf.tables.roles import check_known
from qconf.tables.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ScoredOutcomes", "scored_outcomes"]

#: Tails where the model's own are not known: heavier than those of errors mostly are.
_FREEDOM = 4
_NO_DISTRIBUTION = (
    "The model has no distribution of errors; how surprising an outcome is comes from Student's t "
    f"with {_FREEDOM} degrees of freedom."
)
_UNKNOWN = (
    "Nothing tells whether the model has seen these rows: it was fitted without a time. Of rows of "
    "the fit errors look smaller than they are."
)


@dataclass(frozen=True, eq=False)
class ScoredOutcomes:
    """Rows that could be scored, with the outcomes that are known.

    Attributes
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        As they came.
    columns : tuple of str
        Those that the model reads.
    keys : list of str
        One a row, all different.
    key_columns : tuple of str
        What the keys are made of.
    scores : DataFrame of shape (n_rows, n_scores)
        All that `qconf score` says.
    outcome, residual : ndarray of shape (n_rows,)
        Not a number where it is not known.
    times_expected : ndarray of shape (n_rows,)
        Absolute residual (of relative errors: of their logarithm) / expected error.
    p : ndarray of shape (n_rows,)
        Two-sided tail probability of the residual.
    threshold : float or None
        Of an outlier.
    model : str
        By what the model is known again.
    warnings : tuple of str
    pair : ConfidentRegressor
        The model itself.
    schema : Schema
    decisions : Decisions
    target : str
        The column of the outcome.
    reading : mapping
        How text is read.
    """

    frame: pd.DataFrame
    columns: tuple[str, ...]
    keys: list[str]
    key_columns: tuple[str, ...]
    scores: pd.DataFrame
    outcome: FloatArray
    residual: FloatArray
    times_expected: FloatArray
    p: FloatArray
    threshold: float | None
    model: str
    warnings: tuple[str, ...]
    pair: Any
    schema: Schema
    decisions: Decisions
    target: str
    reading: Mapping[str, Any]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.keys)


def scored_outcomes(
    model: Any,
    outcomes: Any,
    *,
    truth: str | None,
    key: str | None,
    time: str | None,
    threshold: float | None,
    reading: Mapping[str, Any] | None = None,
    plugins: bool = False,
    trust: Collection[str] = (),
) -> ScoredOutcomes:
    """Score rows, and hold what came out against what was expected.

    Parameters
    ----------
    model, outcomes, truth, key, time, threshold, reading, plugins, trust
        As in `qconf.review_queue`.

    Raises
    ------
    TableError, OptionError, ModelFileError
    """
    pair, card, of_fit = opened(model, "reviewed", plugins=plugins, trust=trust)
    schema = Schema.of_model(pair, of_fit)
    said = {**of_fit, **(reading or {})}
    read = read_as_fit(outcomes, schema, said)
    frame, name = _checked(read.frame, card, truth, key)
    decisions = _decisions(card, threshold)
    scored = score_frame(pair, schema, frame, decisions)
    at = np.setdiff1d(np.arange(len(frame)), list(scored.reasons)).astype(np.intp)
    if not len(at):
        msg = f"None of the {len(frame)} rows can be scored. {next(iter(scored.reasons.values()))}"
        raise TableError(msg)
    key_columns = (
        [key] if key is not None else [one for one in schema.names if one in frame.columns]
    )
    keys = row_keys(frame.iloc[at], key_columns, is_id=key is not None)
    keep, left_out = _new_rows(~_seen(pair, card, frame.iloc[at], time), keys, len(frame) - len(at))
    own = frame.iloc[at[keep]].reset_index(drop=True)
    scores = scored.batch.to_pandas().iloc[keep].reset_index(drop=True)
    residual = known_residuals(pair, own, name, scores[PREDICTION].to_numpy())
    times_expected, p = _surprise(pair, scores[EXPECTED_ERROR].to_numpy(), residual)
    fingerprint = fingerprint_of(pair, [])
    return ScoredOutcomes(
        frame=own,
        columns=tuple(one for one in schema.names if one in frame.columns),
        keys=[keys[row] for row in keep],
        key_columns=tuple(key_columns),
        scores=scores,
        outcome=np.where(np.isfinite(residual), _numbers(own[name]), np.nan),
        residual=residual,
        times_expected=times_expected,
        p=p,
        threshold=decisions.threshold,
        model="" if fingerprint is None else fingerprint.digest,
        warnings=(*read.warnings, *left_out, *_doubts(pair)),
        pair=pair,
        schema=schema,
        decisions=decisions,
        target=name,
        reading=said,
    )


def _checked(
    frame: pd.DataFrame, card: ModelCard, truth: str | None, key: str | None
) -> tuple[pd.DataFrame, str]:
    """Check that the columns are there; return the name of the outcome too."""
    name = truth or card.target
    if name is None:
        msg = "Which column holds what came out? The model's card does not know: --truth."
        raise OptionError(msg)
    named = frame.rename(columns=str)
    for one in (name, key):
        if one is not None:
            check_known(named, one)
    return named, name


def _new_rows(new: BoolArray, keys: list[str], useless: int) -> tuple[IntArray, tuple[str, ...]]:
    """Keep rows that the model has not seen, one of each key; say what is left out."""
    keep = np.flatnonzero(new & _first_of_each(keys))
    if not len(keep):
        msg = "There are no new rows: the model may have seen all of them (--time)."
        raise TableError(msg)
    return keep, _left_out(useless, int((~new).sum()), int(new.sum()) - len(keep))


def _doubts(pair: Any) -> tuple[str, ...]:
    """Say what is not known of a model."""
    said = {"time_range_": _UNKNOWN, "error_distribution_": _NO_DISTRIBUTION}
    return tuple(line for name, line in said.items() if getattr(pair, name, None) is None)


def _decisions(card: ModelCard, threshold: float | None) -> Decisions:
    known = Decisions().of_card(card)
    if threshold is None:
        return known
    return Decisions(threshold=threshold, cut_off=known.cut_off)


def _seen(pair: Any, card: ModelCard, frame: pd.DataFrame, time: str | None) -> BoolArray:
    """Find rows from before the end of the fit, where there was a time."""
    if time is not None:
        check_known(frame, time)
    named = time or (card.time if card.time in frame.columns else None)
    named = named or getattr(pair, "time_name_", None)
    if named is None or getattr(pair, "time_range_", None) is None:
        return np.zeros(len(frame), dtype=bool)
    moments, dated = moments_as_numbers(frame, named)
    return seen_in_fit(pair, moments, dated=dated)


def _first_of_each(keys: list[str]) -> BoolArray:
    """Tell the first row of each key: rows that are alike are looked at once."""
    known: set[str] = set()
    first = np.zeros(len(keys), dtype=bool)
    for at, key in enumerate(keys):
        first[at] = key not in known
        known.add(key)
    return first


def _left_out(useless: int, seen: int, repeated: int) -> tuple[str, ...]:
    told = (
        (useless, "cannot be scored"),
        (seen, "are from before the end of the fit: the model may have seen them"),
        (repeated, "have the key of another row"),
    )
    return tuple(f"{count:,} rows {why}; they are left out." for count, why in told if count)


def _numbers(column: Any) -> FloatArray:
    import pandas as pd  # noqa: PLC0415 - help must not wait for it

    return np.asarray(pd.to_numeric(column), dtype=np.float64)


def _surprise(
    pair: Any, expected: FloatArray, residual: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return how many expected errors each residual is, and how likely one so far out."""
    known = np.flatnonzero(np.isfinite(residual))
    times, p = np.full(len(residual), np.nan), np.full(len(residual), np.nan)
    distribution = getattr(pair, "error_distribution_", None)
    added = np.abs(additive_scale(pair.error).of_residual(residual[known]))
    # A row of which no error at all is expected is as any other that is off.
    floor = np.finfo(np.float64).tiny if distribution is None else distribution.floor
    times[known] = added / np.maximum(expected[known], floor)
    if distribution is None:
        p[known] = 2 * t.sf(times[known], _FREEDOM)
    else:
        p[known] = distribution.tail_probability(expected[known], residual[known])
    return times, p
