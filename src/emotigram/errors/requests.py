"""Requests that a server of ours does not take, and servers that a client of ours cannot use."""

from emotigram.errors.base import EmotiGramError


class RequestError(EmotiGramError, exit_code=8):
    """A server of ours does not take a request."""


class RequestMalformed(RequestError):
    """The request is not of the form asked for; values: ``detail``."""


class ContentTypeWrong(RequestError):
    """The request's body is of a kind that is not taken here; values: ``found``, ``wanted``."""


class HttpMalformed(RequestError):
    """The request is not HTTP/1.1, or two servers could read it differently."""


class HeadersTooLarge(RequestError):
    """The request's headers are too large or too many; values: ``limit_kb``, ``limit``."""


class TooManyConnections(RequestError, retryable=True):
    """A client has as many connections or running requests as one may; values: ``limit``."""


class RequestTooLarge(RequestError):
    """The request's body has more bytes than allowed; values: ``limit_mb``."""


class UploadTooSlow(RequestError):
    """The request's body did not arrive in time; values: ``seconds``."""


class TooManyPhotos(RequestError):
    """More photos than one came with a request; values: ``limit``."""


class ApiKeyMissing(RequestError):
    """The server asks for an API key and none came."""


class ApiKeyUnknown(RequestError):
    """The API key is none of the server's."""


class ApiKeyRevoked(RequestError):
    """The API key was revoked; values: ``name``."""


class OriginRefused(RequestError):
    """Another site's page asks, and it is not among those allowed; values: ``origin``."""


class HostRefused(RequestError):
    """The request names a host that is not this server; values: ``host``."""


class AddressUnknown(RequestError):
    """The server has nothing at the address; values: ``path``."""


class MethodWrong(RequestError):
    """The address does not take the method; values: ``method``."""


class ReadingUnknown(RequestError):
    """There is no such reading, or it was forgotten; values: ``id``, ``minutes``."""


class PostUnknown(RequestError):
    """There is no such post, or it was forgotten; values: ``id``, ``minutes``."""


class IdempotencyKeyReused(RequestError):
    """The idempotency key came before, with another request."""


class IdempotencyKeyBusy(RequestError, retryable=True):
    """The first request with the idempotency key is still being answered."""


class RateExceeded(RequestError, retryable=True):
    """The API key asked more often than it may; values: ``rate``, ``seconds`` (until it may again)."""


class QueueFull(RequestError, retryable=True):
    """As many requests wait as may; values: ``limit``."""


class RequestTimedOut(RequestError, retryable=True):
    """The answer was not ready in time; values: ``seconds``."""


class ShuttingDown(RequestError, retryable=True):
    """The server is about to end and takes nothing new."""


class InternalFault(RequestError):
    """A bug of ours kept a request from being answered; values: ``request_id``."""


class ServerError(EmotiGramError, exit_code=9):
    """A client cannot use a server; values: ``server``."""


class ServerUnreachable(ServerError, retryable=True):
    """There is no EmotiGram server at the address, or it went away; values: ``server``."""


class ServerRefused(ServerError):
    """The server answered with a problem; values: ``server``, ``status``, ``problem`` (its code), ``detail``, ``hint``.

    ``retryable`` is what the server says of it.
    """

    def __init__(self, *, retryable: bool = False, **values: object) -> None:
        self.retryable = retryable
        super().__init__(**values)
