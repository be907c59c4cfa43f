"""A certificate in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qconf.core.error_scale import error_scale
from qconf.core.estimate import in_units

if TYPE_CHECKING:
    from qconf.certification.certificate import Certificate

__all__ = ["certificate_lines", "outlier_in_words", "per_cent", "period_lines"]


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


def certificate_lines(certificate: Certificate) -> Iterator[str]:
    """Yield the sentences of a certificate, the one to act on first."""
    level, limit = per_cent(certificate.confidence_level), per_cent(certificate.limit)
    outlier = outlier_in_words(certificate.threshold, certificate.side, certificate.error)
    if certificate.certified:
        yield (
            f"Act on expected errors up to {in_units(certificate.cut_off)}: "
            f"{100 * certificate.coverage:.0f} % of rows; at most {limit} of them are {outlier}, "
            f"with {level} confidence; of the next {certificate.BATCH} accepted, at most "
            f"{certificate.next_batch(certificate.BATCH)}."
        )
        yield _what_it_holds_for(certificate)
    else:
        yield (
            f"Accept nothing: that at most {limit} are {outlier} cannot be certified with {level} "
            f"confidence on these {certificate.n_rows:,} rows."
        )
        yield from _what_helps(certificate)
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
            "More rows alone would not help: even the safest rows seem to have more outliers than "
            f"{per_cent(certificate.limit)}."
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
        yield f"Of a whole period like the last ones nothing is promised: {period.reason}."
        return
    yield (
        f"For a whole period like the last {period.n_periods}: act up to "
        f"{in_units(period.cut_off)}, {100 * period.coverage:.0f} % of rows; at most "
        f"{per_cent(certificate.limit)} of its rows accepted are outliers, in "
        f"{per_cent(certificate.confidence_level)} of such periods."
    )
