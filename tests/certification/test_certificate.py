"""A certificate in words, as plain numbers and as a picture."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from qconf import certify
from qconf._types import FloatArray
from qconf.errors import OptionError


def rows(n_rows: int) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(0)
    sigma = np.exp(rng.normal(np.log(0.08), 0.5, n_rows))
    return sigma, rng.normal(scale=sigma)


def test_the_first_sentence_is_what_to_do() -> None:
    """The cut-off, how many rows, the promise with its confidence, and the next batch."""
    one = certify(*rows(4000), threshold=0.15)
    assert str(one).splitlines()[0] == (
        "Act on expected errors up to 0.108: 73 % of rows; at most 5 % of them are off by more "
        "than 15 %, with 95 % confidence; of the next 200 accepted, if they err independently, "
        "at most 14."
    )
    assert "It ends when the valuation model or the confidence is fitted again." in str(one)


def test_absolute_errors_are_told_in_their_unit() -> None:
    """Not in per cent."""
    score, residual = rows(4000)
    one = certify(1e5 * score, 1e5 * residual, threshold=1.5e4, error="absolute")
    assert "up to 10,801: 73 % of rows; at most 5 % of them are off by more than 15,000" in str(one)


def test_nothing_certified_says_three_things_that_help() -> None:
    """Another rate, more rows, and the uncertified cut-off, so named."""
    one = certify(*rows(150), threshold=0.15, outlier_rate=0.03)
    assert not one.certified
    first, rate, more, uncertified = str(one).splitlines()
    assert first.startswith("Accept nothing: that at most 3 % are off by more than 15 % cannot be")
    assert "The smallest that could be certified here is" in rate
    assert "calibration rows would be enough in 9 of 10 cases" in more
    assert uncertified.startswith("Uncertified, and exceeded about half of the time: ")
    with pytest.raises(OptionError, match="Nothing is certified"):
        one.next_batch(10)


def test_plain_numbers_are_json() -> None:
    """Certified or not, with periods or without; None where there is no number."""
    for n_rows in (100, 4000):
        score, residual = rows(n_rows)
        one = certify(score, residual, threshold=0.15, periods=np.arange(n_rows) * 8 // n_rows)
        told = json.loads(json.dumps(one.to_dict(), allow_nan=False))
        assert told["certified"] is one.certified
        assert (told["cut_off"] is None) is not one.certified
        assert len(told["tests"]) == len(one.path)
        assert (told["help"] is None) is one.certified
        assert told["rows"] == n_rows
    assert told["next_batch"] == {"n": 200, "outliers": 14}


def test_notebooks_get_the_sentences() -> None:
    """One paragraph each."""
    one = certify(*rows(4000), threshold=0.15)
    paragraphs = ET.fromstring(one._repr_html_()).findall("p")  # noqa: S314 - our own
    assert [p.text for p in paragraphs] == str(one).splitlines()
