"""Where a chat model is reached and with which key."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2
from pydantic import SecretStr

from emotigram import catalogue
from emotigram.domain import Provider
from emotigram.errors import KeyMissing, KeyRefused, SettingsError
from emotigram.settings import Settings


@dataclass(frozen=True, slots=True)
class ChatServer:
    """An OpenAI-compatible server and what it accepts; ``is_local`` where no proxy lies in between."""

    name: str
    base_url: str
    model: str
    key: SecretStr
    is_local: bool
    supports_json: bool
    extra_body: Mapping[str, object]


def find_server(settings: Settings) -> ChatServer:
    """Return the server that the settings ask for; raises UnknownName, SettingsError, KeyMissing or KeyRefused."""
    provider = catalogue.provider(settings.provider)
    base_url = settings.base_url or provider.base_url
    host = _host(base_url)
    name = host if settings.base_url else provider.name
    return ChatServer(
        name=name,
        base_url=base_url,
        model=settings.model or provider.model,
        key=_key(settings, provider, name, _is_local(host)),
        is_local=_is_local(host),
        supports_json=provider.supports_json,
        extra_body=provider.extra_body,
    )


def _host(base_url: str) -> str:
    try:
        url = httpx2.URL(base_url)
    except httpx2.InvalidURL as error:
        raise SettingsError(detail=f"base_url: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(detail="base_url: an address such as http://localhost:11434/v1 is needed")
    return url.host


def _is_local(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local"))
    return address.is_loopback or address.is_private


def _key(settings: Settings, provider: Provider, name: str, is_local: bool) -> SecretStr:
    key = settings.api_key.get_secret_value().strip()
    # A provider's own key is not handed to another company's server that only base_url names.
    is_own_server = is_local or not settings.base_url
    if not key and is_own_server and provider.key_env:
        key = os.environ.get(provider.key_env, "").strip()
    if not key and (is_local or not provider.key_env):
        key = "no-key-needed"  # such servers read no key, but the client library wants one
    if not key:
        raise KeyMissing(provider=name, key_env=provider.key_env if is_own_server else "EMOTIGRAM_API_KEY")
    if not (key.isascii() and key.isprintable()):  # no HTTP header can carry it
        raise KeyRefused(provider=name)
    return SecretStr(key)
