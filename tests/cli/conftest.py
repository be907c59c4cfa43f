"""What the tests of the command share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from commands import CommandServer


@pytest.fixture(scope="session")
def server() -> Iterator[CommandServer]:
    """A process that runs commands, one after the other."""
    started = CommandServer()
    yield started
    started.close()
