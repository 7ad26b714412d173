"""Photos read by a vision model behind an OpenAI-compatible server, to which they are sent."""

from __future__ import annotations

from emotigram.engines import Engine
from emotigram.errors import ChatError
from emotigram.ports import Captioner
from emotigram.settings import Settings


def build(settings: Settings) -> Captioner:
    """Open the engine; raises EmotiGramError."""
    from emotigram.captioners.openai_vision.captioner import open_captioner  # noqa: PLC0415  # the chat library is slow to load

    return open_captioner(settings)


def _missing(settings: Settings) -> ChatError | None:
    from emotigram.chat.server import find_vision_server  # noqa: PLC0415

    try:
        find_vision_server(settings)
    except ChatError as error:
        return error
    return None


ENGINE = Engine(
    names={"en": "describe photos behind an API", "zh": "用接口背后的模型读图"},
    build=build,
    missing=_missing,
    # never because a key happens to be set: it would be sent the photos
    suits=lambda settings: bool(settings.vision_provider),
    rank=1,
    sends_photos=True,
)
