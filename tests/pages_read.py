"""Read a page as a reader does: its sections, tables and sentences."""

from __future__ import annotations

import html
import json
import re
from typing import Any

__all__ = ["numbers_in", "sections_of", "steps_of", "table_of", "text_of"]


def text_of(part: str) -> str:
    """What is to be read, a unit apart from its number by a plain space."""
    shown = re.sub(r"<(style|script)\b.*?</\1>", "", part, flags=re.DOTALL)
    plain = html.unescape(re.sub(r"<[^>]+>", " ", shown)).replace("\u00a0", " ")
    return " ".join(plain.split())


def sections_of(page: str) -> dict[str, str]:
    """The markup of each section, by its heading."""
    found = re.findall(r"<section [^>]*>\s*<h2[^>]*>(.*?)</h2>(.*?)</section>", page, re.DOTALL)
    return {text_of(title): body for title, body in found}


def table_of(section: str, number: int = 0) -> list[list[str]]:
    """Rows of the cells of a table, the header first."""
    table = re.findall(r"<table>.*?</table>", section, re.DOTALL)[number]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [
        [text_of(cell) for cell in re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


def steps_of(section: str) -> dict[str, list[list[Any]]]:
    """The steps of a slider, by the name of their track."""
    (text,) = re.findall(r'<script type="application/json">(.*?)</script>', section, re.DOTALL)
    return {track["name"]: track["steps"] for track in json.loads(text)}


def numbers_in(page: str) -> set[str]:
    """Everything in the whole file that is a number or a word, coordinates and digests too."""
    plain = html.unescape(page).replace("\u00a0", " ")
    numbers = re.findall(r"\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?", plain)
    return {*numbers, *re.findall(r"[\w:.-]+", plain)}
