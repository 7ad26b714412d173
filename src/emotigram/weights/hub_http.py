"""GET requests to a hub: where they may be sent on to, who gets the token, and how much is taken."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

import httpx2
from huggingface_hub import get_session

from emotigram.alarm import Alarm
from emotigram.errors import HubRedirected
from emotigram.hosts import place_of

_MOST_HOPS = 5
_HEADERS_S = 60  # until an answer begins, redirects included
_NEARNESS = {"far": 0, "near": 1, "here": 2, "never": 3}


class HubClient:
    """Asks one hub; its files may lie elsewhere (a CDN), but the token goes to the hub alone.

    ``name`` and ``host`` are for messages. Raises HubRedirected for a redirect that leaves https, leads nearer to this
    computer than the hub is, or does not end; ValueError and httpx2's errors for what is no answer of a hub.
    """

    def __init__(self, endpoint: str, token: str, agent: str, name: str, host: str) -> None:
        place = place_of(httpx2.URL(endpoint))
        self._reach = place.reach
        # a range of compressed bytes would be another, and a few could unfold to gigabytes
        self._headers = {"user-agent": agent, "accept-encoding": "identity"}
        if token:
            self._headers["authorization"] = f"Bearer {token}"
        self._messages = {"name": name, "host": host}
        if self._reach == "never":
            raise HubRedirected(**self._messages, target=place.name)

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str], timeout_s: float) -> Iterator[httpx2.Response]:
        """The answer after redirects, whose body is not read yet; raises httpx2.HTTPStatusError for a refusal."""
        with Alarm(_HEADERS_S) as alarm:
            trace = {"trace": alarm.trace}
            asked = {**self._headers, **headers}
            request = get_session().build_request("GET", url, headers=asked, timeout=timeout_s, extensions=trace)
            response = self._send(request)
        with closing(response):
            response.raise_for_status()
            if response.headers.get("content-encoding", "identity") != "identity":
                raise ValueError("an encoding that was not asked for")
            yield response

    def _send(self, request: httpx2.Request) -> httpx2.Response:
        for _ in range(_MOST_HOPS + 1):
            response = get_session().send(request, stream=True, follow_redirects=False)
            if response.next_request is None:
                return response
            response.close()
            self.check_redirect(request.url, response.next_request.url)
            request = response.next_request  # without the token where its origin is another: httpx2 sees to that
        raise HubRedirected(**self._messages, target=place_of(request.url).name)

    def check_redirect(self, url: httpx2.URL, target: httpx2.URL) -> None:
        """Raise HubRedirected where we may not be sent on from ``url`` to ``target``."""
        place = place_of(target)
        is_downgrade = url.scheme == "https" and target.scheme != "https"
        if is_downgrade or _NEARNESS[place.reach] > _NEARNESS[self._reach] or target.userinfo:
            raise HubRedirected(**self._messages, target=place.name)


def read_at_most(response: httpx2.Response, most_bytes: int, seconds: float) -> bytes:
    """The whole body; raises ValueError for a longer one, httpx2.ReadTimeout for one that does not end in time."""
    body, ends_at = bytearray(), time.monotonic() + seconds
    for part in response.iter_bytes():
        body += part
        if len(body) > most_bytes:
            raise ValueError(f"more than {most_bytes} bytes")
        if time.monotonic() > ends_at:
            raise httpx2.ReadTimeout("the answer does not end", request=response.request)
    return bytes(body)
