"""What went wrong, as clients are told: a line, a status, and never a trace."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from starlette.exceptions import HTTPException

from qconf.errors import OutputError, QconfError
from qconf.review.store.errors import ConflictError, NotFoundError

__all__ = ["MEDIA_TYPE", "Problem", "RefusedError", "problem_of"]

#: By the class of an error, the first that fits.
_STATUS: Final = (
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (ConflictError, HTTPStatus.CONFLICT),
    (OutputError, HTTPStatus.SERVICE_UNAVAILABLE),
    (QconfError, HTTPStatus.UNPROCESSABLE_ENTITY),
)
_BUSY: Final = "The store cannot be used just now; try again. What was acknowledged is kept."
MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """What went wrong.

    Attributes
    ----------
    status : int
    detail : str
        In a line: the thing, the rule, what was found, what to do.
    """

    status: int
    detail: str

    @property
    def title(self) -> str:
        """The name of the status."""
        return HTTPStatus(self.status).phrase

    def to_dict(self) -> dict[str, Any]:
        """Return it as RFC 9457 has it."""
        return {"status": self.status, "title": self.title, "detail": self.detail}


class RefusedError(HTTPException):
    """A request that is refused for what it is, and not for what it says.

    Parameters
    ----------
    status : int
    detail : str
    headers : dict, default=None
    """

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(int(status), detail, headers)

    @property
    def problem(self) -> Problem:
        """What clients are told."""
        return Problem(self.status_code, str(self.detail))


def problem_of(error: QconfError) -> Problem:
    """Return what clients are told of an error of ours."""
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    # Where the store is, and what its database says, is for whoever runs the service: in the log.
    detail = _BUSY if status == HTTPStatus.SERVICE_UNAVAILABLE else str(error)
    return Problem(int(status), detail)
