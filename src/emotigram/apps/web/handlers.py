"""What the page does when something is chosen: read once, write often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import gradio as gr
from PIL.Image import Image

from emotigram.apps.web.controls import AS_READ, AUTO, wording
from emotigram.apps.web.examples import example_photos
from emotigram.apps.web.view import View, render
from emotigram.domain import Photo, Post, SentimentLabel
from emotigram.errors import EmotiGramError, PhotoError
from emotigram.imaging.photos import open_photo
from emotigram.studio import Studio

_PREVIEW_PX = 1280
_SAME = object()
Choices = tuple[str, str, str, str]  # platform, language, style, tone; as Controls.choices


class Handlers:
    """Event handlers over one studio; each yields what the page shows next."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._start = View(photos_go_to=studio.sends_photos_to)

    def upload(self, file: dict[str, Any] | None, interface: str) -> Iterator[list[Any]]:
        """Read an upload (Gradio's record of a file); the file is deleted as soon as it is decoded or refused."""
        if file is None:  # the photo was taken away
            yield _shown(self._start, interface, None)
            return
        yield _shown(View("opening"), interface)
        path = Path(file["path"])
        try:
            photo = _open(path, file["orig_name"] or path.name, self._studio.settings.max_megapixels)
        except PhotoError as error:
            yield _shown(replace(self._start, error=error), interface, None)
            return
        finally:
            path.unlink(missing_ok=True)
        yield from self._read(photo, interface)

    def example(self, event: gr.EventData, interface: str) -> Iterator[list[Any]]:
        """Read the example photograph that was clicked."""
        yield from self._read(open_photo(example_photos()[event.index]), interface)

    def write(self, view: View, interface: str, *choices: str) -> Iterator[list[Any]]:
        """Write a post from the reading there is; without one, the page stays as it is."""
        if view.reading is None:
            yield _shown(view, interface)  # an event that puts out nothing would empty the page
            return
        view = replace(view, stage="writing", error=None)
        yield _shown(view, interface)
        try:
            for post in self._posts(view, cast(Choices, choices)):
                view = replace(view, post=post)
                yield _shown(view, interface)
        except EmotiGramError as error:
            view = replace(view, error=error)
        yield _shown(replace(view, stage="done"), interface)

    def again(self, view: View, interface: str, *choices: str) -> Iterator[list[Any]]:
        """Write another post from the same reading."""
        yield from self.write(replace(view, seed=view.seed + 1), interface, *choices)

    def speak(self, view: View, interface: str) -> list[Any]:
        """Put the whole page into another interface language; posts follow it where the settings say so."""
        words = wording(interface)
        if self._studio.settings.language == AUTO:
            words["language"]["value"] = interface
        return [*(gr.update(**each) for each in words.values()), render(view, interface)]

    def _read(self, photo: Photo, interface: str) -> Iterator[list[Any]]:
        yield _shown(View("reading"), interface, _preview(photo))
        try:
            reading = self._studio.read(photo)
        except EmotiGramError as error:
            yield _shown(View(error=error), interface)
            return
        yield _shown(View("writing", reading), interface)

    def _posts(self, view: View, choices: Choices) -> Iterator[Post]:
        assert view.reading is not None
        platform, language, style, tone = choices
        wish = None if tone == AS_READ else cast(SentimentLabel, tone)
        place = None if platform == AUTO else platform
        seed = self._studio.settings.seed + view.seed
        return self._studio.stream(view.reading, platform=place, language=language, style=style, tone=wish, seed=seed)


def _shown(view: View, interface: str, photo: Any = _SAME) -> list[Any]:
    """What every event puts out: photo, whether one can write again, view, result column."""
    again = gr.update(interactive=view.stage == "done" and view.reading is not None)
    return [gr.skip() if photo is _SAME else photo, again, view, render(view, interface)]


def _open(path: Path, name: str, max_megapixels: float) -> Photo:
    try:
        return open_photo(path, max_megapixels)
    except PhotoError as error:  # the user knows the photo by its own name, not by that of the upload
        raise type(error)(**{**error.values, "source": name}) from error


def _preview(photo: Photo) -> Image:
    small = photo.image.copy()
    small.thumbnail((_PREVIEW_PX, _PREVIEW_PX))
    return small
