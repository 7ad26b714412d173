"""How the server logs: one line an event, as text or JSON, to stderr."""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor

_SHARED: list[Processor] = [structlog.processors.TimeStamper(fmt="iso", utc=True), structlog.stdlib.add_log_level]


def api_logger() -> structlog.stdlib.BoundLogger:
    """Return the API's logger; it says nothing unless logging was started or the program logs INFO itself."""
    logger: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        logging.getLogger("emotigram.api"),
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return logger


def start_logging(form: Literal["text", "json"]) -> None:
    """Log our events and uvicorn's alike."""
    shown: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if form == "text":
        shown = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_SHARED, _without_messages],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, shown],
        )
    )
    for name, level in (("emotigram", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)


def _without_messages(_: Any, __: str, event: EventDict) -> EventDict:
    """Leave out tracebacks: the message of an error may quote a caption."""
    record: logging.LogRecord | None = event.get("_record")
    if record is not None and record.exc_info:
        kind = record.exc_info[0]
        event["error"] = kind.__name__ if kind else ""
        record.exc_info = record.exc_text = None
        event.pop("exc_info", None)
    return event
