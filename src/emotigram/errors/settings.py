"""Settings, options and names that cannot be used, and the file of API keys."""

from emotigram.errors.base import EmotiGramError


class SettingsError(EmotiGramError, exit_code=2):
    """A setting has a value that cannot be used; values: ``detail``."""


class UnknownName(SettingsError):
    """No such platform, language, style, revision, look, provider or engine; values: ``kind``, ``name``, ``known``."""


class LanguageNeedsChat(SettingsError):
    """The embedded writer has no phrases in the language; values: ``wanted``, ``known``."""


class PriceUnknown(SettingsError):
    """A budget is set and nobody knows what the model costs; values: ``model``."""


class SettingsUntrusted(SettingsError):
    """A settings file that nobody confirmed could send data or keys elsewhere; values: ``path``, ``names``."""


class AddressRefused(SettingsError):
    """A chat server lies where none is ever asked: a link-local or metadata address; values: ``address``."""


class SentimentModelUnset(SettingsError):
    """The engine torchscript is to judge and no ``sentiment_model`` is set."""


class ApiKeyNameTaken(SettingsError):
    """There is, or was, an API key of the name; values: ``name``."""


class ApiKeyNameUnknown(SettingsError):
    """There is no API key of the name; values: ``name``, ``known``."""


class ApiKeyNameMalformed(SettingsError):
    """The name is no single line of visible characters, or too long; values: ``name`` (escaped), ``limit``."""


class KeysUnreadable(SettingsError):
    """The file of API keys cannot be read or written; values: ``path``, ``reason``."""


class KeysUnsafe(KeysUnreadable):
    """The file of API keys is a link or no file, or another user's; values: ``path``, ``reason`` ('')."""


class RateMalformed(SettingsError):
    """A rate is not of the form '120/minute'; values: ``rate``."""
