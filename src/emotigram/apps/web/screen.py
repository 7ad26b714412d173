"""What events put out: parts of the page by component, always drawn from the session as it is now."""

from __future__ import annotations

from typing import Any

import gradio as gr

from emotigram import catalogue
from emotigram.apps.feelings import feeling, likely_emotions
from emotigram.apps.http.addresses import LOOPBACK
from emotigram.apps.larger_reader import larger_reader
from emotigram.apps.web.choices import Edit
from emotigram.apps.web.controls import FIELDS, Controls
from emotigram.apps.web.counters import counters, full_counter
from emotigram.apps.web.examples import example_thumbnails
from emotigram.apps.web.pictures import NATURAL
from emotigram.apps.web.preview import preview_of
from emotigram.apps.web.session import MOST_PHOTOS, STEPS, Session, Shot
from emotigram.apps.web.view import render
from emotigram.apps.web.wording import wording
from emotigram.domain import Post
from emotigram.studio import Studio
from emotigram.texts import INTERFACE_LANGUAGES

Shown = dict[Any, Any]


class Screen:
    """Draws one page's controls."""

    def __init__(self, page: Controls, studio: Studio) -> None:
        self.page = page
        self._away = studio.sends_photos_to
        self._is_local = studio.settings.host in LOOPBACK
        self._heaviest = round(studio.settings.max_upload_mb * 1e6)
        self._larger = _larger_readers(studio) if self._is_local else {}  # visitors cannot fetch weights

    def everything(self, session: Session) -> Shown:
        """The whole page, but for the wording of labels; the photo in any case."""
        session.photo_on_page = None
        return {
            **self.photos(session),
            **self.chosen(session),
            **self.choices(session.chosen),
            **self.everywhere(session),
            **self.history(session),
        }

    def words(self, language: str) -> Shown:
        """Labels and choices in another interface language."""
        return {self.page[name]: gr.update(**each) for name, each in wording(language).items()}

    def photos(self, session: Session) -> Shown:
        """The photo chosen, where the page does not show it yet, and the strip of all."""
        shot = session.chosen
        now = (shot, shot.picture, shot.look, shot.picture and shot.picture.shown) if shot else "none"
        shown: Shown = {self.page.session: session}
        if now != session.photo_on_page:
            session.photo_on_page = now
            shown[self.page["photo"]] = render(
                "photo",
                session.language,
                shot=shot,
                heaviest=self._heaviest,
                most=MOST_PHOTOS,
                examples=example_thumbnails(),
            )
        shown[self.page["strip"]] = render("strip", session.language, session=session, most=MOST_PHOTOS)
        return shown

    def chosen(self, session: Session) -> Shown:
        """All about the photo that is chosen."""
        return {
            **self.status(session),
            **self.reading(session.chosen, session.language),
            **self.post(session.chosen, session.language),
            **self.export(session.chosen, session.language),
        }

    def status(self, session: Session) -> Shown:
        """How far it is, what went wrong, or, before the first photo, what to do."""
        shot = session.chosen
        at = STEPS.index(shot.stage) if shot and shot.stage in STEPS else len(STEPS)
        steps = [(step, "done" if n < at else "now" if n == at else "later") for n, step in enumerate(STEPS)]
        where = {"photos_go_to": self._away, "is_local": self._is_local}
        larger = "" if session.has_begun else self._larger.get(session.language, "")
        html = render("status", session.language, session=session, shot=shot, steps=steps, larger=larger, **where)
        return {self.page["status"]: html}

    def reading(self, shot: Shot | None, language: str) -> Shown:
        """What was read so far."""
        affect = shot.reading.affect if shot and shot.reading else None
        told = {"emotions": likely_emotions(affect, language), "feeling": feeling(affect, language)} if affect else {}
        html = render("reading", language, **{"shot": shot, "emotions": [], "feeling": "", **told})
        return {self.page["reading"]: html}

    def post(self, shot: Shot | None, language: str) -> Shown:
        """The post in its fields, with all that hangs on it."""
        post, edit = (shot.post, shot.edit) if shot else (None, Edit())
        is_ready = bool(post and shot and not shot.is_busy)
        can_write = bool(shot and shot.reading and not shot.is_busy)
        buttons = [self.page["again"], *(self.page[revision.key] for revision in catalogue.revisions())]
        values = zip(FIELDS, edit, strict=True)
        return {
            **{self.page[name]: gr.update(value=value, interactive=is_ready) for name, value in values},
            **{button: gr.update(interactive=can_write) for button in buttons},
            self.page["entry"]: str(shot.entry.id) if shot and shot.entry else "",
            **self.counted(shot, edit, language),
            self.page["notes"]: render("notes", language, post=post, is_ready=is_ready),
            self.page["compare"]: render("compare", language, shot=shot, edit=edit),
        }

    def counted(self, shot: Shot | None, edit: Edit, language: str) -> Shown:
        """What follows every change of a field: counters, copy buttons and the preview."""
        post = shot.post if shot else None
        counted = counters(edit, post) if post else {}
        is_ready = bool(shot and not shot.is_busy)
        feet: Shown = {
            self.page[f"foot_{name}"]: render("foot", language, name=name, counter=counted.get(name), is_ready=is_ready)
            for name in FIELDS
        }
        preview = preview_of(edit, post) if post else None
        return {
            **feet,
            self.page["head"]: render("head", language, post=post, fields=list(counted), is_ready=is_ready),
            self.page["preview"]: render("preview", language, shot=shot, post=post, preview=preview),
        }

    def choices(self, shot: Shot | None) -> Shown:
        """The choices and words that a photo's post was written with."""
        if shot is None:
            return {}
        shown: Shown = {self.page["words"]: shot.words}
        if shot.wish:
            shown |= {self.page[name]: value for name, value in shot.wish._asdict().items()}
        return shown

    def everywhere(self, session: Session) -> Shown:
        """The posts for all platforms."""
        shot, running = session.chosen, session.everywhere
        everywhere = running if running and running.shot is shot else None
        cards = _cards(everywhere.posts) if everywhere else []
        html = render("everywhere", session.language, everywhere=everywhere, cards=cards, shot=shot)
        return {self.page["everywhere"]: html}

    def history(self, session: Session) -> Shown:
        """The posts of this session."""
        return {self.page["history"]: render("history", session.language, entries=session.history, shot=session.chosen)}

    def export(self, shot: Shot | None, language: str, url: str = "") -> Shown:
        """Looks for the photo, and the download once it is ready."""
        suggested = shot.reading.look if shot and shot.reading else NATURAL
        looks = sorted(catalogue.looks(), key=lambda look: (look.key != NATURAL, look.key != suggested))
        html = render("export", language, shot=shot, suggested=suggested, looks=looks, url=url)
        return {self.page["export"]: html}


def _larger_readers(studio: Studio) -> dict[str, str]:
    """By interface language, what a larger reader would give; nothing where another than the embedded one reads."""
    if studio.engines["captioner"] != "embedded":
        return {}
    found = {language: larger_reader(studio.settings, language) for language in INTERFACE_LANGUAGES}
    return {language: reader.line for language, reader in found.items() if reader}


def _cards(posts: dict[str, Post]) -> list[dict[str, Any]]:
    return [{"post": post, "counter": full_counter(post)} for post in posts.values()]
