"""The page of a certificate says what is promised, and what is only observed."""

from __future__ import annotations

import re

import pytest
from paged_results import certified, page_of
from pages_read import sections_of, steps_of, table_of, text_of

from qconf.certification.certificate import Certificate
from qconf.core.estimate import in_percent, in_units


def one() -> Certificate:
    certificate = certified().certificate
    assert isinstance(certificate, Certificate)
    return certificate


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    return sections_of(page_of("certified model"))


def test_the_promise_comes_first(sections: dict[str, str]) -> None:
    """What to act on, and for how long."""
    verdict = text_of(sections["Verdict"])
    assert verdict.startswith(f"Act on expected errors up to {in_units(one().cut_off)}")
    assert f"Certified on {certified().calibration}." in verdict


def test_the_slider_tells_what_is_promised_from_what_is_not(sections: dict[str, str]) -> None:
    """It starts at the certified cut-off; beyond it nothing is promised."""
    section = sections["Risk and coverage"]
    (steps,) = steps_of(section).values()
    curve = one().curve.set_index("cut_off")
    within = [sentence for *_, sentence in steps if "Within what is certified" in sentence]
    beyond = [sentence for *_, sentence in steps if "not promised" in sentence]
    assert within
    assert beyond
    assert len(within) + len(beyond) == len(steps) <= 61
    assert within[-1].startswith(f"Acting on expected errors up to {in_units(one().cut_off)}:")
    bound = float(curve["bound"].to_dict()[one().cut_off])
    assert in_percent(bound) in within[-1]
    start = text_of(section[section.index("<output") : section.index("</output>")])
    assert start == within[-1]


def test_steps_accept_ten_rows_or_more(sections: dict[str, str]) -> None:
    """What fewer rows say is of single ones."""
    (steps,) = steps_of(sections["Risk and coverage"]).values()
    shares = [float(re.findall(r": (\d+) % of rows", one[3])[0]) for one in steps]
    assert min(shares) / 100 * one().n_rows >= 9
    assert shares == sorted(shares)


def test_money_periods_proof_and_card_have_sections(sections: dict[str, str]) -> None:
    """Each with its numbers."""
    assert "is worth most" in text_of(sections["What acting is worth"])
    proof = table_of(sections["How it was proven"])
    assert len(proof) == 1 + int((one().path["n"] >= 10).sum())
    assert proof[-1][-1] in {"no", "yes"}
    card = dict(row for row in table_of(sections["Model card"])[1:])
    assert card["Target"] == "price"
    assert card["Estimator"] == "column:fsd"
    period = one().period
    assert period is not None
    assert ("The promise of a whole period" in sections) == period.certified


def test_a_bare_certificate_has_no_card() -> None:
    """Nobody said what model it is of."""
    sections = sections_of(page_of("certificate"))
    assert "Model card" not in sections
    assert "What acting is worth" not in sections


def test_several_promises_have_a_table() -> None:
    """And the picture is of the first that is certified."""
    sections = sections_of(page_of("several promises"))
    assert [row[0] for row in table_of(sections["All promises"])[1:]] == ["1 %", "5 %", "10 %"]
    assert "Each promise holds on its own" in text_of(sections["Verdict"])


def test_where_nothing_is_certified_it_says_so() -> None:
    """And what would help; no step promises anything."""
    sections = sections_of(page_of("nothing certified"))
    assert text_of(sections["Verdict"]).startswith("Accept nothing")
    (steps,) = steps_of(sections["Risk and coverage"]).values()
    assert all(sentence.endswith("Nothing is certified.") for *_, sentence in steps)
