"""Each column of the design has a name that says what it is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qconf.encoding.encoder import TableEncoder
from qconf.encoding.readable_design import ReadableDesign


def designed(table: pd.DataFrame, max_levels: int = 30) -> tuple[ReadableDesign, pd.DataFrame]:
    encoder = TableEncoder().fit(table)
    design = ReadableDesign(max_levels)
    matrix = design.fit(encoder, encoder.transform(table))
    return design, pd.DataFrame(matrix, columns=design.terms)


def test_columns_are_what_their_names_say() -> None:
    """Numbers are standardised, gaps and levels are 0 or 1, the most common level has no column."""
    table = pd.DataFrame(
        {
            "zone_a": ["x", "y_1", None, "y_1", "y_1", "x"],
            "area": [1.0, np.nan, 3.0, 5.0, 7.0, 9.0],
            "sold": pd.to_datetime(["2020-01-01"] * 5 + ["2020-01-07"]),
            "constant": 3.0,
            "nothing": np.nan,
        }
    )
    design, matrix = designed(table)
    assert design.terms == ["(base)", "area", "sold", "area missing", "zone_a=x", "zone_a missing"]
    assert design.compared_with[1:] == [
        f"{matrix_step(table['area'].fillna(5.0)):.4g} less",
        f"{matrix_step(pd.Series([0.0] * 5 + [6.0])):.4g} less",
        "area known",
        "zone_a=y_1",
        "zone_a=y_1",
    ]
    assert matrix["(base)"].tolist() == [1.0] * 6
    assert matrix["area missing"].tolist() == [0, 1, 0, 0, 0, 0]
    assert matrix["zone_a=x"].tolist() == [1, 0, 0, 0, 0, 1]
    assert matrix["zone_a missing"].tolist() == [0, 0, 1, 0, 0, 0]
    np.testing.assert_allclose(matrix["area"].mean(), 0.0, atol=1e-12)
    np.testing.assert_allclose(matrix["area"].std(ddof=0), 1.0)


def matrix_step(column: pd.Series[float]) -> float:
    return float(column.std(ddof=0))


def test_rare_levels_share_a_column() -> None:
    """Of many levels the rarest are one term."""
    levels = np.repeat(list("abcde"), [9, 8, 7, 1, 1])
    design, matrix = designed(pd.DataFrame({"z": levels}), max_levels=4)
    assert design.terms == ["(base)", "z=b", "z=c", "z other"]
    assert matrix["z other"].sum() == 2


def test_new_rows_stay_within_what_was_seen() -> None:
    """Numbers are clipped; a level that was never seen is rare, or missing, or the common one."""
    table = pd.DataFrame({"v": [0.0, 1.0, 2.0], "z": ["a", "b", "b"]})
    encoder = TableEncoder().fit(table)
    design = ReadableDesign()
    seen = design.fit(encoder, encoder.transform(table))
    new = pd.DataFrame({"v": [99.0, -99.0, np.nan], "z": ["never", None, "a"]})
    made = design.transform(encoder.transform(new))
    np.testing.assert_allclose(made[:, 1], [seen[2, 1], seen[0, 1], 0.0], atol=1e-12)
    assert made[:, 2].tolist() == [0.0, 0.0, 1.0]


def test_imaginary_rows_pull_every_term_to_both_sides() -> None:
    """Average rows but for one number or category, of which all levels have one."""
    table = pd.DataFrame({"v": [0.0, 2.0, 1.0, 1.0], "z": ["a", "b", "b", "c"]})
    design, matrix = designed(table)
    rows, weights = design.imaginary_rows(matrix.to_numpy(), 3.0)
    assert design.terms == ["(base)", "v", "z=a", "z=c"]
    expected = np.array(
        [[1, -1, 0.25, 0.25], [1, 1, 0.25, 0.25], [1, 0, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1]]
    )
    np.testing.assert_allclose(rows, expected, atol=1e-12)
    assert weights.tolist() == [1.5, 1.5, 3.0, 3.0, 3.0]


def test_a_table_that_says_nothing_has_a_base_only() -> None:
    """One row, or constant columns, leave the column of ones."""
    design, matrix = designed(pd.DataFrame({"v": [1.0, 1.0], "z": ["a", "a"]}))
    assert design.terms == ["(base)"]
    rows, weights = design.imaginary_rows(matrix.to_numpy(), 1.0)
    assert rows.shape == (0, 1)
    assert len(weights) == 0
