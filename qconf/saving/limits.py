"""Set what a model file may hold at most, so that none fills the memory of who opens it."""

from __future__ import annotations

from typing import Final

__all__ = [
    "DEEPEST", "MOST_BYTES", "MOST_BYTES_OF_JSON", "MOST_BYTES_OF_MANIFEST",
    "MOST_CELLS_OF_NOTHING", "MOST_PARTS", "MOST_TIMES_AS_LONG", "MOST_VALUES_OF_JSON", "SHORT",
]  # fmt: skip

MOST_PARTS: Final = 10_000
#: Of all parts together, unpacked.
MOST_BYTES: Final = 4 * 2**30
#: How many times as long as it is packed a part may be, if it is longer than `SHORT`; what packs
#: better than that is kept as it is.
MOST_TIMES_AS_LONG: Final = 100
SHORT: Final = 4 * 2**20

MOST_BYTES_OF_JSON: Final = 256 * 2**20
MOST_BYTES_OF_MANIFEST: Final = 16 * 2**20
#: A value of JSON takes about a hundred bytes of memory, and may take two in the file.
MOST_VALUES_OF_JSON: Final = 20_000_000
#: Values within values.
DEEPEST: Final = 40
#: An array without cells takes no memory, and a loop over its other side may still never end.
MOST_CELLS_OF_NOTHING: Final = 1_000_000
