"""Type the lanes of one loop: weights learned side by side, once or by each bootstrap replicate."""

from __future__ import annotations

from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qconf.core.compiled import inlined

__all__ = ["Lanes", "Single", "lanes_of", "single_of"]

#: float64 in one lane, float32 in many.
Lanes: TypeAlias = NDArray[np.floating]
#: Empty where there are many lanes. The compiler knows how long a tuple is: with one lane, no loop
#: over lanes is left, nor what prepares it for vector units, which took half of the time.
Single: TypeAlias = tuple[int, ...]


class _InLanes(Protocol):
    @property
    def single(self) -> Single: ...
    @property
    def state(self) -> Lanes: ...


def single_of(state: Lanes) -> Single:
    """Say whether there is one lane, in a way that the compiler understands."""
    return (1,) if state.shape[-1] == 1 else ()


@inlined
def lanes_of(model: _InLanes) -> int:
    """Return how many lanes there are."""
    return 1 if len(model.single) > 0 else model.state.shape[2]
