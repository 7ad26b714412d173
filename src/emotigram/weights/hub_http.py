"""GET requests to a hub: where they may be sent on to, who gets the token, and how much is taken."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

import httpx2
from huggingface_hub import get_session

from emotigram.alarm import Alarm
from emotigram.errors import HubRedirected
from emotigram.hosts import Place, place_of

_MOST_HOPS = 5
_HEADERS_S = 60  # until an answer begins
_NEARNESS = {"far": 0, "near": 1, "here": 2, "never": 3}


class HubClient:
    """Asks one hub; its files may lie elsewhere (a CDN), but the token goes to the hub alone.

    ``name`` and ``host`` are for messages. Raises HubRedirected for a redirect that leaves https, leads nearer to this
    computer than the hub is, or does not end; ValueError and httpx2's errors for what is no answer of a hub.
    """

    def __init__(self, endpoint: str, token: str, agent: str, name: str, host: str) -> None:
        self._place = place_of(httpx2.URL(endpoint))
        self._token = token
        self._agent = agent
        self._messages = {"name": name, "host": host}
        if self._place.reach == "never":
            raise HubRedirected(**self._messages, target=self._place.name)

    @contextmanager
    def get(self, url: httpx2.URL, headers: Mapping[str, str], timeout_s: float) -> Iterator[httpx2.Response]:
        """The answer after redirects, whose body is not read yet; raises httpx2.HTTPStatusError for a refusal."""
        for _ in range(_MOST_HOPS + 1):
            place = place_of(url)
            asked = {**headers, **self._own_headers(place)}
            with Alarm(_HEADERS_S) as alarm, self._stream(url, asked, timeout_s, alarm) as response:
                alarm.cancel()
                if not response.is_redirect:
                    response.raise_for_status()
                    if response.headers.get("content-encoding", "identity") != "identity":
                        raise ValueError("an encoding that was not asked for")
                    yield response
                    return
            url = self.next_url(response)
        raise HubRedirected(**self._messages, target=place.name)

    @staticmethod
    def _stream(
        url: httpx2.URL, headers: Mapping[str, str], timeout_s: float, alarm: Alarm
    ) -> AbstractContextManager[httpx2.Response]:
        return get_session().stream(
            "GET", url, headers=headers, timeout=timeout_s, follow_redirects=False, extensions={"trace": alarm.trace}
        )

    def _own_headers(self, place: Place) -> dict[str, str]:
        # a range of compressed bytes would be another, and a few could unfold to gigabytes
        headers = {"user-agent": self._agent, "accept-encoding": "identity"}
        if self._token and place.origin == self._place.origin:
            headers["authorization"] = f"Bearer {self._token}"
        return headers

    def next_url(self, response: httpx2.Response) -> httpx2.URL:
        """Where a redirect leads, if we may be sent there; raises HubRedirected."""
        place = place_of(response.request.url)
        url = response.request.url.join(response.headers["location"])
        target = place_of(url)
        is_downgrade = place.origin[0] == "https" and target.origin[0] != "https"
        is_inward = _NEARNESS[target.reach] > _NEARNESS[self._place.reach]
        if is_downgrade or is_inward or url.userinfo:
            raise HubRedirected(**self._messages, target=target.name)
        return url


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
