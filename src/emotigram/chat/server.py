"""Where a chat model is reached and with which key, to write or to look at photos."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2
from pydantic import SecretStr

from emotigram import catalogue
from emotigram.domain import Price, Provider
from emotigram.errors import AddressRefused, KeyMissing, KeyRefused, SettingsError, VisionMissing
from emotigram.hosts import Place, place_of
from emotigram.settings import Settings


@dataclass(frozen=True, slots=True)
class ChatServer:
    """An OpenAI-compatible server and what it accepts.

    ``is_local`` where no proxy lies in between, ``is_here`` where it is this very computer (loopback). ``price`` is
    None where nobody knows it: of another model than the provider's file is about, or of another server.
    """

    name: str
    base_url: str
    model: str
    key: SecretStr
    is_local: bool
    is_here: bool
    supports_json: bool
    supports_stream: bool
    supports_usage: bool
    photos_at_once: int
    extra_body: Mapping[str, object]
    price: Price | None


def find_server(settings: Settings) -> ChatServer:
    """Return the server that writes; raises UnknownName, SettingsError, KeyMissing or KeyRefused.

    AddressRefused, a SettingsError, where the address is one that is never asked.
    """
    provider = catalogue.provider(settings.provider)
    return _server(provider, settings, settings.model or provider.model)


def keyless(settings: Settings) -> Settings:
    """The settings for what asks nobody, such as a plan: no key is looked for."""
    return settings.model_copy(update={"api_key": SecretStr("not-sent")})


def find_vision_server(settings: Settings) -> ChatServer:
    """Return the server that looks at photos; raises VisionMissing and what ``find_server`` raises."""
    return vision_server_of(catalogue.provider(settings.vision_provider or settings.provider), settings)


def vision_server_of(provider: Provider, settings: Settings) -> ChatServer:
    """Return a provider's server for photos; raises VisionMissing, SettingsError, KeyMissing or KeyRefused.

    Of the writer's address, model and key nothing applies to another provider than the writer's.
    """
    if not provider.supports_images:
        raise vision_missing(provider.name)
    if provider.key != settings.provider:
        settings = settings.model_copy(update={"base_url": "", "model": "", "api_key": SecretStr("")})
    named = [provider.vision_model, settings.model]
    if settings.base_url:  # another server knows the models that the settings name, not the provider's
        named.reverse()
    return _server(provider, settings, settings.vision_model or named[0] or named[1] or provider.model)


def vision_missing(name: str) -> VisionMissing:
    """The error that a server, or its model, takes no photos."""
    known = (provider.key for provider in catalogue.providers() if provider.supports_images)
    return VisionMissing(provider=name, known=", ".join(known))


def _server(provider: Provider, settings: Settings, model: str) -> ChatServer:
    base_url = settings.base_url or provider.base_url
    place = _place(base_url)
    name = place.name if settings.base_url else provider.name
    return ChatServer(
        name=name,
        base_url=base_url,
        model=model,
        key=_key(settings, provider, name, place),
        is_local=place.reach != "far",
        is_here=place.reach == "here",
        supports_json=provider.supports_json,
        supports_stream=provider.supports_stream,
        supports_usage=provider.supports_usage,
        photos_at_once=provider.photos_at_once,
        extra_body=provider.extra_body,
        price=provider.price if model == provider.model and not settings.base_url else None,
    )


def place_asked(base_url: str) -> Place:
    """Where a chat server's address leads; raises ValueError where it is none, or names a user before the host."""
    try:
        url = httpx2.URL(base_url)
    except httpx2.InvalidURL as error:
        raise ValueError(str(error)) from error
    place = place_of(url)
    if url.userinfo:  # it looks like the host, and pushes the true one out of sight
        raise ValueError(f"no user name or password is taken before the host {place.name!r}")
    return place


def _place(base_url: str) -> Place:
    try:
        place = place_asked(base_url)
    except ValueError as error:
        raise SettingsError(detail=f"base_url: {error}") from error
    if place.reach == "never":
        raise AddressRefused(address=place.name)
    return place


def _key(settings: Settings, provider: Provider, name: str, place: Place) -> SecretStr:
    key = settings.api_key.get_secret_value().strip()
    # A provider's own key is handed to nobody else, however near a server that only base_url names seems to be.
    is_own_server = place.reach == "here" or place.origin == _place(provider.base_url).origin
    if not key and is_own_server and provider.key_env:
        key = os.environ.get(provider.key_env, "").strip()
    if not key and (place.reach != "far" or not provider.key_env):
        key = "no-key-needed"  # such servers read no key, but the client library wants one
    if not key:
        raise KeyMissing(provider=name, key_env=provider.key_env if is_own_server else "EMOTIGRAM_API_KEY")
    if not (key.isascii() and key.isprintable()):  # no HTTP header can carry it
        raise KeyRefused(provider=name)
    return SecretStr(key)
