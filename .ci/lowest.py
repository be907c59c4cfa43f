#!/usr/bin/env python3
"""Print the lowest versions that pyproject.toml allows, as constraints for pip.

``python .ci/lowest.py > lowest.txt && python -m pip install -c lowest.txt .``

With names of extras, also of what these ask for: ``python .ci/lowest.py excel report``.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

__all__ = ["constraints"]

_PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def constraints(extras: list[str]) -> Iterator[str]:
    """Yield ``name==lowest`` for each requirement of the project, and of extras.

    Raises
    ------
    ValueError
        If a requirement names no lowest version, or there is no such extra.
    """
    project = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]
    asked = list(project["dependencies"])
    for extra in extras:
        if extra not in project["optional-dependencies"]:
            known = ", ".join(project["optional-dependencies"])
            msg = f"There is no extra {extra!r}; there are {known}."
            raise ValueError(msg)
        asked += project["optional-dependencies"][extra]
    for one in dict.fromkeys(asked):
        found = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[\w,-]+\])?>=([0-9.]+)", one)
        if found is None:
            msg = f"The requirement {one!r} names no lowest version: write name>=version."
            raise ValueError(msg)
        yield f"{found[1]}=={found[2]}"


if __name__ == "__main__":
    try:
        sys.stdout.write("".join(f"{one}\n" for one in constraints(sys.argv[1:])))
    except ValueError as error:
        sys.exit(str(error))
