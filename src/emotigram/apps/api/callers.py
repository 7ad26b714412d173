"""Who asks, in which language, and how often they may."""

from __future__ import annotations

import math
import time
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from emotigram.api_keys import ApiKey, ApiKeys, visible_name
from emotigram.apps.desk.caller import Caller
from emotigram.apps.http.addresses import LOOPBACK
from emotigram.apps.http.languages import language_of
from emotigram.errors import ApiKeyMissing, ApiKeyRevoked, ApiKeyUnknown, KeysUnreadable, RateExceeded
from emotigram.rates import parse_rate
from emotigram.settings import Settings

_bearer = HTTPBearer(auto_error=False, description="A key made with `emotigram keys create`.")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same key, where a bearer cannot be sent.")


class Doorkeeper:
    """Lets in whoever holds a key, as often as it allows."""

    def __init__(self, settings: Settings) -> None:
        self._keys = ApiKeys(settings)
        self._asks = settings.api_keys
        self._is_local = settings.host in LOOPBACK
        self._rate = settings.api_rate
        parse_rate(self._rate)  # a typing error should show when the server starts
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    @property
    def asks_for_keys(self) -> bool:
        """Whether one comes in with a key only."""
        if self._asks == "auto":
            return not self._is_local or self._keys.any_created()
        return self._asks == "always"

    def let_in(self, secret: str | None, request: Request) -> str:
        """Return the id of the key; raises ApiKeyMissing, …Unknown, …Revoked, RateExceeded or KeysUnreadable."""
        try:
            return self._let_in(secret, request)
        except KeysUnreadable as error:  # where the file is, is nobody else's business
            raise type(error)(path=self._keys.path.name, reason=error.values["reason"]) from error

    def _let_in(self, secret: str | None, request: Request) -> str:
        if not self.asks_for_keys:
            return ""
        if not secret:
            raise ApiKeyMissing
        key = self._keys.find(secret)
        if key is None:
            raise ApiKeyUnknown
        if key.revoked_at:
            raise ApiKeyRevoked(name=visible_name(key.name))
        self._count(key, request)
        return key.id

    def _count(self, key: ApiKey, request: Request) -> None:
        rate = parse_rate(key.rate or self._rate)
        may = self._limiter.hit(rate, key.id)
        free_at, left = self._limiter.get_window_stats(rate, key.id)
        seconds = max(1, math.ceil(free_at - time.time()))
        # The envelope sends them with whatever is answered (draft-ietf-httpapi-ratelimit-headers).
        request.state.rate_headers = {
            "RateLimit-Policy": f'"key";q={rate.amount};w={rate.get_expiry()}',
            "RateLimit": f'"key";r={left};t={seconds}',
        }
        if not may:
            raise RateExceeded(rate=key.rate or self._rate, seconds=seconds)


async def _caller(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    header: Annotated[str | None, Security(_header)],
) -> Caller:
    keeper: Doorkeeper = request.app.state.api.doorkeeper
    owner = keeper.let_in(bearer.credentials if bearer else header, request)
    request.state.owner = owner
    return Caller(owner, language_of(request))


CallerOf = Annotated[Caller, Depends(_caller)]
