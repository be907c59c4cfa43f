"""Threads that do what takes time, so that the others are answered meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

__all__ = ["Workers"]

Result = TypeVar("Result")


class Workers:
    """A pool of threads.

    Parameters
    ----------
    n_threads : int
    """

    def __init__(self, n_threads: int = 40) -> None:
        self._pool = ThreadPoolExecutor(n_threads, thread_name_prefix="qconf-serve")

    async def run(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Run a function in a thread, and return what it returns."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, function, *arguments)

    def close(self) -> None:
        """End the threads when they have done what they are at."""
        self._pool.shutdown(wait=True)
