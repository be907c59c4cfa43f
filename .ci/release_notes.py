#!/usr/bin/env python3
"""Print the release notes of one version, as CHANGELOG.md has them.

``python .ci/release_notes.py 0.1.0``; of a version that is not released yet, with ``--draft``.
"""

from __future__ import annotations

import argparse
import re
import sys
from datetime import date
from pathlib import Path

__all__ = ["release_notes"]

_CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"


def release_notes(changelog: str, version: str, *, draft: bool = False) -> str:
    """Return what CHANGELOG.md says of a version, without its heading.

    Parameters
    ----------
    changelog : str
        Its text; a version is a heading such as ``## 0.1.0 — 2026-12-01``.
    version : str
    draft : bool, default=False
        Whether a version may be unreleased.

    Raises
    ------
    ValueError
        If there is no such version, nothing is said of it, or it has no date.
    """
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    told = {}
    for one in sections:
        heading, _, text = one.partition("\n")
        name, _, when = (part.strip() for part in heading.partition("—"))
        told[name] = when, text.strip()
    if version not in told:
        msg = f"CHANGELOG.md has no version {version!r}; it has {', '.join(told) or 'none'}."
        raise ValueError(msg)
    when, text = told[version]
    if not text:
        msg = f"CHANGELOG.md says nothing of {version}."
        raise ValueError(msg)
    if not draft:
        _check_date(version, when)
    return text + "\n"


def _check_date(version: str, when: str) -> None:
    try:
        date.fromisoformat(when)
    except ValueError:
        msg = (
            f"{version} has no date in CHANGELOG.md but {when!r}: write its heading as "
            f"'## {version} — YYYY-MM-DD', or ask for a --draft."
        )
        raise ValueError(msg) from None


def _main() -> None:
    parser = argparse.ArgumentParser(description="Print the release notes of one version.")
    parser.add_argument("version")
    parser.add_argument("--draft", action="store_true", help="it may be unreleased")
    parser.add_argument("--changelog", type=Path, default=_CHANGELOG)
    asked = parser.parse_args()
    try:
        text = asked.changelog.read_text(encoding="utf-8")
        sys.stdout.write(release_notes(text, asked.version, draft=asked.draft))
    except (OSError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main()
