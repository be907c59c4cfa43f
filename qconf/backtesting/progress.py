"""One progress of several contests."""

from __future__ import annotations

from qconf._types import Progress

__all__ = ["JointProgress"]


class JointProgress:
    """Adds up the steps of several contests.

    Parameters
    ----------
    progress : callable or None
        Called as ``progress(steps_done, steps, what_is_next)``.
    """

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._done: dict[str, int] = {}
        #: How many steps each contest has; to be set before the first step.
        self.steps: dict[str, int] = {}

    def of(self, name: str) -> Progress | None:
        """Return what a contest is to call."""
        progress = self._progress
        if progress is None:
            return None
        tell: Progress = progress

        def told(done: int, steps: int, what: str) -> None:  # noqa: ARG001 - known before
            self._done[name] = done
            tell(sum(self._done.values()), sum(self.steps.values()), f"{name}: {what}")

        return told
