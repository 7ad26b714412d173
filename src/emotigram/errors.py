"""What can go wrong, as one tree.

EmotiGramError
├── SettingsError        a setting, option or name that does not exist (exit code 2)
│   ├── UnknownName · LanguageNeedsChat · PriceUnknown · SettingsUntrusted · AddressRefused
│   └── ApiKeyNameTaken · ApiKeyNameUnknown · ApiKeyNameMalformed · KeysUnreadable (KeysUnsafe) · RateMalformed
├── PhotoError           a photo that cannot be used (exit code 3)
│   ├── PhotoMissing · PhotoIsFolder · PhotoUnreadable
│   └── PhotoEmpty · PhotoNotAnImage · PhotoDamaged · PhotoTooLarge · PhotoTooLong · PhotoTooCostly
├── EngineError          an engine that cannot run here (exit code 4)
│   ├── ExtraMissing · DecoderMissing · ModelDamaged (ModelMismatched) · DeviceMissing · OutOfMemory
│   ├── WeightsError: WeightsMissing · WeightsDamaged · WeightsWrong · WeightsUnknown · WeightsForeign
│   ├── QuantizationUnavailable · FeaturesMissing
│   ├── AdapterError: AdapterMissing · AdapterDamaged · AdapterForeign · AdapterUnmatched · AdapterUnsupported
│   └── HubError: HubOffline · HubUnreachable · HubRefused · HubChanged · HubRedirected · DiskFull
├── DataError            a data set that cannot be measured (exit code 6)
│   ├── DataMissing · DataAmbiguous · DataUnreadable · DataEmpty
│   ├── ColumnMissing · RowMalformed · LabelUnknown · CaptionsEmpty · LanguageUnspoken
│   └── DataPhoto · ReportInTheWay · ReportUnwritable
├── TrainingError        a training run that cannot go on (exit code 7)
│   ├── LossNotFinite · CheckpointDamaged · CheckpointMismatched · RunInTheWay
│   └── TooFewRows · ExportDiffers
├── RequestError         a request that a server of ours does not take (exit code 8)
│   ├── RequestMalformed · ContentTypeWrong · RequestTooLarge · UploadTooSlow · TooManyPhotos
│   ├── HttpMalformed · HeadersTooLarge · TooManyConnections                   the last retryable
│   ├── ApiKeyMissing · ApiKeyUnknown · ApiKeyRevoked · OriginRefused · HostRefused
│   ├── AddressUnknown · MethodWrong · ReadingUnknown · PostUnknown
│   ├── IdempotencyKeyReused · IdempotencyKeyBusy                              the latter retryable
│   └── RateExceeded · QueueFull · RequestTimedOut · ShuttingDown · InternalFault      retryable but the last
├── ServerError          a server that a client of ours cannot use (exit code 9)
│   └── ServerUnreachable · ServerRefused
└── ChatError            a chat provider that did not deliver (exit code 5)
    ├── KeyMissing · KeyRefused · BalanceEmpty · BudgetSpent · ChatRejected · VisionMissing      final
    ├── ChatRedirected                                                         final
    └── ChatBusy · ChatDown · ChatStalled · ChatBlank · ChatTooLong · PostUnfit              retryable

Each class has a stable ``code``; the sentences live in ``data/interface``, in every interface language.
"""

from __future__ import annotations

from typing import ClassVar

from emotigram.texts import say


class EmotiGramError(Exception):
    """Base of all errors raised on purpose; keyword values fill its sentences."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    retryable: bool = False

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.message())

    def message(self, language: str = "en") -> str:
        """What went wrong, in one line."""
        return say(f"errors.{self.code}.message", language, **self.values)

    def hint(self, language: str = "en") -> str:
        """What to do about it, in one line."""
        return say(f"errors.{self.code}.hint", language, **self.values)


class SettingsError(EmotiGramError):
    """A setting has a value that cannot be used; values: ``detail``."""

    code = "settings"
    exit_code = 2


class UnknownName(SettingsError):
    """No such platform, language, style, revision, look, provider or engine; values: ``kind``, ``name``, ``known``."""

    code = "unknown_name"


class LanguageNeedsChat(SettingsError):
    """The embedded writer has no phrases in the language; values: ``wanted``, ``known``."""

    code = "language_needs_chat"


class PriceUnknown(SettingsError):
    """A budget is set and nobody knows what the model costs; values: ``model``."""

    code = "price_unknown"


class SettingsUntrusted(SettingsError):
    """A settings file that nobody confirmed could send data or keys elsewhere; values: ``path``, ``names``."""

    code = "settings_untrusted"


class AddressRefused(SettingsError):
    """A chat server lies where none is ever asked: a link-local or metadata address; values: ``address``."""

    code = "address_refused"


class ApiKeyNameTaken(SettingsError):
    """There is, or was, an API key of the name; values: ``name``."""

    code = "api_key_name_taken"


class ApiKeyNameUnknown(SettingsError):
    """There is no API key of the name; values: ``name``, ``known``."""

    code = "api_key_name_unknown"


class ApiKeyNameMalformed(SettingsError):
    """The name is no single line of visible characters, or too long; values: ``name`` (escaped), ``limit``."""

    code = "api_key_name_malformed"


class KeysUnreadable(SettingsError):
    """The file of API keys cannot be read or written; values: ``path``, ``reason``."""

    code = "keys_unreadable"


class KeysUnsafe(KeysUnreadable):
    """The file of API keys is a link or no file, or another user's; values: ``path``, ``reason`` ('')."""

    code = "keys_unsafe"


class RateMalformed(SettingsError):
    """A rate is not of the form '120/minute'; values: ``rate``."""

    code = "rate_malformed"


class PhotoError(EmotiGramError):
    """A photo cannot be used; values: ``source``."""

    exit_code = 3


class PhotoMissing(PhotoError):
    """There is no such file."""

    code = "photo_missing"


class PhotoIsFolder(PhotoError):
    """The path is a folder."""

    code = "photo_is_folder"


class PhotoUnreadable(PhotoError):
    """The system does not let us read the file; values: ``source``, ``reason``."""

    code = "photo_unreadable"


class PhotoEmpty(PhotoError):
    """The file has no bytes."""

    code = "photo_empty"


class PhotoNotAnImage(PhotoError):
    """The bytes are of no image format we read."""

    code = "photo_not_an_image"


class PhotoDamaged(PhotoError):
    """The image is truncated or corrupt."""

    code = "photo_damaged"


class PhotoTooLarge(PhotoError):
    """The image has more pixels than allowed; values: ``source``, ``width_px``, ``height_px``, ``limit_mp``."""

    code = "photo_too_large"


class PhotoTooLong(PhotoError):
    """One side is longer than any photo's; values: ``source``, ``width_px``, ``height_px``, ``limit_px``."""

    code = "photo_too_long"


class PhotoTooCostly(PhotoError):
    """Decoding would take more time or memory than a photo may; values: ``source``."""

    code = "photo_too_costly"


class EngineError(EmotiGramError):
    """An engine cannot run here."""

    exit_code = 4


class DecoderMissing(EngineError):
    """The process that decodes photos cannot be started; values: ``reason``."""

    code = "decoder_missing"


class ExtraMissing(EngineError):
    """An optional part is not installed; values: ``extra``, ``package``."""

    code = "extra_missing"


class ModelDamaged(EngineError):
    """Shipped weights are missing or differ from their checksum; values: ``name``."""

    code = "model_damaged"


class ModelMismatched(ModelDamaged):
    """Manifest and network of a model disagree; values: ``name``, ``part``, ``wanted``, ``found``."""

    code = "model_mismatched"


class DeviceMissing(EngineError):
    """The device asked for is not here; values: ``device``, ``found``."""

    code = "device_missing"


class OutOfMemory(EngineError):
    """Weights or a single photo do not fit into memory; values: ``engine``, ``device``."""

    code = "out_of_memory"


class WeightsError(EngineError):
    """Weights from outside the package cannot be used; values: ``name``."""


class WeightsMissing(WeightsError):
    """The weights are not on this machine; values: ``name``."""

    code = "weights_missing"


class WeightsDamaged(WeightsError):
    """A file of the weights is missing, cut short or differs from its checksum; values: ``name``, ``file``."""

    code = "weights_damaged"


class WeightsWrong(WeightsError):
    """The folder holds no weights that the engine can use; values: ``name``, ``wanted``, ``found``."""

    code = "weights_wrong"


class WeightsUnknown(WeightsError):
    """The name is no known weights, no ``owner/name`` of a hub and no folder; values: ``name``, ``known``."""

    code = "weights_unknown"


class WeightsForeign(WeightsError):
    """The weights lie outside our own store, so that removing them is not ours; values: ``name``, ``path``."""

    code = "weights_foreign"


class QuantizationUnavailable(EngineError):
    """8-bit or 4-bit weights cannot be had here; values: ``quantization``, ``reason``."""

    code = "quantization_unavailable"


class FeaturesMissing(EngineError):
    """The sentiment model knows photos only as what another engine makes of them; values: ``name``, ``wanted``."""

    code = "features_missing"


class AdapterError(EngineError):
    """A LoRA adapter cannot be used; values: ``path``."""


class AdapterMissing(AdapterError):
    """The folder holds no adapter."""

    code = "adapter_missing"


class AdapterDamaged(AdapterError):
    """The adapter's files are cut short, or hold what is no number; values: ``path``, ``reason``."""

    code = "adapter_damaged"


class AdapterForeign(AdapterError):
    """The adapter was made for weights of other shapes; values: ``path``, ``base``, ``detail``."""

    code = "adapter_foreign"


class AdapterUnmatched(AdapterError):
    """The adapter changes none, or not all, of the layers it names; values: ``path``, ``detail``."""

    code = "adapter_unmatched"


class AdapterUnsupported(AdapterError):
    """The adapter is of a kind that cannot be switched on for single rows; values: ``path``, ``kind``."""

    code = "adapter_unsupported"


class HubError(EngineError):
    """Weights cannot be fetched; values: ``name``."""


class HubOffline(HubError):
    """The environment forbids the network; values: ``name``, ``variable``."""

    code = "hub_offline"


class HubUnreachable(HubError):
    """The hub does not answer; values: ``name``, ``host``."""

    code = "hub_unreachable"
    retryable = True


class HubRefused(HubError):
    """The hub has no such weights or does not give them; values: ``name``, ``host``, ``status``."""

    code = "hub_refused"


class HubChanged(HubError):
    """A fetched file differs from the checksum that the hub promised; values: ``name``, ``file``."""

    code = "hub_changed"


class HubRedirected(HubError):
    """The hub sends us where a hub has no business; values: ``name``, ``host``, ``target``."""

    code = "hub_redirected"


class DiskFull(HubError):
    """There is not enough room; values: ``name``, ``needed``, ``free`` (both with their unit)."""

    code = "disk_full"


class DataError(EmotiGramError):
    """A data set cannot be measured; values: ``path`` and, where one row is at fault, ``row`` (the first is 1)."""

    exit_code = 6


class DataMissing(DataError):
    """There is no such file."""

    code = "data_missing"


class DataAmbiguous(DataError):
    """A folder holds several tables; values: ``path``, ``found``."""

    code = "data_ambiguous"


class DataUnreadable(DataError):
    """The file is not the Parquet, CSV or TSV that its name says; values: ``path``, ``reason``."""

    code = "data_unreadable"


class DataEmpty(DataError):
    """There are no rows to measure."""

    code = "data_empty"


class ColumnMissing(DataError):
    """None of the columns wanted is there; values: ``path``, ``wanted``, ``found``."""

    code = "column_missing"


class RowMalformed(DataError):
    """A row has more or fewer cells than there are columns; values: ``path``, ``row``, ``cells``, ``columns``."""

    code = "row_malformed"


class LabelUnknown(DataError):
    """A label is none of the known ones; values: ``path``, ``row``, ``column``, ``label``, ``known``."""

    code = "label_unknown"


class CaptionsEmpty(DataError):
    """A photo has no reference caption; values: ``path``, ``row``, ``column``."""

    code = "captions_empty"


class LanguageUnspoken(DataError):
    """The engine describes in none of the data set's languages; values: ``path``, ``engine``, ``languages``."""

    code = "language_unspoken"


class DataPhoto(DataError):
    """A row's photo cannot be used; values: ``path``, ``row``, ``cause`` (a PhotoError)."""

    code = "data_photo"

    def message(self, language: str = "en") -> str:
        """What went wrong, with the photo's own error in the same language."""
        cause: PhotoError = self.values["cause"]  # type: ignore[assignment]
        return say("errors.data_photo.message", language, **{**self.values, "cause": cause.message(language)})


class ReportInTheWay(DataError):
    """The report's folder holds something else; values: ``path``."""

    code = "report_in_the_way"


class ReportUnwritable(DataError):
    """The report's folder cannot be made; values: ``path``, ``reason``."""

    code = "report_unwritable"


class TrainingError(EmotiGramError):
    """A training run cannot go on; what it had saved stays as it is."""

    exit_code = 7


class LossNotFinite(TrainingError):
    """The loss is NaN or infinite; values: ``epoch``, ``step`` (both from 1), ``path`` (of the last good state)."""

    code = "loss_not_finite"


class CheckpointDamaged(TrainingError):
    """A checkpoint cannot be read; values: ``path``, ``reason``."""

    code = "checkpoint_damaged"


class CheckpointMismatched(TrainingError):
    """A checkpoint is of another run, model or data set; values: ``path``, ``detail``."""

    code = "checkpoint_mismatched"


class RunInTheWay(TrainingError):
    """The run's folder holds something else; values: ``path``."""

    code = "run_in_the_way"


class TooFewRows(TrainingError):
    """There are too few rows to learn from and to measure on; values: ``path``, ``rows``, ``wanted``."""

    code = "too_few_rows"


class ExportDiffers(TrainingError):
    """An exported model answers otherwise than the trained one; values: ``file``, ``difference``, ``limit``."""

    code = "export_differs"


class RequestError(EmotiGramError):
    """A server of ours does not take a request."""

    exit_code = 8


class RequestMalformed(RequestError):
    """The request is not of the form asked for; values: ``detail``."""

    code = "request_malformed"


class ContentTypeWrong(RequestError):
    """The body is of a kind that is not taken here; values: ``found``, ``wanted``."""

    code = "content_type_wrong"


class HttpMalformed(RequestError):
    """The request is not HTTP/1.1, or two servers could read it differently."""

    code = "http_malformed"


class HeadersTooLarge(RequestError):
    """The headers are too large or too many; values: ``limit_kb``, ``limit``."""

    code = "headers_too_large"


class TooManyConnections(RequestError):
    """A client has as many connections or running requests as one may; values: ``limit``."""

    code = "too_many_connections"
    retryable = True


class RequestTooLarge(RequestError):
    """The body has more bytes than allowed; values: ``limit_mb``."""

    code = "request_too_large"


class UploadTooSlow(RequestError):
    """The body did not arrive in time; values: ``seconds``."""

    code = "upload_too_slow"


class TooManyPhotos(RequestError):
    """More photos than one came with a request; values: ``limit``."""

    code = "too_many_photos"


class ApiKeyMissing(RequestError):
    """The server asks for an API key and none came."""

    code = "api_key_missing"


class ApiKeyUnknown(RequestError):
    """The API key is none of the server's."""

    code = "api_key_unknown"


class ApiKeyRevoked(RequestError):
    """The API key was revoked; values: ``name``."""

    code = "api_key_revoked"


class OriginRefused(RequestError):
    """Another site's page asks, and it is not among those allowed; values: ``origin``."""

    code = "origin_refused"


class HostRefused(RequestError):
    """The request names a host that is not this server; values: ``host``."""

    code = "host_refused"


class AddressUnknown(RequestError):
    """There is nothing at the address; values: ``path``."""

    code = "address_unknown"


class MethodWrong(RequestError):
    """The address does not take the method; values: ``method``."""

    code = "method_wrong"


class ReadingUnknown(RequestError):
    """There is no such reading, or it was forgotten; values: ``id``, ``minutes``."""

    code = "reading_unknown"


class PostUnknown(RequestError):
    """There is no such post, or it was forgotten; values: ``id``, ``minutes``."""

    code = "post_unknown"


class IdempotencyKeyReused(RequestError):
    """The idempotency key came before, with another request."""

    code = "idempotency_key_reused"


class IdempotencyKeyBusy(RequestError):
    """The first request with the idempotency key is still being answered."""

    code = "idempotency_key_busy"
    retryable = True


class RateExceeded(RequestError):
    """The API key asked more often than it may; values: ``rate``, ``seconds`` (until it may again)."""

    code = "rate_exceeded"
    retryable = True


class QueueFull(RequestError):
    """As many wait as may; values: ``limit``."""

    code = "queue_full"
    retryable = True


class RequestTimedOut(RequestError):
    """The answer was not ready in time; values: ``seconds``."""

    code = "request_timed_out"
    retryable = True


class ShuttingDown(RequestError):
    """The server is about to end and takes nothing new."""

    code = "shutting_down"
    retryable = True


class InternalFault(RequestError):
    """A bug of ours; values: ``request_id``."""

    code = "internal_fault"


class ServerError(EmotiGramError):
    """A client cannot use a server; values: ``server``."""

    exit_code = 9


class ServerUnreachable(ServerError):
    """There is no EmotiGram server at the address, or it went away; values: ``server``."""

    code = "server_unreachable"
    retryable = True


class ServerRefused(ServerError):
    """The server answered with a problem; values: ``server``, ``status``, ``problem`` (its code), ``detail``, ``hint``.

    ``retryable`` is what the server says of it.
    """

    code = "server_refused"

    def __init__(self, *, retryable: bool = False, **values: object) -> None:
        self.retryable = retryable
        super().__init__(**values)


class ChatError(EmotiGramError):
    """A chat provider did not deliver; values: ``provider`` and, where there is one, ``detail``."""

    exit_code = 5


class KeyMissing(ChatError):
    """No API key is set; values: ``provider``, ``key_env``."""

    code = "key_missing"


class KeyRefused(ChatError):
    """The provider refused the API key (HTTP 401, 403)."""

    code = "key_refused"


class BalanceEmpty(ChatError):
    """The account has no balance left (HTTP 402)."""

    code = "balance_empty"


class BudgetSpent(ChatError):
    """The next request could cost more than what is left; values: ``provider``, ``spent``, ``budget``, ``currency``."""

    code = "budget_spent"


class ChatRejected(ChatError):
    """The provider rejected the request itself (HTTP 400, 404, 422); values: ``provider``, ``detail``."""

    code = "chat_rejected"


class ChatRedirected(ChatError):
    """The provider sends us to another address, which is not followed; values: ``provider``, ``status``, ``target``."""

    code = "chat_redirected"


class ChatBusy(ChatError):
    """The provider asks to slow down (HTTP 429)."""

    code = "chat_busy"
    retryable = True


class ChatDown(ChatError):
    """The provider cannot be reached or fails (no connection, HTTP 5xx)."""

    code = "chat_down"
    retryable = True


class VisionMissing(ChatError):
    """The provider or its model takes no photos; values: ``provider``, ``known``."""

    code = "vision_missing"


class ChatStalled(ChatError):
    """The answer stopped arriving or took too long; values: ``provider``, ``seconds``."""

    code = "chat_stalled"
    retryable = True


class ChatBlank(ChatError):
    """The answer was blank or not the JSON asked for."""

    code = "chat_blank"
    retryable = True


class ChatTooLong(ChatError):
    """The answer is longer than any that could be used; values: ``provider``."""

    code = "chat_too_long"
    retryable = True


class PostUnfit(ChatError):
    """No candidate can be published; values: ``provider``, ``checks`` (the names of those that failed)."""

    code = "post_unfit"
    retryable = True
