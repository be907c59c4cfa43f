"""An evaluation shows itself as a table."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from qconf import Evaluation, evaluate


@pytest.fixture(scope="module")
def result() -> Evaluation:
    rng = np.random.default_rng(0)
    return evaluate(
        rng.random(500), rng.normal(size=500), threshold=1.0, metrics=["bias"], n_resamples=50
    )


def test_print_has_every_number_with_its_interval(
    result: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the safest rows, of all, and of their order."""
    monkeypatch.setenv("COLUMNS", "100")
    text = str(result)
    for label in ("outliers", "mean abs error", "bias", "AURC", "rank correlation"):
        (line,) = [one for one in text.splitlines() if one.strip().startswith(f"{label}  ")]
        assert line.count(" to ") == (1 if label in {"AURC", "rank correlation"} else 2)
    assert "coverage at 5 % outliers" in text
    assert "safest 10 %: 50 rows (95 %)" in text
    assert "all 500 rows (95 %)" in text
    low, high = result.overall.outlier_rate.interval
    assert f"({100 * low:.1f} to {100 * high:.1f})" in text


def test_repr_is_one_short_line(result: Evaluation) -> None:
    """The best decile and the area."""
    assert repr(result).startswith("<Evaluation on 500 rows: ")
    assert f"AURC {result.aurc.value:.4f}" in repr(result)
    assert len(repr(result)) < 120


def test_notebooks_get_the_same_as_html(result: Evaluation) -> None:
    """A table of rows and one of their order."""
    rows, order = ET.fromstring(result._repr_html_()).findall("table")  # noqa: S314 - our own
    assert len(rows.findall("tbody/tr")) == 3
    assert len(order.findall("tbody/tr")) == 4


def test_what_is_not_defined_is_said_in_words() -> None:
    """A constant has no rank correlation; the rest of its line is as wide as ever."""
    text = str(evaluate(np.ones(60), np.linspace(0, 1, 60), threshold=0.5, n_resamples=10))
    (line,) = [one for one in text.splitlines() if "rank correlation" in one]
    assert line.split(maxsplit=2)[2].strip() == "not defined"
    assert "nan" not in text
