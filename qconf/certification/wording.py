"""A certificate in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qconf.core.error_scale import error_scale
from qconf.core.estimate import in_units, with_range

if TYPE_CHECKING:
    from qconf.certification.certificate import Certificate
    from qconf.certification.value import ValueCurve

__all__ = [
    "certificate_lines", "no_period_line", "outlier_in_words", "per_cent", "period_lines",
    "price_line", "value_lines",
]  # fmt: skip


def per_cent(rate: float) -> str:
    """Write a rate with as many digits as it has, three at most.

    Examples
    --------
    >>> per_cent(0.05), per_cent(0.3371), per_cent(0.995)
    ('5 %', '33.7 %', '99.5 %')
    """
    return f"{100 * rate:.3g} %"


def outlier_in_words(threshold: float, side: str, error: str) -> str:
    """Say what an outlier is.

    Examples
    --------
    >>> outlier_in_words(0.15, "both", "relative"), outlier_in_words(2.5e4, "over", "absolute")
    ('off by more than 15 %', 'too high by more than 25,000')
    """
    told = error_scale(error).in_words(threshold)
    return told.replace("off by", "too high by") if side == "over" else told


def certificate_lines(certificate: Certificate, *, period: bool = True) -> Iterator[str]:
    """Yield the sentences of a certificate, the one to act on first."""
    level, limit = per_cent(certificate.confidence_level), per_cent(certificate.limit)
    outlier = outlier_in_words(certificate.threshold, certificate.side, certificate.error)
    if certificate.certified:
        yield (
            f"Act on expected errors up to {in_units(certificate.cut_off)}: "
            f"{100 * certificate.coverage:.0f} % of rows; at most {limit} of them are {outlier}, "
            f"with {level} confidence; of the next {certificate.BATCH} accepted, "
            f"if they err independently, at most {certificate.next_batch(certificate.BATCH)}."
        )
        yield _what_it_holds_for(certificate)
    else:
        yield (
            f"Accept nothing: that at most {limit} are {outlier} cannot be certified with {level} "
            f"confidence on these {certificate.n_rows:,} rows."
        )
        yield from _what_helps(certificate)
    if period:
        yield from period_lines(certificate)


def _what_it_holds_for(certificate: Certificate) -> str:
    groups = ""
    if certificate.n_groups is not None:
        groups = (
            f" in {certificate.n_groups:,} groups; those accepted are worth "
            f"{certificate.n_effective:,.0f} independent rows"
        )
    return (
        f"This holds on average over rows like the {certificate.n_rows:,} calibration rows"
        f"{groups}; of the {certificate.n_accepted:,} accepted, {certificate.n_outliers:,} were "
        "outliers. It ends when the valuation model or the confidence is fitted again."
    )


def _what_helps(certificate: Certificate) -> Iterator[str]:
    remedies = certificate.remedies
    if remedies is None:
        return
    if remedies.certifiable_rate is not None:
        yield (
            "What helps: a higher rate. The smallest that could be certified here is "
            f"{per_cent(remedies.certifiable_rate)}."
        )
    if remedies.rows_needed is None:
        yield (
            "More rows alone would not help: among the rows called safest, where the tests start, "
            f"outliers seem too frequent for {per_cent(certificate.limit)}."
        )
    else:
        yield (
            f"What helps: more rows. About {remedies.rows_needed:,} calibration rows would be "
            "enough in 9 of 10 cases, if outliers are as frequent as here."
        )
    if remedies.uncertified_coverage > 0:
        yield (
            "Uncertified, and exceeded about half of the time: expected errors up to "
            f"{in_units(remedies.uncertified_cut_off)}, "
            f"{100 * remedies.uncertified_coverage:.0f} % of rows, had at most "
            f"{per_cent(certificate.limit)} outliers here."
        )


def period_lines(certificate: Certificate) -> Iterator[str]:
    """Yield the second promise, of a whole period, if there is one to tell of."""
    period = certificate.period
    if period is None:
        return
    if not period.certified:
        yield no_period_line(period.reason)
        return
    yield (
        f"For a whole period like the last {period.n_periods}: act up to "
        f"{in_units(period.cut_off)}, {100 * period.coverage:.0f} % of rows; at most "
        f"{per_cent(certificate.limit)} of its rows accepted are outliers, in "
        f"{per_cent(certificate.confidence_level)} of such periods."
    )


def no_period_line(reason: str, rates: str = "") -> str:
    """Say that nothing is promised of a period, and why."""
    return f"Of a whole period like the last ones nothing is promised{rates}: {reason}."


def value_lines(curve: ValueCurve) -> Iterator[str]:
    """Yield which cut-off is worth most, and which others may be."""
    if curve.coverage == 0:
        yield (
            f"Act on no row: on these {curve.n_rows:,} rows no cut-off is worth more than nothing."
        )
    else:
        yield (
            f"Acting on expected errors up to {in_units(curve.cut_off)} is worth most: "
            f"{100 * curve.coverage:.0f} % of rows, {100 * curve.outlier_rate:.1f} % of them "
            f"outliers, {with_range(curve.value)} a row of the table "
            f"({per_cent(curve.confidence_level)} interval, chosen and measured on different rows)."
        )
    if curve.cut_off_interval is None or curve.coverage_interval is None:
        return
    low, high = curve.cut_off_interval
    if low < high:
        least, most = curve.coverage_interval
        best = "it" if curve.coverage else "acting on none"
        yield (
            f"Cut-offs from {in_units(low)} to {in_units(high)} ({100 * least:.0f} to "
            f"{100 * most:.0f} % of rows) are not distinguishable from {best}."
        )


def price_line(curve: ValueCurve, certificate: Certificate) -> str:
    """Say what the certified cut-off is worth, and what the guarantee costs."""
    limit, price = per_cent(certificate.limit), curve.price_of(certificate)
    if not certificate.certified:
        where = f"Without a certificate for {limit} no row is accepted, worth 0"
    else:
        there = curve.value_at(certificate.cut_off)
        where = (
            f"Acting up to the cut-off certified for {limit}, {in_units(certificate.cut_off)}, is "
            f"worth {with_range(there)} a row"
        )
    if certificate.proves(curve.cut_off):
        return f"{where}; the cut-off of the highest value is certified, too: it costs nothing."
    if curve.cut_off < certificate.cut_off:
        return (
            f"{where}; by value it would be {with_range(price)} more, on fewer rows: the promise "
            "allows more than pays."
        )
    may_be = "may be nothing:" if 0.0 in price else "is"
    return f"{where}; the price of the guarantee {may_be} {with_range(price)} a row."
