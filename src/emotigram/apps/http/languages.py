"""The language a caller is answered in."""

from __future__ import annotations

from starlette.requests import Request

from emotigram.texts import interface_language


def language_of(request: Request) -> str:
    """The interface language that a caller prefers, by Accept-Language (RFC 9110, 12.5.4); else the server's own."""
    ranges = [each.partition(";") for each in request.headers.get("accept-language", "").split(",")]
    weighed = [(_weight(rest), -at, name.strip().lower()) for at, (name, _, rest) in enumerate(ranges)]
    for weight, _, name in sorted(weighed, reverse=True):
        if weight > 0 and name.partition("-")[0] in ("zh", "en"):
            return name[:2]
    return interface_language(request.app.state.api.settings.interface)


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
