"""Which computer an address leads to, as the system reads it: this one, one nearby, any other, or one never asked."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Literal

import httpx2

Reach = Literal["here", "near", "far", "never"]
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?")
# Where clouds tell a machine's own keys, beside link-local addresses: AWS, Google, Alibaba, Azure, Oracle.
_METADATA = {ipaddress.ip_address(each) for each in ("fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")}
_METADATA_NETWORK = ipaddress.ip_network("fd00:ec2::/32")  # AWS: ::254 tells keys, and so does ::23 to containers
_METADATA_NAMES = re.compile(
    r"(.*\.)?(metadata(\.google\.internal|\.goog|\.azure\.internal|\.azure\.com|\.tencentyun\.com|\.platformequinix\.com"
    r"|\.packet\.net)?|instance-data(\.ec2\.internal)?)"
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")  # RFC 8215
_TRANSLATED = ipaddress.ip_network("::ffff:0:0:0/96")  # RFC 7915
_COMPATIBLE = ipaddress.ip_network("::/96")  # RFC 4291, section 2.5.5.1


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address leads: ``origin`` is scheme, host and port; ``name`` the host as it is asked for, in ASCII.

    ``reach`` is ``here`` for loopback alone, ``near`` for private addresses and for names that no public DNS knows,
    ``never`` for link-local, metadata and multicast addresses, ``far`` for all others.
    """

    origin: tuple[str, str, int]
    name: str
    reach: Reach


def place_of(url: httpx2.URL) -> Place:
    """Where the HTTP client would go; names are not looked up. Raises ValueError for what can be no host."""
    name = url.raw_host.decode("ascii").lower()
    if url.scheme not in ("http", "https") or not name:
        raise ValueError("an address such as http://localhost:11434/v1 is needed")
    address = _address(name)
    if address is None and not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no host")
    port = url.port or (443 if url.scheme == "https" else 80)
    return Place((url.scheme, name, port), name, _reach_of_name(name) if address is None else reach_of(address))


def reach_of(address: _Address) -> Reach:
    """How far away an address is; one IPv6 address may stand for an IPv4 one."""
    meant = _meant(address)
    if any(_is_never(each) for each in (address, meant, *_translations(address))):
        return "never"
    if address.is_loopback or (_is_mapped(address) and meant.is_loopback):
        return "here"
    return "near" if meant.is_private and address.is_private else "far"


def reach_of_peer(peer: str) -> Reach:
    """How far away the other end of a connection is, by its address as a socket tells it."""
    return reach_of(ipaddress.ip_address(peer))


def _address(name: str) -> _Address | None:
    """The address that a host is, in any form that the system's resolver takes for one (inet_aton), or None."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(name))
    except OSError:
        return None


def _reach_of_name(name: str) -> Reach:
    bare = name.rstrip(".")
    if _METADATA_NAMES.fullmatch(bare):
        return "never"
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761, section 6.3
        return "here"
    return "near" if "." not in bare or bare.endswith(".local") else "far"


def _meant(address: _Address) -> _Address:
    """The IPv4 address within an IPv6 one: mapped, compatible, translated, 6to4, Teredo or NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    within = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    is_translated = any(address in network for network in (_NAT64, _LOCAL_NAT64, _TRANSLATED, _COMPATIBLE))
    if within is None and int(address) > 1 and is_translated:
        within = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return within or address


def _translations(address: _Address) -> list[_Address]:
    """What a translator nearby may take an address for; how long its prefix is, only it knows (RFC 6052, 2.2)."""
    if isinstance(address, ipaddress.IPv4Address) or address not in _LOCAL_NAT64:
        return []
    number, found = int(address), list[_Address]()
    for prefix in (48, 56, 64):
        before = (number >> 64) & ((1 << (64 - prefix)) - 1)  # bits 64 to 71 are left out
        after_bits = 32 - (64 - prefix)
        after = ((number << 72) & ((1 << 128) - 1)) >> (128 - after_bits)
        found.append(ipaddress.IPv4Address((before << after_bits) | after))
    return found


def _is_mapped(address: _Address) -> bool:
    return isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None


def _is_never(address: _Address) -> bool:
    bare = address
    if isinstance(address, ipaddress.IPv6Address):  # its zone is not part of it
        bare = ipaddress.IPv6Address(int(address))
    is_metadata = bare in _METADATA or bare in _METADATA_NETWORK
    return bare.is_link_local or bare.is_multicast or is_metadata or str(bare) == "255.255.255.255"
