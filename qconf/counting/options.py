"""What is asked of files: which columns, and on which scale errors are measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from qconf.core.error_scale import error_scale
from qconf.errors import OptionError

__all__ = ["FileRoles"]

_THRESHOLD = 0.15


@dataclass(frozen=True)
class FileRoles:
    """Names of columns, each by the option that names it.

    Attributes
    ----------
    expected_error : str
    residual : str or None
        None where it is made of `truth` and `prediction`.
    truth, prediction : str
    groups, time : str or None
    error : str
        The error scale of residuals that are made.
    """

    expected_error: str
    residual: str | None
    truth: str
    prediction: str
    groups: str | None
    time: str | None
    error: str

    @classmethod
    def checked(
        cls, *, expected_error: str, residual: str | None, truth: str | None,
        prediction: str | None, groups: str | None, time: str | None, error: str | None,
    ) -> Self:  # fmt: skip
        """Check that the columns go together.

        Raises
        ------
        OptionError
            If there is neither a residual nor a truth, or both.
        """
        if (residual is None) == (truth is None):
            both = "both were" if truth else "neither was"
            msg = (
                "Name the column of residuals with --residual, or that of the truth with --truth "
                f"(and of the predictions with --prediction): {both} named."
            )
            raise OptionError(msg)
        if residual is not None:
            for option, value in (("prediction", prediction), ("error", error)):
                if value is not None:
                    msg = f"--{option} is of residuals that are made of --truth; leave it out."
                    raise OptionError(msg)
        scale = error_scale("relative" if error is None else error).name
        made = cls(
            expected_error, residual, truth or "", prediction or "prediction", groups, time, scale
        )
        named = [*made.by_option.values()]
        twice = next((name for name in named if named.count(name) > 1), None)
        if twice is not None:
            msg = f"Two options name the column {twice!r}; each needs a column of its own."
            raise OptionError(msg)
        return made

    @property
    def by_option(self) -> dict[str, str]:
        """The columns that are read, by option."""
        given = {"expected-error": self.expected_error}
        if self.residual is not None:
            given["residual"] = self.residual
        else:
            given |= {"truth": self.truth, "prediction": self.prediction}
        roles = {"groups": self.groups, "time": self.time}
        return given | {option: name for option, name in roles.items() if name is not None}

    @property
    def columns(self) -> list[str]:
        """The columns that are read."""
        return list(self.by_option.values())

    @property
    def numbers(self) -> list[str]:
        """Those of them that hold numbers."""
        named = self.by_option.items()
        return [name for option, name in named if option not in {"groups", "time"}]

    def threshold(self, given: float | None) -> float:
        """Return the threshold of outliers, if none is given that of relative errors.

        Raises
        ------
        OptionError
            If none is given for absolute errors, which have a unit.
        """
        if given is None and self.error == "absolute":
            msg = "Absolute errors have the unit of the truth: name a threshold with --threshold."
            raise OptionError(msg)
        return _THRESHOLD if given is None else given
