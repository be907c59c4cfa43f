"""What comes from a file is an array of its type and shape, or is refused."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.core.restored import is_array, is_count, require


def test_arrays_are_of_one_type_and_shape_in_the_order_of_c() -> None:
    """Compiled loops know no other."""
    good = np.zeros((2, 3))
    assert is_array(good, np.float64, (2, None))
    for bad in (good.T, good.astype(np.float32), good[:, 0], good[:, :2], good.tolist(), None):
        assert not is_array(bad, np.float64, (2, 3))


def test_counts_are_whole_numbers_within_limits() -> None:
    """Neither true nor 1.0 is one."""
    assert is_count(3, 3, 3)
    for bad in (2, 4, 3.0, True, "3", None):
        assert not is_count(bad, 3, 3)


def test_what_is_wrong_is_said() -> None:
    """The error has the words that were given."""
    require(True, "nothing")
    with pytest.raises(ValueError, match=r"^two differ$"):
        require(False, "two differ")
