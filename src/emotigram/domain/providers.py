"""Chat servers with their prices, and weights that do not come with the package, as ``data`` holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Peak:
    """When prices are ``factor`` times as high: days (Monday is 0) and hours [from, to) of a time zone."""

    factor: float
    days: tuple[int, ...]
    hours: tuple[tuple[int, int], ...]
    timezone: str


@dataclass(frozen=True, slots=True)
class Price:
    """Price of a million tokens of prompt, of prompt found in the provider's cache, and of answer."""

    currency: str
    prompt: float
    cached: float
    answer: float
    peak: Peak | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenAI-compatible server; ``extra_body`` is sent along, ``key_env`` names the key's variable ('' for none).

    ``supports_json`` is of the response format ``json_object``, ``supports_stream`` of answers in pieces, and
    ``supports_usage`` of token counts at a stream's end. ``vision_model`` looks at photos ('' for ``model``) where the
    server ``supports_images``, ``photos_at_once`` of them: one where it would let others wait in silence.
    ``price`` is that of ``model``, None where it is not known.
    """

    key: str
    name: str
    base_url: str
    model: str
    key_env: str
    supports_json: bool
    supports_images: bool
    supports_stream: bool
    supports_usage: bool
    vision_model: str
    photos_at_once: int
    extra_body: Mapping[str, object]
    source: str
    verified_on: str
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights that do not come with the package: where they are fetched and what they are good for.

    ``size_gb`` (10^9 bytes) is of the files fetched, ``languages`` what the model describes in.
    ``revision`` is the commit that is fetched, '' for the newest; ``also`` are repositories with the same weights
    that lack something, for which this one stands.
    """

    key: str
    name: str
    repo: str
    revision: str
    engine: str
    parameters_b: float
    size_gb: float
    languages: tuple[str, ...]
    licence: str
    source: str
    verified_on: str
    also: tuple[str, ...] = ()
