"""Figures for Prometheus: requests, their time, and what waits before the models."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from emotigram.async_studio import AsyncStudio, Places

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180)


class Metrics:
    """Counts requests and looks at the studio when asked."""

    def __init__(self, studio: AsyncStudio) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("emotigram_requests", "Requests answered.", labels, registry=self._registry)
        self._seconds = Histogram(
            "emotigram_request_seconds",
            "Time from a request to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._look_at("reading", studio.reading)
        self._look_at("writing", studio.writing)
        self._gauge("emotigram_photos_read", "Photos read since the start.").set_function(lambda: studio.photos_read)
        self._gauge("emotigram_batches_read", "Batches they were read in.").set_function(lambda: studio.batches_read)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; a status of 499 is a caller who left."""
        known = method if method in _METHODS else "other"  # callers may invent them, and each would be kept
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)

    def _look_at(self, name: str, places: Places) -> None:
        self._gauge(f"emotigram_{name}_now", f"Requests {name} or waiting to.").set_function(lambda: places.taken_now)
        self._gauge(f"emotigram_{name}_most", f"Requests that may be {name} or waiting to.").set(places.limit)

    def _gauge(self, name: str, words: str) -> Gauge:
        return Gauge(name, words, registry=self._registry)
