"""The language a caller is answered in."""

from __future__ import annotations

from babel.core import negotiate_locale
from starlette.requests import Request

from emotigram.texts import INTERFACE_LANGUAGES, interface_language

_MOST_RANGES = 64  # browsers send a handful; thousands, as a hostile caller may, would hold everybody up


def language_of(request: Request) -> str:
    """The interface language that a caller prefers, by Accept-Language (RFC 9110, 12.5.4); else the server's own."""
    preferred = _by_weight(request.headers.get("accept-language", ""))
    found = negotiate_locale(preferred, INTERFACE_LANGUAGES, sep="-")
    return found.lower() if found else interface_language(request.app.state.api.settings.interface)


def _by_weight(header: str) -> list[str]:
    """The language ranges of a header, the most wanted first, without those that are not wanted."""
    ranges = [each.partition(";") for each in header.split(",", _MOST_RANGES)[:_MOST_RANGES]]
    weighed = [(_weight(parameters), name.strip()) for name, _, parameters in ranges]
    return [name for weight, name in sorted(weighed, key=lambda each: -each[0]) if weight]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        weight = float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
    return weight if weight > 0 else 0.0  # nor is nan one
