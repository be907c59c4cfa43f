"""Keep estimates, what people say of them, cases, and what is decided."""

from __future__ import annotations

from qconf.review.store.casework import KeepsCases
from qconf.review.store.estimates import KeepsEstimates

__all__ = ["FeedbackStore"]


class FeedbackStore(KeepsEstimates, KeepsCases):
    """Feedback on estimates, cases and decisions, appended and never changed.

    Parameters
    ----------
    place : str or path
        A file of SQLite, or ``postgresql://user@host/name``. Several processes may use it at
        once; a file must lie on a disk of this machine (write-ahead logging).
    create : bool, default=True
        Whether to make it where there is none.
    now : callable, default=None
        Returns the time, with its zone; None is the clock.

    Raises
    ------
    TableError
        If what is there is no store, or one of a newer version.
    OutputError
        If it cannot be written; so all methods that write.

    Notes
    -----
    What a method has returned is on the disk. A submission with an idempotency key may be sent
    again when no answer came: it counts once.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, FeedbackStore(f"{folder}/a.db") as store:
    ...     said = {"row_key": "house 7", "inputs": {"lot": 6200}, "estimate": {"prediction": 4e5}}
    ...     (one,) = store.add_estimates([said])
    ...     _ = store.add_feedback(one, who="ann", reason="wrong_input", corrected={"lot": 620})
    ...     store.flagged()
    {'house 7': 1}
    """
