"""Places for connections: how many there may be, of whom, and who leaves when all are taken."""

from __future__ import annotations

import time
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from typing import Protocol

from emotigram.apps.http.open_files import room_for_connections
from emotigram.errors import QueueFull, RequestError, TooManyConnections
from emotigram.settings import Settings

_IPV6_SITE = 64  # bits that stand for one customer (RFC 6177): the rest they choose themselves


class Connection(Protocol):
    """What a place is held by; ``spare`` says how readily it is given up, None where somebody waits for an answer."""

    peer: str

    @property
    def spare(self) -> int | None:
        """How soon the connection is closed where room is needed; higher goes first."""

    def check(self, now_s: float) -> None:
        """End it where its client let a time limit pass."""

    def drop(self) -> None:
        """End the connection at once."""


class Connections:
    """All connections of one server, the oldest first; used in the event loop's thread alone."""

    def __init__(self, settings: Settings) -> None:
        self._most = room_for_connections(settings.max_connections)
        self._most_of_one = settings.max_connections_per_client
        self._clients = Clients(settings)
        self._all: dict[Connection, str] = {}

    def admit(self, connection: Connection) -> RequestError | None:
        """Give a place, taken from a connection that nothing is asked on where need be; else the error to answer."""
        client = self._clients.counted(connection.peer)
        if client:
            ours = [each for each, of in self._all.items() if of == client]
            if len(ours) >= self._most_of_one and not self._let_go(ours):
                return TooManyConnections(limit=self._most_of_one)
        if len(self._all) >= self._most and not self._let_go(self._all):
            return QueueFull(limit=self._most)
        self._all[connection] = client
        return None

    def leave(self, connection: Connection) -> None:
        """Free a place."""
        self._all.pop(connection, None)

    def sweep(self) -> None:
        """End the connections whose clients let a time limit pass."""
        now_s = time.monotonic()
        for connection in [*self._all]:
            connection.check(now_s)

    def _let_go(self, among: Iterable[Connection]) -> bool:
        spares = [(each.spare, each) for each in among]
        ready = [(spare, each) for spare, each in spares if spare is not None]
        if not ready:
            return False
        _, connection = max(ready, key=lambda pair: pair[0])  # the oldest of those most readily given up
        self.leave(connection)
        connection.drop()
        return True


class Clients:
    """Whose connections are counted together."""

    def __init__(self, settings: Settings) -> None:
        self._proxies = settings.proxies
        self._is_limited = settings.max_connections_per_client > 0

    def counted(self, address: str) -> str:
        """What a client counts as: its address, of IPv6 the site's; '' where it is not limited, as a proxy is not."""
        try:
            peer = ip_address(address.partition("%")[0])
        except ValueError:  # no address of the internet: a socket file, or what a proxy made up
            return address if self._is_limited else ""
        if isinstance(peer, IPv6Address):
            peer = peer.ipv4_mapped or peer
        if not self._is_limited or peer.is_loopback or any(peer in proxies for proxies in self._proxies):
            return ""
        return peer.exploded[: _IPV6_SITE // 16 * 5] if isinstance(peer, IPv6Address) else str(peer)
