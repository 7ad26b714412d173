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
