"""Calls of the page's events as a hostile program makes them, past any browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx2

JOIN, STREAM = "/gradio_api/queue/join", "/gradio_api/queue/data"
_numbers = count()


class Caller:
    """One program that knows the page's configuration; it makes up its sessions."""

    def __init__(self, url: str, **headers: str) -> None:
        self.client = httpx2.Client(base_url=url, timeout=60, headers={"Accept-Language": "en", **headers})
        config = self.client.get("/config").json()
        self.events: dict[str, Any] = {each["api_name"]: each for each in config["dependencies"]}
        self._parts = {each["id"]: each for each in config["components"]}

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def values(self, name: str) -> list[Any]:
        """What an untouched page sends along with an event."""
        parts = [self._parts[each] for each in self.events[name]["inputs"]]
        return [None if part["type"] == "state" else part["props"].get("value") for part in parts]

    def body(self, name: str, session: str, event_data: Any = None, **changed: Any) -> dict[str, Any]:
        """The body of an event; ``changed`` are its fields."""
        event = self.events[name]
        if event_data is None and name in ("press", "pick", "everywhere", "restore", "export"):
            event_data = {"act": "none", "value": ""}
        if event_data is None and name == "add":
            event_data = {"photos": []}
        given = {"data": self.values(name), "event_data": event_data, "fn_index": event["id"]}
        return {**given, "trigger_id": event["targets"][0][0], "session_hash": session, **changed}

    def join(self, name: str, session: str, event_data: Any = None, **changed: Any) -> httpx2.Response:
        """Send an event."""
        body = json.dumps(self.body(name, session, event_data, **changed))  # halves of characters are escaped by this
        return self.client.post(JOIN, content=body, headers={"Content-Type": "application/json"})

    def read(self, session: str) -> str:
        """All that a session's events brought, as it was sent."""
        return "\n".join(self.lines(session))

    def lines(self, session: str) -> Iterator[str]:
        """The same, message by message."""
        with self.client.stream("GET", STREAM, params={"session_hash": session}) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    yield json.dumps(json.loads(line[5:]), ensure_ascii=False)

    def told(self, name: str, session: str, event_data: Any = None, **changed: Any) -> str:
        """Send an event and read what it brings."""
        self.join(name, session, event_data, **changed).raise_for_status()
        return self.read(session)

    def add_photo(self, session: str, data: bytes) -> str:
        """Bring a photo and read what follows."""
        kind = {"Content-Type": "application/octet-stream"}
        token = self.client.post("/page/photos", content=data, headers=kind).text
        return self.told("add", session, {"photos": [{"name": "photo.jpg", "token": token}]})


def new_session() -> str:
    """A made-up session."""
    return f"madeup{next(_numbers):06d}"


def assert_refused(answer: httpx2.Response, *statuses: int) -> None:
    """A problem detail that quotes nothing."""
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text
