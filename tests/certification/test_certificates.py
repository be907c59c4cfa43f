"""Several promises are a table."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from qconf import Certificates, certify
from qconf.certification.certificates import Several


def told(several: Several = "each") -> Certificates:
    rng = np.random.default_rng(0)
    sigma = np.exp(rng.normal(np.log(0.08), 0.5, 3000))
    residual = rng.normal(scale=sigma)
    return certify(
        sigma, residual, threshold=0.15, outlier_rate=[0.0005, 0.05, 0.1], several=several
    )


def test_a_mapping_from_rate_to_certificate() -> None:
    """In the order that was asked for."""
    table = told()
    assert list(table) == [0.0005, 0.05, 0.1]
    assert table[0.1].limit == 0.1
    assert table.certified
    with pytest.raises(KeyError):
        table[0.2]
    assert repr(table) == "<Certificates: 0.05 %, 5 %, 10 %; 2 of 3 certified>"


@pytest.mark.parametrize(
    ("several", "words"),
    [
        ("each", "Each promise holds on its own with 95 % confidence"),
        ("joint", "All these promises hold at once with 95 % confidence"),
    ],
)
def test_the_table_says_how_the_level_is_meant(
    several: Several, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line a rate; what helps below it."""
    monkeypatch.setenv("COLUMNS", "100")
    text = str(told(several))
    assert words in text
    (line,) = [one for one in text.splitlines() if one.strip().startswith("5 %")]
    one = told(several)[0.05]
    assert f"{one.n_outliers} of {one.n_accepted:,}" in line
    assert f"{100 * one.coverage:.0f} %" in line
    assert "accept nothing" in text
    assert "Accept nothing: that at most 0.05 %" in text


def test_the_table_tells_of_periods_below() -> None:
    """One sentence a rate, where there are periods."""
    rng = np.random.default_rng(0)
    sigma = np.exp(rng.normal(np.log(0.08), 0.5, 4000))
    table = certify(
        sigma, rng.normal(scale=sigma), threshold=0.15, outlier_rate=[0.05, 0.1],
        periods=np.arange(4000) // 500,
    )  # fmt: skip
    assert str(table).count("For a whole period like the last 8: act up to") == 2


def test_plain_numbers() -> None:
    """As JSON, with the way of several beside them."""
    numbers = json.loads(json.dumps(told("joint").to_dict(), allow_nan=False))
    assert numbers["several"] == "joint"
    assert [one["limit"] for one in numbers["certificates"]] == [0.0005, 0.05, 0.1]
    assert [one["certified"] for one in numbers["certificates"]] == [False, True, True]


def test_notebooks_get_the_table() -> None:
    """With a row for each rate."""
    (table,) = ET.fromstring(told()._repr_html_()).findall("table")  # noqa: S314 - our own
    assert len(table.findall("tbody/tr")) == 3
