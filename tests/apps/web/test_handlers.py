"""What the page shows next, event by event."""

from __future__ import annotations

from emotigram import open_studio
from emotigram.apps.web.handlers import Handlers
from emotigram.apps.web.view import View
from emotigram.errors import PhotoEmpty


def test_an_error_stays_when_there_is_nothing_to_write_from() -> None:
    """Writing follows every upload; where the photo was refused it must not empty the page."""
    refused = View(error=PhotoEmpty(source="holiday.jpg"))
    steps = list(Handlers(open_studio(writer="embedded")).write(refused, "en", "auto", "en", "plain", "as_read"))
    assert steps
    assert "holiday.jpg: the file is empty." in steps[-1][-1]


def test_the_page_says_who_gets_the_photos() -> None:
    at_home = list(Handlers(open_studio(writer="embedded")).upload(None, "en"))[-1][-1]
    assert "Photos stay on this computer." in at_home
    away = open_studio(captioner="openai_vision", provider="deepseek", api_key="sk-nobody")
    for interface, said in (("en", "Photos are sent to DeepSeek"), ("zh", "照片会发送给你选择的读图服务：DeepSeek")):
        page = list(Handlers(away).upload(None, interface))[-1][-1]
        assert said in page
        assert "stay on this computer" not in page
