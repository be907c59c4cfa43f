"""Write pages that are made by the build."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

__all__ = ["write_pages"]


def write_pages(folder: Path, pages: Iterable[tuple[str, str]]) -> None:
    """Write what has changed, so that only that is built anew, and take away what is no more."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = dict(pages)
    for name, text in wanted.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in folder.glob("*.rst"):
        if path.name not in wanted:
            path.unlink()
