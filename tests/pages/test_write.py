"""Pages are written whole, hold no row, and do not grow with the table."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from paged_results import RESULTS, comparison, evaluation, market, page_of
from pages_read import numbers_in, sections_of, table_of

import qconf
from qconf.pages.write import report_html, write_report

#: Bytes that a page may have.
MOST = 2_000_000


def forms_of(value: object) -> set[str]:
    """How a value of a row might be written; short ones would be there by chance."""
    told = {str(value)}
    if isinstance(value, float):
        told |= {repr(value), f"{value:.2f}", f"{value:.4f}", f"{value:,.0f}", f"{value:.0f}"}
        told |= {f"{value:.6g}", f"{value:,.2f}"}
    return {one for one in told if sum(sign.isdigit() for sign in one.lstrip("0.")) >= 5}


def rows_behind(name: str) -> pd.DataFrame:
    if name in {"monitoring", "alarm"}:
        return market(600, 3, 3.0 if name == "alarm" else 1.0)
    if name == "backtest":
        return market(700)
    return market(2500 if "certif" in name or "promises" in name else 1500)


@pytest.mark.parametrize("name", RESULTS)
def test_no_value_of_a_row_is_in_the_file(name: str) -> None:
    """Neither a price nor a value, nor a name of a row; not in pictures either."""
    written = numbers_in(page_of(name))
    table = rows_behind(name)
    for column in ("price", "avm", "fsd", "offer", "ccs"):
        rows = {form for value in table[column].dropna().tolist() for form in forms_of(value)}
        assert rows, column
        assert not rows & written, (column, sorted(rows & written)[:3])


def test_the_search_would_find_a_row() -> None:
    """A page that names one is caught."""
    price = float(market()["price"].iloc[7])
    for subject in (f"the house of {price:,.0f}", "offer-1-000007"):
        written = numbers_in(report_html(evaluation(), subject=subject))
        forms = forms_of(price) | forms_of("offer-1-000007")
        assert forms & written


@pytest.mark.slow
@pytest.mark.parametrize("name", RESULTS)
def test_every_page_is_small_and_the_same_each_time(name: str) -> None:
    """Far below two megabytes; only the moment that is given differs."""
    page = page_of(name)
    assert len(page.encode()) < MOST / 10
    assert report_html(RESULTS[name](), made="midnight").replace("midnight", "noon") == page


def test_a_page_does_not_grow_with_its_table() -> None:
    """Thirty times the rows, the same page up to digits."""
    rng = np.random.default_rng(0)
    sizes = []
    for n in (3_000, 90_000):
        sigma = rng.uniform(0.02, 0.3, size=n)
        told = qconf.evaluate(sigma, rng.normal(scale=sigma), threshold=0.15, n_resamples=20)
        sizes.append(len(report_html(told)))
    assert abs(sizes[1] / sizes[0] - 1) < 0.05


def test_a_file_is_there_whole_or_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the picture fails, and where the disk does."""
    path = tmp_path / "report.html"
    qconf.write_report(evaluation(), path, subject="sales")
    before = path.read_bytes()
    assert before.startswith(b"<!DOCTYPE html>")
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ValueError, match="No space left on device"):
        write_report(evaluation(), path, subject="other")
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("report.pdf", "ends in .html, got"),
        ("report", "ends in .html, got"),
        ("nowhere/report.html", "there is no folder"),
        ("x" * 260 + ".html", "a name may have 255 bytes"),
    ],
)
def test_a_file_that_cannot_be_is_refused_in_a_line(
    name: str, message: str, tmp_path: Path
) -> None:
    """With what to do."""
    with pytest.raises(ValueError, match=message) as told:
        write_report(evaluation(), tmp_path / name)
    assert "\n" not in str(told.value)


def test_what_has_no_page_is_refused() -> None:
    """With those that have one; what derives from one of them has its page."""
    with pytest.raises(ValueError, match="no page of a dict; there are those of AvmReport, Back"):
        report_html({})

    class Mine(qconf.Evaluation):
        pass

    mine = Mine(**{name: getattr(evaluation(), name) for name in vars(evaluation())})
    assert report_html(mine) == report_html(evaluation())


def test_results_are_left_as_they_were() -> None:
    """Writing a page changes nothing of what it is of."""
    before = comparison().table.copy(), comparison().scores.copy()
    report_html(comparison())
    assert before[0].equals(comparison().table)
    assert before[1].equals(comparison().scores)


@pytest.mark.slow
def test_an_installed_wheel_brings_its_templates(tmp_path: Path) -> None:
    """A page is written without the folder that qconf was made from."""
    root = Path(qconf.__file__).parent.parent
    program = (
        "import hatchling.build; print(hatchling.build.build_wheel(__import__('sys').argv[1]))"
    )
    built = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=root, check=True, capture_output=True, text=True,
    )  # fmt: skip
    home = tmp_path / "installed"
    ZipFile(tmp_path / built.stdout.split()[-1]).extractall(home)
    write = (
        "import numpy as np, qconf; rng = np.random.default_rng(0); s = rng.uniform(0.1, 1, 500); "
        "e = qconf.evaluate(s, s * rng.normal(size=500), threshold=0.5, n_resamples=20); "
        "qconf.write_report(e, 'page.html'); print(qconf.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", write], cwd=tmp_path, check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(home)},
    )  # fmt: skip
    assert done.stdout.strip().startswith(str(home))
    assert "</html>" in (tmp_path / "page.html").read_text()


def test_a_card_may_be_given(tmp_path: Path) -> None:
    """Of the model that a result is about, as its last section."""
    card = qconf.ModelCard(target="price", estimator="blend", not_for=["Castles <b>."])
    path = tmp_path / "page.html"
    write_report(evaluation(), path, card=card)
    sections = sections_of(path.read_text(encoding="utf-8"))
    assert list(sections)[-1] == "Model card"
    rows = dict(table_of(sections["Model card"])[1:])
    assert rows == {"Estimator": "blend", "Target": "price", "Not for": "Castles <b>."}
