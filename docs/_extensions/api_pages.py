"""Write a page for each public name before the build, so that none can be forgotten.

What is public is what the modules say in ``__all__``; where it stands in the list is decided by
the room of the package that it lives in. The pages are in ``reference/api`` and in no repository.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from written import write_pages

import qconf

FOLDER = "reference/api"
#: Modules beside `qconf` itself that are promised to stay.
MODULES = ("qconf.base", "qconf.checks", "qconf.errors")
#: What is done, and in which rooms of the package. A new room comes last until it has a place.
JOBS = {
    "Compare and evaluate": ("comparison", "evaluation", "counting", "residuals"),
    "Fit a model and its confidence": ("model", "fitting", "learners", "encoding"),
    "Confidence estimators": ("estimators",),
    "Keep a model, and score": ("saving", "scoring"),
    "Certify a cut-off": ("certification",),
    "Probabilities": ("probability",),
    "Report to a committee": ("avm", "pages"),
    "Choose a valuation model": ("backtesting", "portfolios"),
    "Explain": ("explanation",),
    "Monitor": ("monitoring", "slicing"),
    "Serve and review": ("serve", "review"),
    "Example tables, and the simulated world": ("datasets", "simulation"),
}
_REST = "More"
#: What is private, and what scikit-learn writes into every estimator (metadata routing).
_NOT_OURS = re.compile(r"_|set_\w+_request$")


def public_names() -> list[str]:
    """Return all names that are promised, with their modules."""
    names = [f"qconf.{name}" for name in qconf.__all__]
    for module in MODULES:
        names += [f"{module}.{name}" for name in import_module(module).__all__]
    home: dict[int, str] = {}
    # What two modules offer is one thing, and has one page.
    return [name for name in names if home.setdefault(id(found(name)), name) == name]


def found(name: str) -> Any:
    """Import what a dotted name means."""
    module, _, last = name.rpartition(".")
    return getattr(import_module(module), last)


def members(cls: type) -> list[str]:
    """List the public methods and properties of a class that are written in this package."""
    names: dict[str, None] = {}
    for base in cls.__mro__:
        if not base.__module__.startswith("qconf"):
            continue
        for name, value in vars(base).items():
            if not _NOT_OURS.match(name) and _is_documented(value):
                names.setdefault(name)
    return list(names)


def _is_documented(value: Any) -> bool:
    inner = getattr(value, "__func__", getattr(value, "fget", value))
    return inspect.isroutine(inner) and bool(inner.__doc__)


def job_of(name: str) -> str:
    """Tell under which heading a name stands."""
    room = found(name).__module__.split(".")[1]
    return next((job for job, rooms in JOBS.items() if room in rooms), _REST)


def summary(name: str) -> str:
    """Return the first line of a docstring."""
    return (inspect.getdoc(found(name)) or "").partition("\n")[0]


def _page(name: str) -> str:
    title = name.removeprefix("qconf.")
    lines = [title, "=" * len(title), ""]
    what = found(name)
    if not inspect.isclass(what):
        kind = "autofunction" if inspect.isroutine(what) else "autodata"
        return "\n".join([*lines, f".. {kind}:: {name}", ""])
    lines += [f".. autoclass:: {name}"]
    if inspect.isclass(what) and (listed := members(what)):
        lines += [f"   :members: {', '.join(listed)}"]
    return "\n".join([*lines, ""])


def _list(names: list[str]) -> list[str]:
    lines = [".. list-table::", "   :widths: 35 65", "   :class: api-names", ""]
    for name in names:
        lines += [
            f"   * - :py:obj:`{name.removeprefix('qconf.')} <{name}>`",
            f"     - {summary(name)}",
        ]
    return [*lines, ""]


def _module(module: str, names: list[str]) -> list[str]:
    first = (inspect.getdoc(import_module(module)) or "").partition("\n")[0]
    return [module, "-" * len(module), "", first, "", *_list(names)]


def _index(names: list[str]) -> str:
    top = [name for name in names if name.count(".") == 1]
    lines = ["Python API", "==========", ""]
    lines += [
        "Everything that is promised, by what it is for: in ``qconf``, unless a module is named.",
        "",
    ]
    for job in (*JOBS, _REST):
        if here := [name for name in top if job_of(name) == job]:
            lines += [job, "-" * len(job), "", *_list(here)]
    for module in MODULES:
        lines += _module(module, [name for name in names if name.rpartition(".")[0] == module])
    lines += [".. toctree::", "   :hidden:", ""]
    return "\n".join([*lines, *(f"   {name}" for name in names), ""])


def pages() -> Iterator[tuple[str, str]]:
    """Yield all pages, by file name."""
    names = public_names()
    yield "index.rst", _index(names)
    for name in names:
        yield f"{name}.rst", _page(name)


def setup(app: Any) -> dict[str, Any]:
    """Let Sphinx write the pages first."""
    app.connect("builder-inited", lambda app: write_pages(Path(app.srcdir) / FOLDER, pages()))
    return {"parallel_read_safe": True}
