"""What runs the pages: it finds blocks and outputs, and tells what is not as it is shown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from docs import blocks
from docs.blocks import blocks_of, differences, is_same, places_of

PAGE = """
# A page

```bash
echo one
```
```text
one
```

```python
number = 1
```

% not run: it would ask for a network
```bash
pip install nothing
```

```python
print(number + 1)
```

```text
2
```

```toml
[project]
```
"""


def page_of(text: str, folder: Path) -> Path:
    (folder / "page.md").write_text(text, encoding="utf-8")
    return folder / "page.md"


def test_blocks_are_found_with_what_is_shown_below_them() -> None:
    """Other languages are not typed; a reason is told of what is not run."""
    found = blocks_of(PAGE)
    assert [one.language for one in found] == ["bash", "python", "bash", "python"]
    assert [one.shown for one in found] == ["one\n", None, None, "2\n"]
    assert [one.why_not for one in found] == [None, None, "it would ask for a network", None]
    assert PAGE.split("\n")[found[0].line - 1] == "```bash"


def test_a_page_that_shows_what_it_prints_has_no_differences(tmp_path: Path) -> None:
    """Blocks of Python share their names."""
    assert differences(page_of(PAGE, tmp_path), tmp_path) == []


def test_what_is_not_printed_is_told_and_can_be_put_right(tmp_path: Path) -> None:
    """Written once, it is right; the rest of the page stays as it was."""
    page = page_of(PAGE.replace("2\n", "3\n").replace("one\n```\n\n", "two\n```\n\n"), tmp_path)
    told = differences(page, tmp_path)
    assert len(told) == 2
    assert "shows\ntwo\n\nbut it prints\none" in told[0]
    differences(page, tmp_path, write=True)
    assert page.read_text(encoding="utf-8") == PAGE


def test_an_output_below_nothing_is_refused() -> None:
    """It could not be held against anything."""
    with pytest.raises(ValueError, match="An output stands below no block: 'two"):
        blocks_of("```bash\necho\n```\nwords\n```text\ntwo\n```\n")


@pytest.mark.parametrize(
    ("code", "wrong"),
    [("exit 4  # exit status 4", None), ("exit 4", 4), ("true  # exit status 4", 0),
     ("false | true", 1), ("echo $undefined", 1)],
)  # fmt: skip
def test_a_command_ends_as_it_says(code: str, wrong: int | None, tmp_path: Path) -> None:
    """Another exit status is a difference, and what comes after is not typed."""
    page = page_of(f"```bash\n{code}\n```\n```bash\ntouch after\n```\n", tmp_path)
    told = differences(page, tmp_path)
    assert [f"exit status {wrong}:" in one for one in told] == [True] * (wrong is not None)
    assert (tmp_path / "after").exists() == (wrong is None)


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a  b\n", "a b", True),
        ("a 0.1", "a 0.2", False),
        ("first\n…\nlast", "first\nx\ny\nlast\n", True),
        ("first\n…\nlast", "first\nx\n", False),
        ("first\n…", "second\nfirst", False),
        ("7 rows scored in 0.9 s (8 a second)", "7 rows scored in 1.5 s (5 a second)", True),
        ("7 rows scored in 0.9 s (8 a second)", "8 rows scored in 0.9 s (8 a second)", False),
        ("Seconds: fits 1.0, rest 2.0.", "Seconds: fits 1.5,\nrest 2.0.", True),
        ("name   AURC   seconds\n────\na  0.1  3.0", "name AURC seconds\n───\na 0.1  12.0", True),
        ("name   AURC   seconds\n────\na  0.1  3.0", "name AURC seconds\n───\na 0.2  3.0", False),
        (
            "name sec-\n + one onds\n a 1.2\n + b 0.123",
            "name sec-\n + one onds\n a 0.9\n + b 0.123",
            True,
        ),
        (
            "name sec-\n + one onds\n a 1.2\n + b 0.123",
            "name sec-\n + one onds\n a 1.2\n + b 0.124",
            False,
        ),
        ("Fits: 1 (2.0 s); the rest\n0.1 s.", "Fits: 1 (12.0 s); the\nrest 0.1 s.", True),
        ("a\nb", "qconf: 27 of 28 fits done after 0:30; now: intervals\na\nb", True),
        ("Fitted 2026-01-02T03:04:05+00:00", "Fitted 2027-01-02T03:04:05+00:00", True),
    ],
)
def test_only_what_varies_may_differ(shown: str, printed: str, same: bool) -> None:
    """Seconds and moments; blanks; and what is left out."""
    assert is_same(shown, printed) == same


def test_errors_of_python_name_the_line_of_the_page(tmp_path: Path) -> None:
    """As an editor would open it."""
    page = page_of("# A page\n\n```python\nnone\n```\n", tmp_path)
    done = subprocess.run(
        [sys.executable, str(blocks.__file__), str(page)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f'"{page}", line 4' in done.stderr


def test_places_are_headings_outside_of_blocks() -> None:
    """Named as forges and Sphinx name them: without marks, a hyphen for each blank."""
    page = "# A `page`, 2nd\n\n```bash\n# no heading\n```\n\n## What now?\n"
    assert places_of(page) == {"a-page-2nd", "what-now"}
