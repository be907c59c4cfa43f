"""The first page of a model file: what there is to know without opening the model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import Any, Final

import qconf
from qconf.saving.card import ModelCard

__all__ = ["FORMAT", "MANIFEST", "STATE", "Manifest", "Part", "versions"]

#: The format that this version writes, and reads.
FORMAT: Final = 1
#: What the parts are called that each file has.
MANIFEST: Final = "manifest.json"
STATE: Final = "state.json"
_LIBRARIES = ("numpy", "pandas", "scikit-learn", "scipy", "numba")
_KINDS: Final[dict[str, type[Any]]] = {
    "format": int, "qconf": str, "versions": dict, "model": dict, "columns": list, "seeds": dict,
    "plug_ins": list, "foreign_types": list, "parts": list,
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A part of the file.

    Attributes
    ----------
    name : str
    bytes : int
        Unpacked.
    sha256 : str
    """

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What is known of a model file without opening the model.

    Attributes
    ----------
    format : int
    qconf : str
        The version that wrote it.
    versions : dict of str to str
        Of the libraries that it was written with.
    model : dict
        ``type``, ``written`` (as Python shows it), and where it has them ``regressor``,
        ``confidence`` and ``n_rows``.
    columns : list of dict
        ``name``, ``kind``, ``n_levels`` and ``first``, as `qconf.saving.schema.Column`.
    error : str or None
        The error scale.
    seeds : dict of str to int
        Every `random_state` of its parameters that is a number.
    fingerprint : dict or None
        ``rows`` and ``sha256`` of what the model said of pinned rows.
    plug_ins : list of str
    foreign_types : list of str
        Types of other packages' models; what is in the parts counts, not what is said here.
    card : ModelCard or None
    parts : list of Part
    """

    format: int
    qconf: str
    versions: dict[str, str]
    model: dict[str, Any]
    columns: list[dict[str, Any]]
    error: str | None
    seeds: dict[str, int]
    fingerprint: dict[str, Any] | None
    plug_ins: list[str]
    foreign_types: list[str]
    card: ModelCard | None
    parts: list[Part]

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        plain = asdict(self)
        plain["card"] = None if self.card is None else self.card.to_dict()
        return plain

    @classmethod
    def from_dict(cls, plain: Any) -> Manifest:
        """Read a manifest of this format that need not be trusted.

        Raises
        ------
        ValueError
        """
        names = set(cls.__dataclass_fields__)
        if not isinstance(plain, dict) or set(plain) != names:
            msg = "the manifest does not have the entries of a manifest"
            raise ValueError(msg)
        for name, kind in _KINDS.items():
            if type(plain[name]) is not kind:
                msg = f"the manifest's {name} is of another type"
                raise ValueError(msg)
        card, parts = plain["card"], [_part(one) for one in plain["parts"]]
        _check_shown(plain)
        card = None if card is None else ModelCard.from_dict(card)
        return cls(**{**plain, "card": card, "parts": parts})


def _part(plain: Any) -> Part:
    sound = (
        isinstance(plain, dict)
        and set(plain) == {"name", "bytes", "sha256"}
        and isinstance(plain["name"], str)
        and type(plain["bytes"]) is int
        and isinstance(plain["sha256"], str)
    )
    if not sound:
        msg = "the manifest tells of a part that is none"
        raise ValueError(msg)
    return Part(**plain)


def _check_shown(plain: dict[str, Any]) -> None:
    """Check what `qconf inspect` shows."""
    columns = all(
        isinstance(one, dict)
        and set(one) == {"name", "kind", "n_levels", "first"}
        and isinstance(one["name"], str)
        and isinstance(one["kind"], str)
        and (one["n_levels"] is None or type(one["n_levels"]) is int)
        and isinstance(one["first"], list)
        and all(isinstance(level, str) for level in one["first"])
        for one in plain["columns"]
    )
    texts = [*plain["versions"].values(), *plain["plug_ins"], *plain["foreign_types"]]
    print_out = plain["fingerprint"]
    sound = (
        columns
        and all(isinstance(text, str) for text in texts)
        and isinstance(plain["model"].get("type"), str)
        and isinstance(plain["model"].get("written"), str)
        and isinstance(plain["error"], str | None)
        and (print_out is None or isinstance(print_out, dict))
    )
    if not sound:
        msg = "the manifest holds what it should not"
        raise ValueError(msg)


def versions() -> dict[str, str]:
    """Return the versions of what a model is fitted with."""
    found = {"python": python_version(), "qconf": qconf.__version__}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # installed without metadata
            continue
    return found
