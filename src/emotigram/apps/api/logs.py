"""How the server logs: one line an event, as text or JSON, to stderr."""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor


def start_logging(form: Literal["text", "json"]) -> None:
    """Log our events and uvicorn's alike."""
    shared: list[Processor] = [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.add_log_level,
    ]
    shown: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if form == "text":
        shown = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _without_messages],
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
