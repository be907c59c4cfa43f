"""Threads that do what takes time, so that the others are answered meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

__all__ = ["Workers"]

Result = TypeVar("Result")


class Workers:
    """A pool of threads, which is there from the first work on.

    Parameters
    ----------
    n_threads : int, default=40
    """

    def __init__(self, n_threads: int = 40) -> None:
        self._n_threads = n_threads
        self._pool: ThreadPoolExecutor | None = None

    async def run(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Run a function in a thread, and return what it returns."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._n_threads, thread_name_prefix="qconf-serve")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, function, *arguments)

    def close(self) -> None:
        """End the threads when they have done what they are at; who comes later gets new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True)
