"""What goes wrong inside the page's events: a log line as the API has it, a short sentence for the visitor."""

from __future__ import annotations

import inspect
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from functools import wraps
from types import SimpleNamespace
from typing import Any

import gradio as gr
import gradio.queueing
from gradio.context import LocalContext

from emotigram.apps.http.logs import api_logger
from emotigram.apps.http.tracing import where
from emotigram.apps.web.session import Session
from emotigram.errors import EmotiGramError, InternalFault

_log = api_logger()


def report(error: BaseException, request_id: str) -> None:
    """Log the kind of an error and the places in the code; its message may quote what a visitor wrote."""
    _log.error("fault", request_id=request_id, error=type(error).__name__, where=where(error))


def reported(handler: Callable[..., Any]) -> Callable[..., Any]:
    """A handler of events whose errors are reported, and told to the visitor without what they quote."""
    if inspect.isasyncgenfunction(handler):

        @wraps(handler)
        async def steps(*arguments: Any) -> AsyncIterator[Any]:
            try:
                async for shown in handler(*arguments):
                    yield shown
            except Exception as error:  # noqa: BLE001  # the visitor gets an answer, whatever it was
                raise _shown(error, arguments) from None

        return steps

    @wraps(handler)
    async def step(*arguments: Any) -> Any:
        try:
            return await handler(*arguments)
        except Exception as error:  # noqa: BLE001  # as above
            raise _shown(error, arguments) from None

    return step


def _shown(error: Exception, arguments: tuple[Any, ...]) -> Exception:
    if not isinstance(error, EmotiGramError):
        request_id = _request_id()
        report(error, request_id)
        error = InternalFault(request_id=request_id)
    language = next((each.language for each in arguments if isinstance(each, Session)), "en")
    sentences = f"{error.message(language)} {error.hint(language)}"
    shown: Exception = gr.Error(sentences, print_exception=False)
    return shown


def _request_id() -> str:
    request = LocalContext.request.get(None)
    given: str = request.headers.get("x-request-id", "") if request is not None else ""
    return given or secrets.token_hex(8)


def _report_current() -> None:
    error = sys.exception()
    if error is not None:
        report(error, _request_id())


def silence_gradio() -> None:
    """Have Gradio's queue report what our handlers did not raise, instead of printing it.

    Gradio prints the traceback of any such error, visitor's words and all, straight to stderr and offers no hook:
    replacing the one function it calls for that is the only way.
    """
    gradio.queueing.traceback = SimpleNamespace(print_exc=_report_current)
