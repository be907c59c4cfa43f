"""Look at the distinct texts of a column once, however often they occur."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qconf.tables.numerals import MISSING_NUMBERS

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DistinctTexts", "as_series"]


def as_series(values: pa.ChunkedArray) -> pd.Series[Any]:
    """Return a column of Arrow as one of pandas."""
    series: pd.Series[Any] = values.to_pandas()
    return series


class DistinctTexts:
    """The distinct texts of a column.

    Parameters
    ----------
    texts : pyarrow.ChunkedArray

    Attributes
    ----------
    texts : pyarrow.ChunkedArray
    distinct : list of str
        Without those that stand for a missing number or date.
    counts : ndarray of shape (n_distinct,)
        How often each occurs.
    """

    def __init__(self, texts: pa.ChunkedArray) -> None:
        self.texts = texts
        found = texts.combine_chunks().dictionary_encode()
        codes = found.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        every = found.dictionary.to_pylist()
        known = np.array([text.lower() not in MISSING_NUMBERS for text in every], dtype=np.bool_)
        self.distinct = [text for text, is_known in zip(every, known, strict=True) if is_known]
        # The last place is that of missing texts, which have the code -1.
        self._codes = np.append(np.where(known, np.cumsum(known) - 1, -1), -1)[codes]
        self.counts = np.bincount(self._codes[self._codes >= 0], minlength=len(self.distinct))

    @property
    def complete(self) -> bool:
        """Whether no text is missing."""
        return bool((self._codes >= 0).all())

    def spread(self, values: Any) -> pd.Series[Any]:
        """Return for each text the value of its level, missing where it has none."""
        series = pd.Series(values)
        found = series.take(self._codes) if self.complete else series.reindex(self._codes)
        return found.reset_index(drop=True)
