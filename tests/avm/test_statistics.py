"""Ratio statistics: published figures, another package, and what weights mean."""

from __future__ import annotations

from typing import Any

import assesspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf._types import FloatArray
from qconf.avm.sections.ratios import RATIO_STATISTICS
from qconf.avm.statistics.dispersion import COD
from qconf.avm.statistics.kakwani import MKI
from qconf.avm.statistics.median_error import MDAPE, MEDIAN_ERROR
from qconf.avm.statistics.price_related import PRB, PRD
from qconf.avm.statistics.value_statistic import ValueStatistic
from qconf.avm.valued_rows import Segments, ValuedRows

ALL: tuple[ValueStatistic, ...] = (*RATIO_STATISTICS, MDAPE, MEDIAN_ERROR)

#: IAAO, Standard on Ratio Studies (2013): value and sale price of each house of its tables.
TABLES = {
    "1-1": [
        (48000, 138000),
        (28800, 59250),
        (78400, 157500),
        (39840, 74400),
        (68160, 114900),
        (94400, 159000),
        (67200, 111900),
        (56960, 93000),
        (87200, 138720),
        (38240, 59700),
        (96320, 146400),
        (67680, 99000),
        (32960, 47400),
        (50560, 70500),
        (61360, 78000),
        (47360, 60000),
        (58080, 69000),
        (47040, 55500),
        (136000, 154500),
        (103200, 109500),
        (59040, 60000),
        (168000, 168000),
        (128000, 124500),
        (132000, 127500),
        (160000, 150000),
        (160000, 141000),
        (200000, 171900),
        (184000, 157500),
        (160000, 129600),
        (157200, 126000),
        (99200, 77700),
        (200000, 153000),
        (64000, 48750),
        (192000, 144000),
        (190400, 141000),
        (65440, 48000),
    ],
    "1-4": [
        (87200, 138720),
        (38240, 59700),
        (96320, 146400),
        (68610, 99000),
        (32960, 47400),
        (50560, 70500),
        (61360, 78000),
        (47360, 60000),
        (56580, 69000),
        (47040, 55500),
        (136000, 154500),
        (98000, 109500),
        (56000, 60000),
        (159100, 168000),
        (128000, 124500),
        (132000, 127500),
        (160000, 150000),
    ],
    "D-2": [
        (45000, 50000),
        (100000, 100000),
        (165000, 150000),
        (180000, 200000),
        (250000, 250000),
        (330000, 300000),
        (315000, 350000),
        (400000, 400000),
        (495000, 450000),
        (450000, 500000),
        (550000, 550000),
        (660000, 600000),
        (585000, 650000),
        (700000, 700000),
        (825000, 750000),
        (1875000, 2500000),
    ],
}
#: What the standard says of them: COD, PRD, PRB.
PUBLISHED = {
    "1-1": ("29.8", "0.98", "0.232"),
    "1-4": ("14.5", "0.98", "0.135"),
    "D-2": ("7.8", "1.056", "-0.011"),
}

#: Quintos (2020), table of 30 houses, three of which were sold at one price: MKI 0.79.
QUINTOS = """
    32900 37299.37125, 36000 40165.89269, 54000 56317.4201, 64500 66183.77244, 68000 69486.97316,
    70000 71514.52586, 74000 75338.28603, 80000 81035.95111, 84900 85672.85577, 89000 85021.0865,
    89000 90046.33945, 89000 94088.93683, 105900 100227.0936, 109000 103156.7516,
    115000 108290.1277, 124500 117098.7563, 129900 115346.9796, 135000 119678.4223,
    149000 131630.9478, 155800 137321.2061, 163500 143973.5639, 175000 153571.8563,
    179000 148456.8866, 185600 153488.3876, 199900 165039.8271, 215000 176939.5763,
    235000 192959.3127, 250000 180046.1193, 279000 200240.2442, 295000 211445.4891
"""


def rows_of(pairs: Any) -> ValuedRows:
    values, truth = np.asarray(pairs, dtype=np.float64).T
    return ValuedRows(values, truth)


def of(statistic: ValueStatistic, rows: ValuedRows) -> float:
    return statistic.of(rows.under())


def quintos() -> ValuedRows:
    pairs = [one.split() for one in QUINTOS.split(",")]
    return rows_of([(float(value), float(price)) for price, value in pairs])


@pytest.mark.parametrize("table", TABLES)
def test_published_figures_of_the_standard(table: str) -> None:
    """COD, PRD and PRB of the IAAO's tables, to all digits that it prints."""
    rows = rows_of(TABLES[table])
    for statistic, printed in zip((COD, PRD, PRB), PUBLISHED[table], strict=True):
        digits = len(printed.partition(".")[2])
        assert f"{of(statistic, rows):.{digits}f}" == printed, statistic.name


def test_published_figures_of_cook_county() -> None:
    """979 sales of 2019 that the package assesspy ships, as it and assessr print them."""
    sample = assesspy.ccao_sample()
    rows = ValuedRows(sample["estimate"].to_numpy(), sample["sale_price"].to_numpy())
    assert f"{of(COD, rows):.4f}" == "17.8146"
    assert f"{of(PRD, rows):.5f}" == "1.04842"
    assert of(PRB, rows) == pytest.approx(0.0024757, abs=1e-7)
    # Sales of one price in the order of the file, which it leaves to chance: 0.911457.
    assert of(MKI, rows) == pytest.approx(0.911457, abs=1e-4)


def test_published_index_of_quintos() -> None:
    """Two digits are printed, and these do not hang on the order of the three that tie."""
    assert f"{of(MKI, quintos()):.2f}" == "0.79"


def test_ties_of_the_truth_count_as_the_mean_over_their_orders() -> None:
    """All six orders of Quintos' three houses of one price, by the formula without ties."""
    rows = quintos()
    told = []
    for order in ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)):
        values = rows.values.copy()
        values[9:12] = values[9 + np.array(order)]
        told.append(gini(values) / gini(rows.truth))
    assert of(MKI, rows) == pytest.approx(np.mean(told), rel=1e-12)
    assert np.ptp(told) > 1e-4


def gini(ordered: FloatArray) -> float:
    place = np.arange(1, len(ordered) + 1)
    return float(2 * (place @ ordered) / ordered.sum() - len(ordered) - 1) / len(ordered)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # theirs
def test_another_package_says_the_same() -> None:
    """On 300 houses of different prices: COD, PRD, PRB and MKI of assesspy, and NumPy's medians."""
    rng = np.random.default_rng(0)
    truth = np.exp(rng.normal(12, 0.5, 300))
    rows = ValuedRows(0.9 * truth**1.01 * np.exp(rng.normal(scale=0.2, size=300)), truth)
    theirs = (assesspy.cod, assesspy.prd, assesspy.prb, assesspy.mki)
    for ours, other in zip((COD, PRD, PRB, MKI), theirs, strict=True):
        # Their checks of the input know lists and Series.
        expected = other(rows.values.tolist(), rows.truth.tolist())
        assert of(ours, rows) == pytest.approx(expected, rel=1e-9), ours.name
    assert of(MDAPE, rows) == pytest.approx(np.median(np.abs(rows.ratio - 1)))
    assert of(MEDIAN_ERROR, rows) == pytest.approx(np.median(rows.ratio) - 1)


houses = st.lists(
    st.tuples(st.integers(50, 150), st.integers(80, 120), st.integers(0, 4)),
    min_size=3,
    max_size=25,
).filter(lambda drawn: sum(one[2] for one in drawn) > 0)


@given(houses)
@settings(max_examples=80)
def test_a_weight_is_so_many_copies(drawn: list[tuple[int, int, int]]) -> None:
    """Each statistic under counts is what it is of the rows repeated, or neither is defined."""
    values, truth, times = (np.array(one) for one in zip(*drawn, strict=True))
    rows = ValuedRows(values.astype(float), truth.astype(float))
    copies = ValuedRows(np.repeat(rows.values, times), np.repeat(rows.truth, times))
    for statistic in ALL:
        once, counted = of(statistic, copies), statistic.of(rows.under(times.astype(np.uint8)))
        assert counted == pytest.approx(once, rel=1e-9, abs=1e-9, nan_ok=True), statistic.name


@given(houses, st.floats(1e-3, 1e6))
@settings(max_examples=40)
def test_units_of_money_do_not_matter(drawn: list[tuple[int, int, int]], rate: float) -> None:
    """Euros or thousands of yen: ratios are ratios."""
    values, truth, _ = (np.array(one, dtype=np.float64) for one in zip(*drawn, strict=True))
    for statistic in ALL:
        here = of(statistic, ValuedRows(values, truth))
        there = of(statistic, ValuedRows(rate * values, rate * truth))
        assert there == pytest.approx(here, rel=1e-6, abs=1e-6, nan_ok=True), statistic.name


def test_the_direction_of_vertical_inequity() -> None:
    """Cheap houses valued too high: PRD above 1, PRB below 0, MKI below 1; and the other way."""
    truth = np.geomspace(1e5, 1e6, 200)
    regressive, progressive = (ValuedRows(truth ** (1 + tilt), truth) for tilt in (-0.1, 0.1))
    assert of(PRD, regressive) > 1 > of(PRD, progressive)
    assert of(PRB, regressive) < 0 < of(PRB, progressive)
    assert of(MKI, regressive) < 1 < of(MKI, progressive)


def test_prices_that_are_all_alike_have_no_vertical_equity() -> None:
    """Not a number, instead of what rounding makes of zero over zero."""
    rows = ValuedRows(np.full(9, 110.0), np.full(9, 100.0))
    assert np.isnan(of(PRB, rows))
    assert np.isnan(of(MKI, rows))
    assert of(COD, rows) == 0.0


@pytest.mark.parametrize("statistic", ALL, ids=lambda one: one.name)
def test_the_linearized_variable_is_the_derivative(statistic: ValueStatistic) -> None:
    """Raise the weight of ten rows at a time a little: the statistic moves as their sums say."""
    rng = np.random.default_rng(1)
    truth = np.exp(rng.normal(12, 0.4, 4000))
    rows = ValuedRows(1.05 * truth**1.005 * np.exp(rng.normal(scale=0.1, size=4000)), truth)
    linearized = statistic.linearized(rows) - statistic.linearized(rows).mean()
    moved, sums = [], []
    for _ in range(60):
        some = rng.random(4000) < rng.uniform(0.2, 0.8) * (rows.ratio < rng.normal(1.05, 0.2))
        up, down = (1 + sign * 0.05 * some for sign in (1, -1))
        moved.append(statistic.of(rows.under(up)) - statistic.of(rows.under(down)))
        sums.append(float(linearized[some].sum()))
    assert np.corrcoef(moved, sums)[0, 1] > 0.97, statistic.name


def test_medians_of_segments() -> None:
    """Each segment on its own, rows in none left out, and an empty one has no median."""
    numbers = np.array([5.0, 1.0, 3.0, 9.0, 2.0, 8.0, 7.0])
    segment = np.array([0, 0, 0, 2, 2, -1, 2])
    medians = Segments(numbers, segment).medians(np.ones(7, dtype=np.uint8))
    np.testing.assert_array_equal(medians, [3.0, np.nan, 7.0])
    counted = Segments(numbers, segment).medians(np.array([0, 1, 3, 0, 0, 5, 0], dtype=np.uint8))
    np.testing.assert_array_equal(counted, [3.0, np.nan, np.nan])
