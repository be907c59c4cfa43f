"""What the simulation can be asked for, before anything heavy is loaded."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from qconf.errors import OptionError
from qconf.simulation.parameters import check_parameters, check_world


def test_what_is_allowed_is_allowed() -> None:
    """The ends of each range, and NumPy's numbers."""
    check_parameters(10, 2, 1e-12, 0)
    check_parameters(400_000, 1000, 1000.0, 2**32 - 1)
    check_parameters(np.int64(50), np.int32(3), np.float32(0.5), 0)  # type: ignore[arg-type]
    check_world(1, 0.1, 0)


def test_a_world_is_of_one_replicate_at_least() -> None:
    """A table of houses may be smaller than a simulation, but not empty."""
    with pytest.raises(OptionError, match="from 1 to 400,000, got 0"):
        check_world(0, 0.1, 0)


def test_checking_waits_for_no_compiler() -> None:
    """A wrong number is answered at once."""
    program = "import sys, qconf.simulation.parameters; assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
