"""How much of an answer is taken: a server may send without end, or more than memory holds."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2

from emotigram.chat.deadline import Deadline
from emotigram.errors import ChatBlank, ChatRedirected, ChatTooLong

# Characters: eight drafts of the longest captions, 4,000 each, come to half of it with all that is around them.
MOST_CHARACTERS = 100_000
# A model that thinks before it answers sends up to 27,000 tokens in 90 seconds, an event of 300 bytes for each.
_STREAM_BYTES = 8 << 20
_LINE_BYTES = 1 << 18  # of one event
_BODY_BYTES = 1 << 20  # of an answer in one: MOST_CHARACTERS, each escaped, and as much of thinking
_ERROR_BYTES = 1 << 16  # of what an error says; one line of it is shown
_REDIRECT, _FAULT = 300, 400  # the first statuses of their kinds


class Guard:
    """Event hook that holds the answers of a server to the limits and to a deadline.

    Raises ChatRedirected, ChatBlank for an encoding that was not asked for, and ChatTooLong while a body is read.
    """

    def __init__(self, provider: str, deadline: Deadline) -> None:
        self._provider = provider
        self._deadline = deadline

    def __call__(self, response: httpx2.Response) -> None:
        """Hold one answer to the limits; what an error says is cut short instead of refused."""
        status = response.status_code
        if _REDIRECT <= status < _FAULT:
            raise ChatRedirected(provider=self._provider, status=status, target=_target(response))
        is_fault, is_encoded = status >= _FAULT, bool(response.headers.pop("content-encoding", "").strip())
        if is_encoded and not is_fault:  # a few bytes could unfold to gigabytes
            raise ChatBlank(provider=self._provider)
        response.encoding = "utf-8"  # some that a server could name take minutes to decode
        _bound_wait(response, self._deadline.left_s)
        if not isinstance(response.stream, httpx2.SyncByteStream):
            raise TypeError("a stream of an asynchronous client")
        body = _Body(response.stream, self._deadline, response.request)
        if is_fault:
            body.most, body.fault = 0 if is_encoded else _ERROR_BYTES, None
        else:
            is_stream = response.headers.get("content-type", "").strip().lower().startswith("text/event-stream")
            body.most, body.longest = (_STREAM_BYTES, _LINE_BYTES) if is_stream else (_BODY_BYTES, _BODY_BYTES)
            body.fault = ChatTooLong(provider=self._provider)
        response.stream = body


class _Body(httpx2.SyncByteStream):
    """At most ``most`` bytes, and ``longest`` between line ends; beyond, ``fault`` is raised or the body ends."""

    most, longest = _BODY_BYTES, _BODY_BYTES
    fault: ChatTooLong | None = None

    def __init__(self, stream: httpx2.SyncByteStream, deadline: Deadline, request: httpx2.Request) -> None:
        self._stream = stream
        self._deadline = deadline
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        taken = line = 0
        for part in self._stream:
            self._deadline.check(self._request)
            taken += len(part)
            line = line + len(part) if b"\n" not in part else len(part) - part.rfind(b"\n")
            if taken > self.most or line > self.longest:
                if self.fault:
                    raise self.fault
                return
            yield part

    def close(self) -> None:
        self._stream.close()


def _target(response: httpx2.Response) -> str:
    """The host that a redirect names, without what could be a secret."""
    try:
        return response.request.url.join(response.headers.get("location", "")).raw_host.decode("ascii") or "?"
    except (httpx2.InvalidURL, ValueError):
        return "?"


def _bound_wait(response: httpx2.Response, left_s: float) -> None:
    """Let no wait that a server asks for outlast the deadline; one that is no number is not heeded."""
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        asked = response.headers.get(name)
        if asked is None:
            continue
        try:
            wait_s = float(asked) * unit_s
        except ValueError:
            del response.headers[name]
            continue
        if not wait_s < left_s:  # NaN too
            response.headers["x-should-retry"] = "false"
