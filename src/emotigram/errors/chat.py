"""Chat providers that did not deliver."""

from emotigram.errors.base import EmotiGramError


class ChatError(EmotiGramError, exit_code=5):
    """A chat provider did not deliver; values: ``provider`` and, where there is one, ``detail``."""


class KeyMissing(ChatError):
    """No API key of a chat provider is set; values: ``provider``, ``key_env``."""


class KeyRefused(ChatError):
    """The provider refused the API key (HTTP 401, 403); values: ``provider``."""


class BalanceEmpty(ChatError):
    """The account at the provider has no balance left (HTTP 402); values: ``provider``."""


class BudgetSpent(ChatError):
    """The next request could cost more than what is left; values: ``provider``, ``spent``, ``budget``, ``currency``."""


class ChatRejected(ChatError):
    """The provider rejected the request itself (HTTP 400, 404, 422); values: ``provider``, ``detail``."""


class ChatRedirected(ChatError):
    """The provider sends us to another address, which is not followed; values: ``provider``, ``status``, ``target``."""


class ChatBusy(ChatError, retryable=True):
    """The provider asks to slow down (HTTP 429); values: ``provider``."""


class ChatDown(ChatError, retryable=True):
    """The provider cannot be reached or fails (no connection, HTTP 5xx); values: ``provider``."""


class VisionMissing(ChatError):
    """The provider or its model takes no photos; values: ``provider``, ``known``."""


class ChatStalled(ChatError, retryable=True):
    """The chat model's answer stopped arriving or took too long; values: ``provider``, ``seconds``."""


class ChatBlank(ChatError, retryable=True):
    """The chat model's answer was blank or not the JSON asked for; values: ``provider``."""


class ChatTooLong(ChatError, retryable=True):
    """The chat model's answer is longer than any that could be used; values: ``provider``."""


class PostUnfit(ChatError, retryable=True):
    """No candidate of the chat model can be published; values: ``provider``, ``checks`` (those that failed)."""
