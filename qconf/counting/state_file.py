"""Keep counts in a file, so that a pass over many rows can be interrupted, or shared by machines.

A zip of a text of JSON and plain arrays, as a model's file is. Nothing in it is run, and all that
compiled code will see is checked before.
"""

from __future__ import annotations

from os import PathLike
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qconf.core.targets import cannot_write
from qconf.counting.by_stretch import ByStretch
from qconf.counting.cell_counts import CellCounts
from qconf.counting.cell_sums import CellSums
from qconf.counting.columns import n_columns
from qconf.counting.grid import Grid
from qconf.counting.kept_rows import KeptRows
from qconf.counting.known_groups import KnownGroups
from qconf.counting.lane_sums import unit_of
from qconf.counting.loops import LIMBS
from qconf.counting.moments import CountedMoments
from qconf.counting.one_pass import OnePass
from qconf.counting.replicates import Replicates
from qconf.counting.seen_rows import SeenRows
from qconf.counting.settings import Settings
from qconf.errors import OptionError, OutputError, QconfError, TableError
from qconf.evaluation.metrics.registry import METRICS
from qconf.saving.plain_state import read_plain_state, write_plain_state

__all__ = ["load_pass", "save_pass"]

#: The second knows times.
_FORMAT: Final = 2
_NAME: Final = "counts"
_BITS: Final = 64


def save_pass(one: OnePass, path: str | PathLike[str]) -> None:
    """Write a pass to a file, whole or not at all.

    Raises
    ------
    OptionError
        If a metric is not one of qconf's own.
    OutputError
        If the file cannot be written.
    """
    own = next((m.name for m in one.settings.metrics if METRICS.get(m.name) is not m), None)
    if own is not None:
        msg = f"Counts with a metric of your own, {own!r}, cannot be kept in a file: leave it out."
        raise OptionError(msg)
    try:
        write_plain_state(path, _NAME, _state_of(one))
    except OSError as error:
        raise OutputError(cannot_write(path, error.strerror or str(error))) from error


def load_pass(path: str | PathLike[str]) -> OnePass:
    """Read a pass from a file.

    Raises
    ------
    TableError
        If it cannot be read, or holds no counts.
    """
    try:
        return _restored(read_plain_state(path, _NAME))
    except OSError as error:
        msg = f"Cannot read the counts {str(path)!r}: {error.strerror or error}."
        raise TableError(msg) from error
    except Exception as error:  # a file that was tampered with may raise anything
        why = f": {error}" if isinstance(error, QconfError) else ""
        msg = (
            f"{str(path)!r} holds no counts, or is damaged{why}. Name a file of "
            "RiskCoverageCounts.save, or count anew."
        )
        raise TableError(msg) from error


def _state_of(one: OnePass) -> dict[str, Any]:
    state: dict[str, Any] = {
        "qconf_counts": _FORMAT,
        "settings": one.settings.to_dict(),
        "number": one.number,
        "before": None if one.before is None else _seen_state(one.before),
        "seen": _seen_state(one.seen),
        "edges": one.cells.grid.edges,
        "table": one.cells.table,
        "groups": [
            one.groups.hashes, one.groups.sizes, one.groups.overflowed,
        ],
        "moments": [one.moments.cells, one.moments.n, one.moments.shift],
        "kept": _kept_state(one.kept),
        "sums": None,
    }  # fmt: skip
    if one.sums is not None:
        one.sums.carry()
        replicates, by_stretch = one.sums.replicates, one.sums.by_stretch
        state["sums"] = {
            "edges": one.sums.grid.edges,
            "is_kept": one.sums.is_kept,
            "digits": one.sums.digits,
            "kept": _kept_state(one.sums.kept),
            "drawn": None if replicates is None else replicates.drawn,
            "by_stretch": None if by_stretch is None else by_stretch.drawn,
        }
    return state


def _seen_state(seen: SeenRows) -> dict[str, Any]:
    largest = [float(one).hex() for one in seen.largest]
    return {
        "n": seen.n, "digest": seen.digest, "grouped": seen.grouped, "kind": seen.kind,
        "clock": seen.clock, "largest": largest,
    }  # fmt: skip


def _kept_state(kept: KeptRows) -> list[Any]:
    return [kept.n_seen, *kept.sorted()]


def _restored(state: dict[str, Any]) -> OnePass:
    if state["qconf_counts"] != _FORMAT:
        msg = f"it has format {state['qconf_counts']!r}, and this version reads {_FORMAT}"
        raise TableError(msg)
    settings = Settings.checked(**state["settings"])
    one = OnePass(
        settings,
        _whole(state["number"]),
        None if state["before"] is None else _seen(state["before"], settings),
        _cells(state),
        None,
        _seen(state["seen"], settings),
        _groups(state["groups"]),
        _moments(state["moments"]),
        _kept(state["kept"]),
    )
    _require(one.number >= 1 and (one.number == 1) == (one.before is None))
    if state["sums"] is not None:
        one.sums = _sums(state["sums"], one)
    return one


def _cells(state: dict[str, Any]) -> CellCounts:
    grid = _grid(state["edges"])
    return CellCounts(grid, _array(state["table"], "uint64", (len(grid), 4)))


def _sums(state: dict[str, Any], one: OnePass) -> CellSums:
    grid = _grid(state["edges"])
    # Each cell that is added up must have a row, and begin where a cell begins that was counted.
    _require(bool(np.isin(grid.edges, one.cells.grid.edges).all()))
    _require(bool((one.cells.table[:, 0] > 0).all()) and one.before is not None)
    is_kept = _array(state["is_kept"], "bool", (len(grid),))
    shape = len(grid), n_columns(len(one.settings.metrics)), LIMBS
    digits = _array(state["digits"], "int64", shape)
    replicates, by_stretch = None, None
    before = one.before or SeenRows()
    _require((state["drawn"] is not None) == bool(before.grouped))
    _require((state["by_stretch"] is not None) == before.timed)
    units = np.array([unit_of(float(largest)) for largest in before.largest])
    if state["drawn"] is not None:
        n = one.settings.replicates(grouped=True)
        drawn = _array(state["drawn"], "int64", (len(grid), 2 + len(units), n))
        replicates = Replicates(drawn, units, one.settings.random_state)
    if state["by_stretch"] is not None:
        _require(len(one.moments.n) > 0)
        stretches = one.moments.stretches()
        shape = len(grid), 2 + len(units), len(stretches.sizes)
        counted = _array(state["by_stretch"], "int64", shape)
        by_stretch = ByStretch(counted, units, stretches)
    return CellSums(grid, is_kept, digits, _kept(state["kept"]), replicates, by_stretch)


def _grid(edges: NDArray[Any]) -> Grid:
    _require(edges.dtype == np.uint64 and edges.ndim == 1 and len(edges) > 0)
    _require(int(edges[0]) == 0 and bool((edges[1:] > edges[:-1]).all()))
    return Grid(edges)


def _kept(state: list[Any]) -> KeptRows:
    n_seen, *places = state
    keys, residual, groups, moments = (place for place in places)
    kept = KeptRows(_whole(n_seen))
    n = len(keys)
    _require(n == (kept.n_seen if kept.are_all else 0))
    if n:
        kept.n_seen = 0
        kept.add(
            _array(keys, "uint64", (n,)), _array(residual, "float64", (n,)),
            _array(groups, "uint64", (n,)), _array(moments, "uint64", (n,)),
        )  # fmt: skip
        _require(bool(np.isfinite(residual).all()))
    return kept


def _groups(state: list[Any]) -> KnownGroups:
    hashes, sizes, overflowed = state[0], state[1], state[2]
    n = len(hashes)
    _require(isinstance(overflowed, bool) and (n > 0 or not overflowed))
    _require(bool((hashes[1:] > hashes[:-1]).all()))
    return KnownGroups(_array(hashes, "uint64", (n,)), _array(sizes, "int64", (n,)), overflowed)


def _moments(state: list[Any]) -> CountedMoments:
    cells, n, shift = state[0], state[1], _whole(state[2])
    _require(shift < _BITS and bool((cells[1:] > cells[:-1]).all() and (n > 0).all()))
    size = len(cells)
    _require(size == 0 or int(cells[-1]) < 2 ** (_BITS - shift))
    return CountedMoments(_array(cells, "uint64", (size,)), _array(n, "int64", (size,)), shift)


def _seen(state: dict[str, Any], settings: Settings) -> SeenRows:
    largest = np.array([float.fromhex(one) for one in state["largest"]], dtype=np.float64)
    _require(len(largest) in {0, 2 + len(settings.metrics)})
    _require(bool(np.isfinite(largest).all() and (largest >= 0).all()))
    _require(state["grouped"] in {None, True, False})
    _require(state["kind"] in {"", "numbers", "times", "text"})
    _require(state["clock"] in {None, "", "dates", "numbers"})
    return SeenRows(
        _whole(state["n"]), _whole(state["digest"]), state["grouped"], state["kind"],
        state["clock"], largest,
    )  # fmt: skip


def _array(array: NDArray[Any], dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
    _require(array.dtype == np.dtype(dtype) and array.shape == shape)
    return np.ascontiguousarray(array)


def _whole(value: Any) -> int:
    _require(type(value) is int and value >= 0)
    return int(value)


def _require(holds: bool) -> None:
    if not holds:
        msg = "what it holds does not go together"
        raise ValueError(msg)
