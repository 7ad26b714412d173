"""Settings: defaults < emotigram.toml < EMOTIGRAM_* < arguments."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, IPvAnyNetwork, SecretStr, ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from emotigram.domain import PhotoLimits
from emotigram.errors import SettingsError, SettingsUntrusted
from emotigram.trust import settings_file

_DAY_S = 86_400  # threads and sockets cannot wait for any number of seconds
_YEAR_MINUTES = 525_600
_LARGEST = 2**63 - 1


class Settings(BaseSettings):
    """All that a user can choose; read from ``emotigram.toml`` in the working folder and the environment."""

    model_config = SettingsConfigDict(
        env_prefix="EMOTIGRAM_", extra="forbid", frozen=True, env_ignore_empty=True, allow_inf_nan=False
    )

    captioner: str = Field("auto", description="Engine that reads photos: {captioner}, or auto.")
    captioner_model: str = Field(
        "", description="Weights for blip2 or transformers_vlm: a name of 'models list', owner/name, or a folder."
    )
    adapter: Path | None = Field(None, description="Folder of the LoRA adapter that gives blip2 its social voice.")
    device: str = Field(
        "auto", description="Where large captioners run: auto, cpu, cuda, cuda:1, or split over all there is."
    )
    dtype: Literal["auto", "bf16", "fp16", "fp32"] = Field("auto", description="Numbers large captioners compute in.")
    quantization: Literal["none", "8bit", "4bit"] = Field("none", description="Smaller weights, by bitsandbytes.")
    offload_dir: Path | None = Field(None, description="Folder for weights that fit no memory (device split).")
    beams: int = Field(5, ge=1, le=16, description="Beams of large captioners; 1 is greedy and fastest.")
    compile: bool = Field(
        False, description="Compile blip2 for its GPU: faster photos, and minutes for the first of each batch size."
    )
    read_text: Literal["auto", "on", "off"] = Field(
        "auto", description="Whether words in photos are read, by the extra ocr; auto does where it is installed."
    )
    weights_dir: Path | None = Field(None, description="Folder where 'models pull' keeps weights.")
    vision_provider: str = Field(
        "", description="Provider that openai_vision sends photos to, a file of data/providers."
    )
    vision_model: str = Field("", description="Another model for openai_vision, instead of the provider's own.")
    sentiment: str = Field("embedded", description="Engine that judges sentiment: {sentiment}, or auto.")
    sentiment_model: Path | None = Field(
        None, description="Model for torchscript: a folder that 'train sentiment' exported, or a best_model.pt."
    )
    sentiment_tokenizer: Path | None = Field(
        None, description="Folder of the tokenizer of a best_model.pt that has no manifest."
    )
    writer: str = Field("auto", description="Engine that writes: {writer}, or auto: chat with a key, else embedded.")
    language: str = Field(
        "auto",
        description="Language of posts; auto is that of the user's own text, else of the interface or the locale.",
    )
    platform: str = Field("auto", description="Where posts go; auto takes the language's usual platform.")
    style: str = Field("plain", description="Manner of writing.")
    provider: str = Field("deepseek", description="Chat provider, a file of data/providers.")
    base_url: str = Field("", description="Another OpenAI-compatible server, instead of the provider's own.")
    model: str = Field("", description="Another model, instead of the provider's own.")
    api_key: SecretStr = Field(SecretStr(""), description="Chat key; where empty, the provider's own variable is read.")
    stall_s: float = Field(
        30, gt=0, le=_DAY_S, description="Seconds without any news after which an answer counts as stalled."
    )
    timeout_s: float = Field(90, gt=0, le=_DAY_S, description="Seconds after which a whole answer is given up.")
    retries: int = Field(2, ge=0, le=10, description="How often a busy or failing provider is asked again.")
    candidates: int = Field(3, ge=1, le=8, description="How many drafts of a post the best is chosen among.")
    repairs: int = Field(1, ge=0, le=3, description="How often a writer is told what a check found wrong.")
    budget: float | None = Field(
        None, ge=0, description="The most that a chat model may cost in one run, in its provider's currency."
    )
    interface: Literal["auto", "en", "zh"] = Field(
        "auto", description="Language of messages: en, zh, or auto from the locale."
    )
    hints: bool = Field(
        True, description="Whether the command line and the page say once what a larger reader would give."
    )
    max_megapixels: float = Field(100, gt=0, le=10_000, description="Largest photo that is decoded.")
    decode_timeout_s: float = Field(20, gt=0, le=_DAY_S, description="Seconds in which a photo must be decoded.")
    decode_memory_mb: float = Field(
        1000, ge=100, le=1_000_000, description="Memory for all photos that are being decoded at a time, in 10^6 bytes."
    )
    photo_times: bool = Field(
        False, description="Whether readings keep when a photo was taken, where its file says so."
    )
    models_dir: Path | None = Field(None, description="Folder of models to use instead of the shipped ones.")
    threads: int = Field(0, ge=0, le=1024, description="CPU threads for the embedded models; 0 for all cores.")
    seed: int = Field(0, ge=0, le=_LARGEST, description="Chooses among the embedded writer's thoughts.")
    remember_lines: bool = Field(
        True,
        description="Whether the embedded writer remembers in your own folder, by hashes, which line which photo had, "
        "so that none recurs; 'serve' never does.",
    )

    host: str = Field("127.0.0.1", description="Address that 'serve' listens on; 0.0.0.0 for every network.")
    port: int = Field(7860, ge=1, le=65535, description="Port that 'serve' listens on.")
    api_keys: Literal["auto", "always", "never"] = Field(
        "auto",
        description="Whether the API asks for a key; auto does where one was created, or others can reach the server.",
    )
    keys_file: Path | None = Field(None, description="Where 'emotigram keys' keeps the hashes of API keys.")
    api_rate: str = Field(
        "120/minute", description="How often an API key may ask, where it was created without a rate of its own."
    )
    cors_origins: tuple[str, ...] = Field(
        (), description='Sites whose pages may use the API, such as ["https://example.org"]; none by default.'
    )
    allowed_hosts: tuple[str, ...] = Field(
        (), description='Names that the server answers to, such as ["localhost"]; any where empty and not local.'
    )
    max_upload_mb: float = Field(
        25, gt=0, le=10_000, description="Largest request and largest photo on the page, in 10^6 bytes."
    )
    upload_timeout_s: float = Field(30, gt=0, le=_DAY_S, description="Seconds in which a request must have arrived.")
    header_timeout_s: float = Field(
        10, gt=0, le=_DAY_S, description="Seconds in which the headers of a request must have arrived."
    )
    send_timeout_s: float = Field(
        30, gt=0, le=_DAY_S, description="Seconds after which a client that takes nothing of its answer is given up."
    )
    max_connections: int = Field(
        1000,
        ge=1,
        le=1_000_000,
        description="Most connections at once; idle ones are closed first where all are taken.",
    )
    max_connections_per_client: int = Field(
        100,
        ge=0,
        le=1_000_000,
        description="Most connections, and most running requests, of one address; 0 for any number. "
        "This computer and proxies have no such limit.",
    )
    proxies: tuple[IPvAnyNetwork, ...] = Field(
        (),
        description='Reverse proxies on other machines, such as ["172.16.0.0/12"]: their X-Forwarded-For is believed.',
    )
    answer_timeout_s: float = Field(180, gt=0, le=_DAY_S, description="Seconds in which it must be answered.")
    queue_size: int = Field(
        128, ge=1, le=1_000_000, description="Most photos, and most posts, that are worked on or wait at once."
    )
    writing_threads: int = Field(32, ge=1, le=256, description="Posts that are written at the same time.")
    keep_minutes: float = Field(
        60, gt=0, le=_YEAR_MINUTES, description="How long readings and posts can be asked for again."
    )
    keep_most: int = Field(
        2000, ge=1, le=10_000_000, description="Most readings, and most posts, that are kept; the oldest go first."
    )
    shutdown_s: float = Field(
        30, ge=0, le=_DAY_S, description="Seconds that running requests get to finish when 'serve' ends."
    )
    log_format: Literal["text", "json"] = Field("text", description="How 'serve' logs.")

    @property
    def photo_limits(self) -> PhotoLimits:
        """What ``open_photo`` may spend."""
        return {
            "max_megapixels": self.max_megapixels,
            "decode_timeout_s": self.decode_timeout_s,
            "decode_memory_mb": self.decode_memory_mb,
        }

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources; earlier ones win."""
        return init_settings, env_settings, _WorkingFolder(settings_cls, {})


class _WorkingFolder(InitSettingsSource):
    """The settings file of the working folder; raises SettingsUntrusted where what it sets was not confirmed."""

    def __call__(self) -> dict[str, Any]:
        """What the file sets; what the earlier sources set too does not apply, and needs nobody's trust."""
        file = settings_file()
        if file is None:
            return {}
        known = file.sensitive.keys() & Settings.model_fields.keys() - self.current_state.keys()
        if known and not file.is_trusted:
            raise SettingsUntrusted(path=file.place, names=", ".join(sorted(known)))
        return dict(file.values)


def load_settings(**arguments: object) -> Settings:
    """Read settings; arguments that are None are left to the other sources. Raises SettingsError.

    SettingsUntrusted, a SettingsError, where the working folder's file could send data elsewhere, unconfirmed.
    """
    try:
        return Settings(**{name: value for name, value in arguments.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise SettingsError(detail=faults) from error
    except ValueError as error:  # a variable that is no JSON
        raise SettingsError(detail=str(error)) from error
