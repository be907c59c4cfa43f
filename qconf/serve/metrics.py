"""What is counted, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.015, 0.025, 0.05, 0.06, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Counters of one service, in a registry of its own.

    Attributes
    ----------
    requests, seconds, in_progress
        By method, route and status; by route; now.
    refusals
        Requests that no route saw, by why.
    rows
        ``scored`` and ``refused``.
    explanation_seconds
    feedback, decisions
        By reason.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

        def made(kind: Any, name: str, told: str, *labels: str, **more: Any) -> Any:
            return kind(f"qconf_{name}", told, labels, registry=self.registry, **more)

        self.requests = made(Counter, "requests", "Requests.", "method", "route", "status")
        self.seconds = made(
            Histogram, "request_seconds", "Seconds that requests took.", "route", buckets=_SECONDS
        )
        self.in_progress = made(Gauge, "requests_in_progress", "Requests that are worked on.")
        self.refusals = made(Counter, "refusals", "Requests that no route saw, by why.", "why")
        self.rows = made(Counter, "rows", "Rows that were asked for.", "outcome")
        self.explanation_seconds = made(
            Histogram, "explanation_seconds", "Seconds that explanations took.", buckets=_SECONDS
        )
        self.feedback = made(Counter, "feedback", "Feedback that was kept.", "reason")
        self.decisions = made(Counter, "decisions", "Decisions that were kept.", "reason")

    def watch_store(self, counts: Callable[[], dict[str, int]]) -> None:
        """Tell how many cases there are whenever somebody asks."""
        self.registry.register(_OfStore(counts))

    def tell_model(self, name: str, digest: str) -> None:
        """Tell which model is served."""
        told = Gauge("qconf_model", "The model.", ("name", "digest"), registry=self.registry)
        told.labels(name, digest).set(1)

    def text(self) -> bytes:
        """Write all of it."""
        return generate_latest(self.registry)


class _OfStore:
    """Numbers that the store knows."""

    def __init__(self, counts: Callable[[], dict[str, int]]) -> None:
        self._counts = counts

    def describe(self) -> Iterator[Any]:
        """Name them without asking the store."""
        yield GaugeMetricFamily("qconf_cases", "Cases of the store.", labels=["state"])

    def collect(self) -> Iterator[Any]:
        """Ask the store."""
        known = self._counts()
        told = GaugeMetricFamily("qconf_cases", "Cases of the store.", labels=["state"])
        for state in ("open", "decided"):
            told.add_metric([state], known[state])
        yield told
