"""HTTP/1.1 by the letter: what two servers could read differently is refused (RFC 9112, 2.2, 5.1, 5.2, 6.1, 6.3, 7.1).

h11 is lenient where old clients were: it takes bare line feeds, folded headers, a length beside chunks, and heads of
any size that come at once. Behind a proxy which reads the same bytes otherwise, one request could hide in another.
"""

from __future__ import annotations

import re
from typing import TypeAlias
from urllib.parse import unquote

import h11
from h11._receivebuffer import ReceiveBuffer

HEAD_BYTES, MOST_HEADERS = 32 * 1024, 100  # nginx takes 32 KiB, Apache 100 headers
_FRAMING_BYTES = 256 * 1024  # that chunks may cost beyond what they hold: sizes, extensions, line ends
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,16}[ \t]*(;[\t\x20-\x7e\x80-\xff]*)?\r\n")
_LENGTHS = (b"content-length", b"transfer-encoding")

Heard: TypeAlias = h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]


class StrictConnection(h11.Connection):
    """A server's side of a connection; ``next_event`` raises h11.RemoteProtocolError for what is not by the letter."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER, HEAD_BYTES)
        self._receive_buffer: ReceiveBuffer = _StrictLines()
        self._came = self._held = 0

    def receive_data(self, data: bytes) -> None:
        """Take bytes from the network."""
        self._came += len(data)
        super().receive_data(data)

    def next_event(self) -> Heard:
        """The next event, as h11's own."""
        event: Heard = super().next_event()
        if isinstance(event, h11.Request):
            self._came, self._held = len(self._receive_buffer), 0
            _check_request(event)
        elif isinstance(event, h11.Data):
            self._held += len(event.data)
        if self._came - self._held - len(self._receive_buffer) > _FRAMING_BYTES:
            raise h11.RemoteProtocolError("chunks of hardly anything")
        return event


class _StrictLines(ReceiveBuffer):
    """Gives h11 lines that end in CR LF, and headers that say one thing."""

    def maybe_extract_lines(self) -> list[bytearray] | None:
        """A head, or the lines after the last chunk; None until it is whole."""
        end = self._data.find(b"\r\n\r\n")
        block = bytes(self._data[: end + 4] if end >= 0 else self._data)
        if not self._data.startswith(b"\r\n"):  # no lines at all
            _check_lines(block)
        return super().maybe_extract_lines()

    def maybe_extract_next_line(self) -> bytearray | None:
        """The line before a chunk; None until it is whole."""
        line: bytearray | None = super().maybe_extract_next_line()
        if line is not None and not _CHUNK_SIZE.fullmatch(line):
            raise h11.LocalProtocolError("no chunk size")
        return line


def _check_lines(block: bytes) -> None:
    """Raises h11.LocalProtocolError, which h11 passes on as the other side's."""
    if len(block) > HEAD_BYTES or block.count(b"\n") > MOST_HEADERS + 2:
        raise h11.LocalProtocolError("head too large", error_status_hint=431)
    lines = block.split(b"\r\n")
    names = [line.partition(b":")[0].lower() for line in lines]
    is_folded = any(line.startswith((b" ", b"\t")) for line in lines)
    if _BARE_LINE_FEED.search(block) or is_folded or sum(name in _LENGTHS for name in names) > 1:
        raise h11.LocalProtocolError("ambiguous head")
    if any(name == b"content-length" and b"," in line for name, line in zip(names, lines, strict=True)):
        raise h11.LocalProtocolError("several lengths")


def _check_request(request: h11.Request) -> None:
    path = unquote(request.target.partition(b"?")[0].decode("ascii")).encode()
    is_chunked = any(name == b"transfer-encoding" for name, _ in request.headers)
    if (
        request.http_version not in (b"1.0", b"1.1")
        or (is_chunked and request.http_version == b"1.0")
        or not path.startswith(b"/")  # a proxy's forms: absolute, authority and asterisk
        or _CONTROL.search(path)
        or any(_CONTROL.search(value) for _, value in request.headers)
    ):
        raise h11.RemoteProtocolError("not for this server")
