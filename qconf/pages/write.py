"""Write a result as a page: one file of HTML that opens without a network."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import qconf
from qconf.core.targets import cannot_write, check_target
from qconf.core.whole_files import whole_file
from qconf.errors import OptionError, OutputError
from qconf.report.page.html import check_installed, page_html

if TYPE_CHECKING:
    from qconf.saving.card import ModelCard

__all__ = ["check_name", "report_html", "write_report"]

_ENDINGS = (".html", ".htm")
#: Which module has the page of a result, by where its class stands.
_PAGES: Final = {
    "qconf.avm.result.AvmReport": "report_card",
    "qconf.backtesting.result.Backtest": "backtest",
    "qconf.certification.certificate.Certificate": "certificate",
    "qconf.certification.certificates.Certificates": "certificate",
    "qconf.comparison.result.Comparison": "comparison",
    "qconf.evaluation.result.Evaluation": "evaluation",
    "qconf.fitting.certified.CertifiedModel": "certificate",
    "qconf.monitoring.result.Monitoring": "monitoring",
    "qconf.slicing.result.SliceAudit": "slices",
}


def write_report(
    result: Any,
    path: str | PathLike[str],
    *,
    subject: str = "",
    made: str = "",
    card: ModelCard | None = None,
) -> None:
    """Write a result as a page of HTML for those who decide.

    The page is one file that asks nobody for anything. It holds sums over rows alone: what is
    summed up from fewer than ten rows is left out. The same result gives the same bytes.

    Parameters
    ----------
    result : Comparison, Evaluation, Backtest, CertifiedModel, Certificate, Certificates, \
AvmReport, SliceAudit or Monitoring
    path : str or path
        Ends in ``.html``.
    subject : str, default=""
        What it is about, such as the name of the table.
    made : str, default=""
        When it was made, as it is to be written.
    card : ModelCard, default=None
        Of the model that it is about, if the result does not hold one.

    Raises
    ------
    OptionError
        If there is no page of such a result, or ``qconf[report]`` is not installed.
    OutputError
        If the file cannot be written; one that was there is left as it was.
    """
    check_name(path)
    try:
        target = check_target(path)
        page = report_html(result, subject=subject, made=made, card=card)
        with whole_file(target) as file:
            file.write(page.encode())
    except OSError as error:
        raise OutputError(cannot_write(path, error.strerror or str(error))) from error


def report_html(
    result: Any, *, subject: str = "", made: str = "", card: ModelCard | None = None
) -> str:
    """Return the page of a result, as `write_report` writes it.

    Parameters
    ----------
    result, subject, made, card
        As of `write_report`.

    Returns
    -------
    str
    """
    check_installed()
    when = f" on {made}" if made else ""
    by = f"Made with qconf {qconf.__version__}{when}."
    page = replace(_maker(result)(result, subject), made=by)
    if card is not None:
        from qconf.pages.model_card import card_section  # noqa: PLC0415 - not all have one

        page = replace(page, sections=[*page.sections, card_section(card)])
    return page_html(page)


def check_name(path: str | PathLike[str]) -> None:
    """Complain about a file that is not called a page.

    Raises
    ------
    OptionError
    """
    if Path(path).suffix.lower() not in _ENDINGS:
        msg = f"A report is a page of HTML: name a file that ends in .html, got {str(path)!r}."
        raise OptionError(msg)


def _maker(result: Any) -> Any:
    for kind in type(result).__mro__:
        name = _PAGES.get(f"{kind.__module__}.{kind.__qualname__}")
        if name is not None:
            # Each brings the rooms that its result comes from, and no others.
            return import_module(f"qconf.pages.{name}").page
    known = ", ".join(sorted(name.rpartition(".")[2] for name in _PAGES))
    msg = f"There is no page of a {type(result).__name__}; there are those of {known}."
    raise OptionError(msg)
