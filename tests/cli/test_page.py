"""``--report`` of every command that has one, as people type it."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from paged_results import certified, evaluation, market

from qconf.cli.main import main
from qconf.cli.page import write_page

ROLES = "--target price --prediction avm --time sold_on --drop parcel,offer"
COMPARE = f"compare sales.parquet {ROLES} --estimators column:fsd,constant"
BACKTEST = "--models column:avm --estimators constant --time sold_on --drop parcel,offer,fsd"
#: What is typed, and how it ends.
TYPED = {
    "compare": (COMPARE, 0),
    "backtest": (f"backtest sales.parquet --target price {BACKTEST}", 0),
    "slices": (f"slices sales.parquet {ROLES} --estimator column:fsd --min-rows 50", 0),
    "certify": (f"certify sales.parquet {ROLES} --estimator column:fsd --outlier-rate 0.2", 0),
    "nothing certified": (
        f"certify sales.parquet {ROLES} --estimator column:fsd --outlier-rate 0.0005",
        3,
    ),
    "monitor": ("monitor avm.qconf later.parquet --key offer", 0),
    "kept": ("slices later.parquet --model avm.qconf --min-rows 20 --max-columns 1", 0),
    "alarm": ("monitor avm.qconf bad.parquet --key offer", 4),
    "report-card": ("report-card sales.parquet --value avm --truth price --fsd fsd", 0),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table, a certified model and later rows."""
    folder = tmp_path_factory.mktemp("pages")
    market(1200).drop(columns="ccs").to_parquet(folder / "sales.parquet", index=False)
    certified().save(folder / "avm.qconf")
    for name, worse in (("later", 1.0), ("bad", 3.0)):
        later = market(300, 3, worse)
        later = later.assign(sold_on=later["sold_on"] + pd.Timedelta(days=731))
        later.to_parquet(folder / f"{name}.parquet", index=False)
    return folder


@pytest.fixture(autouse=True)
def place(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, with the same files."""
    monkeypatch.chdir(tmp_path)
    for one in made.iterdir():
        (tmp_path / one.name).write_bytes(one.read_bytes())
    return tmp_path


def run(typed: str, capsys: pytest.CaptureFixture[str], status: int = 0) -> tuple[str, str]:
    with pytest.raises(SystemExit) as ended:
        main(typed.split())
    written = capsys.readouterr()
    assert ended.value.code == status, written.err
    return written.out, written.err


@pytest.mark.slow
@pytest.mark.parametrize("name", TYPED)
def test_a_page_is_written_beside_the_result(
    name: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is printed, and the exit status, are as without it; standard error says where it is."""
    typed, status = TYPED[name]
    out, err = run(f"{typed} --report page.html", capsys, status)
    assert "written: page.html" in err
    page = (place / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    subject = typed.split()[2 if typed.startswith("monitor") else 1]
    assert f'<p class="subject">{subject}</p>' in page
    assert out
    # A certified model's card, or that of the file.
    with_card = name in {"certify", "nothing certified", "monitor", "alarm", "kept"}
    assert (">Model card<" in page) == with_card
    if name not in {"compare", "backtest"}:  # which tell how long it took
        assert run(typed, capsys, status)[0] == out


@pytest.mark.parametrize(
    ("asked", "told"), [("king-county", "king-county"), ("a/b/sales.csv", "sales.csv"), ("-", None)]
)
def test_a_page_is_of_a_table_or_an_example(asked: str, told: str | None, place: Path) -> None:
    """By its name, without the folders; standard input has none."""
    write_page("page.html", evaluation(), asked)
    page = (place / "page.html").read_text(encoding="utf-8")
    assert ('class="subject"' in page) == (told is not None)
    assert told is None or f'<p class="subject">{told}</p>' in page
    write_page(None, evaluation(), asked)
    assert not [one for one in place.iterdir() if one.suffix == ".tmp"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("--report page.pdf", "name a file that ends in .html, got 'page.pdf'"),
        ("--report nowhere/page.html", "there is no folder 'nowhere'"),
        ("--report page.html --output page.html", "--report and --output name the same file"),
        ("--report page.html --output ./page.html", "--report and --output name the same file"),
    ],
)
@pytest.mark.parametrize("name", ["compare", "backtest", "slices", "monitor", "report-card"])
def test_what_cannot_be_written_is_said_before_any_work(
    name: str, more: str, told: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line; nothing is read, nothing written."""
    (place / "sales.parquet").write_bytes(b"not read")
    _, err = run(f"{TYPED[name][0]} {more}", capsys, 2)
    assert told in err
    assert err.count("\n") == 1
    assert not (place / "page.html").exists()


def test_a_table_is_never_written_over(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By whatever name it goes."""
    table = place / "sales.html"
    table.write_bytes((place / "sales.parquet").read_bytes())
    _, err = run(f"{COMPARE.replace('sales.parquet', 'sales.html')} --report sales.html", capsys, 2)
    assert "it is the table itself" in err
    (place / "model.html").symlink_to("avm.qconf")
    _, err = run(f"{TYPED['monitor'][0]} --report model.html", capsys, 2)
    assert "it is the model itself" in err


def test_other_files_of_a_command_are_others(capsys: pytest.CaptureFixture[str]) -> None:
    """The curve and the model of a certificate, the state of monitors."""
    for typed, told in (
        (f"{TYPED['certify'][0]} --curve x.html --report x.html", "--report and --curve"),
        (f"{TYPED['monitor'][0]} --state x.html --report x.html", "--report and --state"),
    ):
        assert told in run(typed, capsys, 2)[1]


def test_a_sample_has_no_page(capsys: pytest.CaptureFixture[str]) -> None:
    """It is rows."""
    typed = "report-card sales.parquet --sample 5 --report page.html"
    assert "--sample draws rows" in run(typed, capsys, 2)[1]


def test_without_jinja2_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before any work; without --report nothing asks for it."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    _, err = run(f"{COMPARE} --report page.html", capsys, 2)
    assert "pip install 'qconf[report]'" in err
    run(COMPARE, capsys)
