"""Try a command as it stands: an example in place of a table.

Models that are kept are fitted on the older four fifths of an example; commands that take a model
read of the newest fifth, which it has not seen: `certify` the older half, `monitor` the newer, the
others all of it. What was read is told each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from qconf.cli.terminal import tell
from qconf.errors import OptionError, QconfError

if TYPE_CHECKING:
    import pandas as pd

    from qconf.datasets import Example
    from qconf.model.regressor import ConfidentRegressor

__all__ = [
    "GivenRows",
    "check_named",
    "example_named",
    "given_rows",
    "older_rows",
    "refuse_reading",
    "scored_rows",
    "valued_rows",
]

#: A part of an example for a model that was fitted on its older rows.
Part: TypeAlias = Literal["newest", "to_certify", "decided"]
_PARTS: Final[dict[Part, str]] = {
    "newest": "the newest fifth",
    "to_certify": "the older half of the newest fifth",
    "decided": "the newer half of the newest fifth",
}
_NAMES = "king-county, archetypes"
_SEEN = (
    "warning: the model was fitted on {:,} of these {:,} rows: on them errors look smaller than on "
    "new ones. One that has not seen them: qconf fit --example {} --output avm.qconf"
)


@dataclass(frozen=True)
class GivenRows:
    """Rows for a model, in a file.

    Attributes
    ----------
    path : str
        Where they are.
    name : str
        What they are called.
    sales : str or None
        Of an example, a file of its older rows.
    """

    path: str
    name: str
    sales: str | None = None


def check_named(table: str | None, example: str | None) -> None:
    """Check that rows are named, once.

    Raises
    ------
    OptionError
        If a table and an example are named, or none.
    """
    if (not table) == (example is None):
        msg = f"Name a table, or an example with --example NAME ({_NAMES})."
        raise OptionError(f"{msg} Not both." if table else msg)


def example_named(name: str) -> Example:
    """Load an example by what was typed.

    Raises
    ------
    TableError
        If there is no such example, or its package is not installed.
    """
    from qconf.datasets import load_example  # noqa: PLC0415 - help must not wait for pandas

    return load_example(name)  # type: ignore[arg-type] # it says what there is


def refuse_reading(reading: Mapping[str, Any]) -> None:
    """Refuse what is said of how a file is read, where there is none.

    Raises
    ------
    OptionError
    """
    if reading:
        option = "day-first" if "day_first" in reading else next(iter(reading)).replace("_", "-")
        msg = f"--{option} says how a file is read; an example is no file."
        raise OptionError(msg)


def older_rows(name: str, example: Example) -> pd.DataFrame:
    """Return the rows of an example that models are fitted on, and say so."""
    rows = example.older
    tell(
        f"{name}: {len(rows):,} of {len(example.table):,} rows; {_PARTS['newest']} is left for the "
        "commands that take a model"
    )
    return rows


@contextmanager
def given_rows(
    table: str | None,
    example: str | None,
    model: str,
    reading: Mapping[str, Any],
    *,
    part: Part = "newest",
    plugins: bool = False,
    trust: tuple[str, ...] = (),
) -> Iterator[GivenRows]:
    """Yield the rows for a model: those of a table, or the newest of an example, in a file.

    Parameters
    ----------
    table, example : str or None
        One of them, as `check_named` has it.
    model : str
        Its file; whether it has seen rows of the example is told.
    reading : mapping
        What was said of how a file is read.
    part : {"newest", "to_certify", "decided"}, default="newest"
        Of the example: `qconf.datasets.Example` has them.
    plugins, trust
        As of `qconf.open_model`.

    Raises
    ------
    OptionError, TableError
    """
    if example is None:
        yield GivenRows(str(table), str(table))
        return
    refuse_reading(reading)
    loaded = example_named(example)
    chosen: pd.DataFrame = getattr(loaded, part)
    tell(f"{example}: {_in_words(loaded, part)}")
    seen = _n_seen(model, chosen, loaded.options["target"], plugins=plugins, trust=trust)
    if seen:
        tell(_SEEN.format(seen, len(chosen), example))
    with TemporaryDirectory(prefix="qconf-") as folder:
        files = [Path(folder, f"{example}.parquet"), Path(folder, "older.parquet")]
        for rows, file in zip((chosen, loaded.older), files, strict=True):
            rows.to_parquet(file, index=False)
        yield GivenRows(str(files[0]), example, str(files[1]))


def _in_words(example: Example, part: Part) -> str:
    """Say which rows of an example these are, and how many."""
    rows, time = getattr(example, part), example.options.get("time")
    which = "drawn at random: there is no time"
    if time is not None:
        which = f"{time} from {rows[time].min():%Y-%m-%d} to {rows[time].max():%Y-%m-%d}"
    return f"{_PARTS[part]} ({which}), {len(rows):,} of {len(example.table):,} rows"


def _n_seen(
    model: str, rows: pd.DataFrame, target: str, *, plugins: bool, trust: tuple[str, ...]
) -> int:
    """Count the rows that a model was fitted on; what it cannot read, the command will tell."""
    from qconf.fitting.opened import opened  # noqa: PLC0415 - help must not wait for pandas
    from qconf.fitting.rows_of_fit import rows_of_fit  # noqa: PLC0415

    try:
        pair, _, _ = opened(model, "tried", plugins=plugins, trust=trust)
        return int(rows_of_fit(pair, rows, target).sum())
    except QconfError:
        return 0


def valued_rows(name: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Value the newest rows of an example by a model of the older ones, for a report card.

    Parameters
    ----------
    name : str

    Returns
    -------
    table : DataFrame
        With the columns ``avm``, a value each, and ``fsd``, its forecast standard deviation.
    roles : dict of str to str
        The columns of ``value``, ``truth``, ``fsd``, and where there is one ``time``.

    Raises
    ------
    TableError
    """
    example = example_named(name)
    target, time = example.options["target"], example.options.get("time")
    pair, rows = _model_of_older(example)
    value, spread = pair.predict(rows, return_std=True)
    tell(f"{name}: {_in_words(example, 'newest')}, valued by a model that was fitted on the others")
    roles = {"value": "avm", "truth": target, "fsd": "fsd"} | ({"time": time} if time else {})
    return example.newest.assign(avm=value, fsd=spread / value), roles


@contextmanager
def scored_rows(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the newest rows of an example, scored by a model of the older ones, in a file.

    Parameters
    ----------
    name : str

    Yields
    ------
    path : str
        With the columns ``prediction`` and ``expected_error``.
    asked : dict
        ``truth``, ``error``, and where there is one ``time`` and ``threshold``: for
        `qconf.evaluate_files`.

    Raises
    ------
    TableError, OptionError
        Whatever is wrong with them, by the name of the example.
    """
    example = example_named(name)
    pair, rows = _model_of_older(example)
    prediction, expected = pair.predict_with_error(rows)
    tell(f"{name}: {_in_words(example, 'newest')}, scored by a model that was fitted on the others")
    given = {option: example.options.get(option) for option in ("time", "threshold")}
    asked = {"truth": example.options["target"], "error": pair.error, **given}
    with TemporaryDirectory(prefix="qconf-") as folder:
        path = str(Path(folder, f"{name}.parquet"))
        scored = example.newest.assign(prediction=prediction, expected_error=expected)
        scored.to_parquet(path, index=False)
        try:
            yield path, asked
        except QconfError as error:
            raise type(error)(str(error).replace(path, name)) from error


def _model_of_older(example: Example) -> tuple[ConfidentRegressor, pd.DataFrame]:
    """Fit a small model on the older rows; return it with the newest ones as it reads them."""
    from qconf.model.regressor import ConfidentRegressor  # noqa: PLC0415 - help must not wait

    target = example.options["target"]
    left_out = [target, *example.options.get("drop", [])]
    scale = example.options.get("error", "relative")
    pair = ConfidentRegressor(confidence="residual", error=scale, random_state=0)
    older = example.older
    pair.fit(older.drop(columns=left_out), older[target], time=example.options.get("time"))
    return pair, example.newest.drop(columns=left_out)
