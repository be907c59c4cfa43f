"""Choose the estimates that are worth somebody's time."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from os import PathLike
from typing import Any

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray, TableLike
from qconf.core.conventions import PREDICTION, check_seed
from qconf.encoding.source_pairs import Pairs, SourcePair, read_pairs
from qconf.errors import OptionError
from qconf.explanation.conflicts import conflicting_pairs
from qconf.review.conflicts import Conflicts, find_conflicts
from qconf.review.discoveries import discoveries
from qconf.review.explained import Explain, explanations
from qconf.review.frozen import frozen_cases
from qconf.review.intake import ScoredOutcomes, scored_outcomes
from qconf.review.result import ReviewQueue
from qconf.review.sources import (
    CONFLICT,
    FLAGGED,
    STAKE,
    SURPRISE,
    Source,
    highest_first,
    mixed,
)
from qconf.tables.roles import check_known, role_numbers

__all__ = ["review_queue"]


def review_queue(
    model: Any,
    outcomes: TableLike | str | PathLike[str],
    *,
    truth: str | None = None,
    n: int = 50,
    fdr: float = 0.1,
    random_share: float = 0.2,
    conflicts: Pairs | None = None,
    flagged: Mapping[str, int] | Collection[str] | None = None,
    stake: str | None = None,
    queued: Collection[str] = (),
    explain: Explain | bool = False,
    sales: TableLike | str | PathLike[str] | None = None,
    key: str | None = None,
    time: str | None = None,
    threshold: float | None = None,
    reading: Mapping[str, Any] | None = None,
    plugins: bool = False,
    trust: Collection[str] = (),
    random_state: int = 0,
) -> ReviewQueue:
    """Choose estimates to look into: those really off, and a random share of all.

    Sources take turns: rows that people flagged, outcomes that surprise, inputs in conflict, large
    money at stake. Where fewer outcomes surprise than there are places, those that are furthest
    off in units of their expected error follow, and are called ``unusual``. Of suspicions alone one
    learns only what one suspected, so a share is drawn at random before all else; it tells how
    much the others miss (`qconf review summary`).

    Parameters
    ----------
    model : ConfidentRegressor or path
        Fitted, or a file of one.
    outcomes : DataFrame or path
        Rows that the model has not seen, with what came out as far as it is known. Rows from
        before the end of a fit with time are left out.
    truth : str, default=None
        The column of what came out; None is what the model's card says.
    n : int, default=50
    fdr : float, default=0.1
        Of the outcomes that are called surprising, the share that may be chance: two-sided tail
        probabilities by the model's own distribution of errors, and Benjamini and Hochberg's rule.
    random_share : float, default=0.2
        In [0, 1].
    conflicts : sequence of (str, str), or mapping of str to (str, str), default=None
        Pairs of columns that tell the same from two sources, or what each is about, and the pair.
        None is those that the model itself was told of; an empty list is none.
    flagged : mapping of str to int, or collection of str, default=None
        Keys of rows that people said something of, and how often: `FeedbackStore.flagged`.
    stake : str, default=None
        A column of money at stake, or ``"prediction"`` for the value itself; multiplied by the
        relative expected error. None leaves it out.
    queued : collection of str, default=()
        Keys of rows that are not to be chosen again: `FeedbackStore.queued`.
    explain : callable or bool, default=False
        True keeps with each case what ``qconf explain`` tells of it now. A callable is given the
        chosen rows, and returns one plain value of JSON each.
    sales : DataFrame or path, default=None
        Known sales, of which the comparables of an explanation are chosen. None is those that the
        model keeps, if it does.
    key : str, default=None
        A column that tells rows apart. None makes a digest of all that the model reads.
    time : str, default=None
        When a row was decided on; None is the time of the fit.
    threshold : float, default=None
        Of an outlier; None is the card's.
    reading, plugins, trust
        As in `qconf.monitor_file`.
    random_state : int, default=0
        The same seed and the same rows give the same queue.

    Returns
    -------
    ReviewQueue

    Raises
    ------
    TableError, OptionError, ModelFileError

    Examples
    --------
    >>> import pandas as pd
    >>> from qconf import ConfidentRegressor
    >>> rng = np.random.default_rng(0)
    >>> sales = pd.DataFrame({"size": rng.uniform(50, 200, 600)})
    >>> price = 3000 * sales["size"] * np.exp(rng.normal(scale=0.1, size=600))
    >>> model = ConfidentRegressor(confidence="constant", probabilities=True, random_state=0)
    >>> model = model.fit(sales[:500], price[:500])
    >>> new = sales[500:].assign(price=price[500:])
    >>> new.loc[555, "price"] /= 4
    >>> queue = review_queue(model, new, truth="price", n=5)
    >>> queue.n_surprises, queue.cases[0].why.partition(" the")[0]
    (1, 'off by 13.2 times')
    """
    _check_options(n, fdr, random_share)
    check_seed(random_state)
    asked = None if conflicts is None else read_pairs(conflicts)
    rows = scored_outcomes(
        model, outcomes, truth=truth, key=key, time=time, threshold=threshold, reading=reading,
        plugins=plugins, trust=trust,
    )  # fmt: skip
    before = {at for at, one in enumerate(rows.keys) if one in set(queued)}
    apart = find_conflicts(rows.frame, _known_pairs(rows) if asked is None else asked)
    found = discoveries(rows.p, fdr)
    counts = _counts(flagged)
    sources = _sources(rows, found, apart, (counts, stake, n))
    left = np.setdiff1d(np.arange(len(rows)), list(before)).astype(np.intp)
    drawn = _drawn(left, math.floor(n * random_share + 0.5), random_state)
    chosen = mixed(drawn, sources, n, before)
    explained = explanations(explain, rows, [row for row, _ in chosen], sales)
    cases = frozen_cases(rows, chosen, sources, (apart, counts), explained)
    return ReviewQueue(
        cases=cases,
        n_rows=len(left),
        n_tested=int(np.isfinite(rows.p[left]).sum()),
        n_surprises=int(found[left].sum()),
        n_queued_before=len(before),
        fdr=fdr,
        random_share=random_share,
        random_state=random_state,
        key_columns=rows.key_columns,
        threshold=rows.threshold,
        model=rows.model,
        warnings=rows.warnings,
    )


def _sources(
    rows: ScoredOutcomes,
    found: BoolArray,
    apart: Conflicts,
    asked: tuple[Mapping[str, int], str | None, int],
) -> list[Source]:
    """Return the sources in the order in which they take turns."""
    counts, stake, n = asked
    tested = np.isfinite(rows.p)
    sources = [
        _flagged(rows, counts),
        Source(
            SURPRISE,
            highest_first(rows.times_expected, found),
            highest_first(rows.times_expected, tested & ~found),
        ),
        Source(CONFLICT, highest_first(apart.excess, apart.excess > 0)),
    ]
    if stake is not None:
        money = _at_stake(rows, stake)
        sources.append(Source(STAKE, highest_first(money, money > 0)[:n]))
    return sources


def _check_options(n: int, fdr: float, random_share: float) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        msg = f"The queue needs at least 1 row, got {n!r}."
        raise OptionError(msg)
    if not 0 < fdr < 1:
        msg = (
            f"The false discovery rate must lie strictly between 0 and 1, such as 0.1, got {fdr!r}."
        )
        raise OptionError(msg)
    if not 0 <= random_share <= 1:
        msg = f"The random share must lie in [0, 1], such as 0.2, got {random_share!r}."
        raise OptionError(msg)


def _known_pairs(rows: ScoredOutcomes) -> list[SourcePair]:
    """Return the pairs that the model was told of, where it was."""
    known = conflicting_pairs(rows.pair) if hasattr(rows.pair, "confidence_") else []
    return read_pairs([pair for pair in known if set(pair) <= set(rows.frame.columns)])


def _counts(flagged: Mapping[str, int] | Collection[str] | None) -> dict[str, int]:
    if flagged is None:
        return {}
    return dict(flagged) if isinstance(flagged, Mapping) else dict.fromkeys(flagged, 1)


def _flagged(rows: ScoredOutcomes, counts: Mapping[str, int]) -> Source:
    often = np.array([counts.get(one, 0) for one in rows.keys], dtype=np.float64)
    return Source(FLAGGED, highest_first(often, often > 0))


def _at_stake(rows: ScoredOutcomes, stake: str) -> FloatArray:
    """Return the money that is likely to be off, of each row."""
    if stake == PREDICTION:
        return _or_nothing(rows.scores["std"].to_numpy(dtype=np.float64))
    check_known(rows.frame, stake)
    money = role_numbers(rows.frame[stake], f"stake {stake!r}")
    return _or_nothing(np.abs(money) * rows.scores["fsd"].to_numpy(dtype=np.float64))


def _or_nothing(money: FloatArray) -> FloatArray:
    known: FloatArray = np.nan_to_num(money)
    return known


def _drawn(rows: IntArray, n: int, random_state: int) -> IntArray:
    rng = np.random.default_rng([18, random_state])
    return rng.permutation(rows)[:n]
