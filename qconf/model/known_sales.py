"""Know the rows of a fit again, and keep them where that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray, FloatArray, IntArray, Table
from qconf.core.restored import require
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder

__all__ = ["KeptRows", "KnownSales", "row_digests"]

_BYTES = 8


@dataclass(frozen=True, eq=False)
class KeptRows:
    """The rows of a fit themselves.

    Attributes
    ----------
    table : DataFrame or ndarray of shape (n_rows, n_features)
        As `fit` was given it, its columns made plain.
    target : ndarray of shape (n_rows,)
    """

    table: Table
    target: FloatArray

    def check_restored(self) -> None:
        """Check that tables from a file belong together.

        Raises
        ------
        ValueError
        """
        require(len(self.table) == len(self.target), "rows that were kept have no target each")


@dataclass(frozen=True, eq=False)
class KnownSales:
    """Digests of the rows of a fit, by which a sale is known again.

    A sale that was in the fit must not be adjusted by what the model, having seen its price, says
    of it. Features and target are digested together: whoever has the row can tell that it was in
    the fit, and nobody reads a price off.

    Attributes
    ----------
    digests : ndarray of shape (n_rows,), dtype uint64
        0 for rows that were left out of the fit.
    target_name : str or None
        What the target was called, if it had a name.
    kept : KeptRows or None
        None if rows were not to be kept.
    """

    digests: NDArray[np.uint64]
    target_name: str | None
    kept: KeptRows | None

    @classmethod
    def of(
        cls,
        features: Table,
        target: FloatArray,
        rows: IntArray,
        n_rows: int,
        encoder: TableEncoder,
        target_name: str | None,
        kept: KeptRows | None,
    ) -> Self:
        """Digest the rows of a fit.

        Parameters
        ----------
        features : DataFrame or ndarray of shape (n_used, n_features)
            As the valuation model sees them.
        target : ndarray of shape (n_used,)
        rows : ndarray of shape (n_used,)
            Their positions in the table.
        n_rows : int
            Of the table.
        encoder : TableEncoder
        target_name : str or None
        kept : KeptRows or None
        """
        digests = np.zeros(n_rows, dtype=np.uint64)
        digests[rows] = row_digests(Encoded.of(features, encoder), target)
        return cls(digests, target_name, kept)

    def places(self, rows: Encoded, target: FloatArray, first: BoolArray) -> IntArray:
        """Find rows among those of the fit.

        Parameters
        ----------
        rows : Encoded of shape (n_sales, n_features)
            By the encoder of the fit.
        target : ndarray of shape (n_sales,)
        first : ndarray of shape (n_rows,), dtype bool
            Which rows of the fit are taken first, of several that are alike.

        Returns
        -------
        ndarray of shape (n_sales,)
            Positions in the table of the fit; -1 for a row that was not in it.
        """
        asked = row_digests(rows, target)
        order = np.lexsort((~first, self.digests))
        at = np.minimum(np.searchsorted(self.digests[order], asked), len(order) - 1)
        found = order[at]
        known = (self.digests[found] == asked) & (asked != 0)
        if rows.unseen is not None:
            known &= ~rows.unseen.any(axis=1)
        return np.where(known, found, -1)

    def check_restored(self) -> None:
        """Check what comes from a file.

        Raises
        ------
        ValueError
        """
        require(
            isinstance(self.digests, np.ndarray) and self.digests.dtype == np.uint64,
            "digests of rows are none",
        )
        fits = self.kept is None or len(self.kept.target) == len(self.digests)
        require(fits, "rows that were kept are not those of the fit")


def row_digests(rows: Encoded, target: FloatArray) -> NDArray[Any]:
    """Digest each row with its target.

    Parameters
    ----------
    rows : Encoded of shape (n_rows, n_features)
    target : ndarray of shape (n_rows,)

    Returns
    -------
    ndarray of shape (n_rows,), dtype uint64
        The same for rows of equal numbers and levels, whatever type they had.
    """
    # Zero has two signs, and what is missing many bit patterns.
    cells = np.column_stack([rows.matrix, target]) + 0.0
    cells[np.isnan(cells)] = np.nan
    bytes_of_rows = (blake2b(row, digest_size=_BYTES).digest() for row in cells.view(np.uint8))
    return np.frombuffer(b"".join(bytes_of_rows), dtype=np.uint64)
