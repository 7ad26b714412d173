"""The main path: read a photo once, write as many posts from the reading as wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Unpack

from emotigram import catalogue
from emotigram.domain import Affect, Brief, Captions, Language, Note, Photo, PhotoFacts, Post, Reading, Wishes
from emotigram.editing.languages import identify
from emotigram.errors import ChatError, LanguageNeedsChat
from emotigram.imaging.looks import suggested_look
from emotigram.ocr.wording import with_text
from emotigram.ports import Captioner, SentimentModel, TextReader, Writer
from emotigram.publishing.loop import Loop
from emotigram.settings import Settings
from emotigram.tags.mood_reasons import mood_reason
from emotigram.tags.social_line import social_line, speaks
from emotigram.texts import interface_language, locale_name
from emotigram.understanding.own_words import understand


class Studio:
    """Reads photos and writes posts with the engines it was given.

    ``stand_in`` writes where ``writer`` fails for a reason that may pass; the post's notes say so. ``judge`` says what
    emotion a finished text carries, ``sentiment`` where there is none. ``text_reader`` reads the words in a photo where
    the captioner told none.
    ``notes`` go into every post, ``read_notes`` into every reading and the posts from it.
    """

    def __init__(  # noqa: PLR0913
        self,
        settings: Settings,
        captioner: Captioner,
        sentiment: SentimentModel,
        writer: Writer,
        stand_in: Writer | None = None,
        notes: Sequence[Note] = (),
        read_notes: Sequence[Note] = (),
        judge: SentimentModel | None = None,
        text_reader: TextReader | None = None,
    ) -> None:
        self.settings = settings
        self._captioner = captioner
        self._sentiment = sentiment
        self._writer = writer
        self._stand_in = stand_in
        self._notes = tuple(notes)
        self._read_notes = tuple(read_notes)
        self._judge = judge or sentiment
        self._text_reader = text_reader
        self._interface = interface_language(settings.interface)

    @property
    def sends_photos_to(self) -> str:
        """Who else gets the photos that are read, '' for nobody: they stay on this computer."""
        return self._captioner.sends_photos_to

    @property
    def engines(self) -> dict[str, str]:
        """The engines at work, by role."""
        return {
            "captioner": self._captioner.name,
            "sentiment": self._sentiment.name,
            "writer": self._writer.name,
        }

    @property
    def languages_written(self) -> tuple[str, ...]:
        """Keys of the languages that the writer writes."""
        return tuple(each.key for each in catalogue.languages() if _writes(self._writer, each.key))

    def read(self, photo: Photo, text: str = "") -> Reading:
        """Read one photo, judged together with the user's own text where there is one."""
        return self.read_many([photo], [text])[0]

    def read_many(
        self,
        photos: Sequence[Photo],
        texts: Sequence[str] | None = None,
        on_captions: Callable[[Sequence[Captions]], None] | None = None,
    ) -> list[Reading]:
        """Read photos in one batch; ``texts`` are the users' own words, one a photo, '' for none.

        ``on_captions`` hears what the captioner says before the sentiment is judged.
        """
        words = list(texts) if texts is not None else [""] * len(photos)
        if len(words) != len(photos):
            raise ValueError(f"{len(photos)} photos need as many texts, not {len(words)}")
        captions = self._with_texts(self._captioner.read(photos), photos)
        if on_captions is not None:
            on_captions(captions)
        judged = self._sentiment.judge(photos, words, [each.features for each in captions])
        affects = [_not_glad(affect, text) for affect, text in zip(judged, words, strict=True)]
        read_by = {"captioner": self._captioner.name, "sentiment": self._sentiment.name}
        return [
            Reading(
                description=each.description,
                tweets={} if understand(text).is_sober else self._tweets(each, affect, photo.sha256),
                tags=each.tags,
                affect=affect,
                read_by=read_by,
                user_text=text,
                notes=(*self._read_notes, *each.notes),
                seen_text=each.seen_text,
                look=suggested_look(affect),
                photos=(self.facts(photo),),
                mood_reason=mood_reason(affect, each.tags, text),
            )
            for photo, each, affect, text in zip(photos, captions, affects, words, strict=True)
        ]

    def _with_texts(self, captions: Sequence[Captions], photos: Sequence[Photo]) -> list[Captions]:
        """The captions with the words in the photos, where there is a reader and the captioner told none."""
        reader = self._text_reader
        return [
            each if reader is None or each.seen_text else with_text(each, reader.read(photo, each.features))
            for each, photo in zip(captions, photos, strict=True)
        ]

    def facts(self, photo: Photo) -> PhotoFacts:
        """What readings keep of a photo, with the time it was taken where the settings want it."""
        return photo.facts(self.settings.photo_times)

    def judge_text(self, text: str) -> Affect:
        """Judge a text alone."""
        return self._sentiment.judge([None], [text])[0]

    def write(self, reading: Reading, **wishes: Unpack[Wishes]) -> Post:
        """Write a post; what is not wished for comes from the settings, the tone from the reading.

        Raises UnknownName for a name the catalogue lacks, LanguageNeedsChat for a language that the writer does not
        write, and ChatError where a chat provider fails for good.
        """
        *_, post = self.stream(reading, **wishes)
        return post

    def stream(self, reading: Reading, **wishes: Unpack[Wishes]) -> Iterator[Post]:
        """Like ``write``, yielding the post as it grows; only the last one is polished, checked and chosen."""
        brief = self.brief(reading, **wishes)
        sober = (Note("sober"),) if brief.is_sober else ()
        notes = (*reading.notes, *self._notes, *self._language_notes(brief, _asked(wishes.get("language"))), *sober)
        try:
            yield from self._loop(self._writer).posts(brief, notes)
        except ChatError as error:
            if not error.retryable or self._stand_in is None or not _writes(self._stand_in, brief.language.key):
                raise
            yield from self._loop(self._stand_in).posts(brief, (*notes, Note.of_error("stand_in", error)))

    def brief(self, reading: Reading, **wishes: Unpack[Wishes]) -> Brief:
        """Resolve names and defaults to a brief; raises UnknownName or LanguageNeedsChat."""
        if unknown := wishes.keys() - Wishes.__annotations__.keys():
            raise TypeError(f"no wishes: {', '.join(sorted(unknown))}")
        language = self._language(reading, _asked(wishes.get("language")))
        platform = _asked(wishes.get("platform")) or self.settings.platform
        revision, seed = _asked(wishes.get("revision")), wishes.get("seed")
        previous = wishes.get("previous", "").strip()
        words = understand(reading.user_text)
        is_sober = words.is_sober or understand(previous).is_sober
        return Brief(
            reading=reading,
            platform=catalogue.platform(language.default_platform if platform == "auto" else platform),
            language=language,
            style=catalogue.style("plain" if is_sober else _asked(wishes.get("style")) or self.settings.style),
            tone="negative" if is_sober else wishes.get("tone") or words.tone or reading.affect.mood,
            seed=self.settings.seed if seed is None else seed,
            candidates=self.settings.candidates,
            # a post may stand among the creator's own, but what is revised need not differ in every sentence
            past_posts=tuple(
                post for post in wishes.get("past_posts", ()) if not (previous and post.startswith(previous))
            ),
            revision=catalogue.revision(revision) if revision else None,
            previous=previous,
            is_sober=is_sober,
        )

    def default_language(self) -> str:
        """The language of posts where none is asked for and the user wrote nothing."""
        if self.settings.language != "auto":
            return self.settings.language
        if self.settings.interface != "auto":
            return self._interface
        return catalogue.language_of_locale(locale_name()) or self._interface

    def _language(self, reading: Reading, wished: str) -> Language:
        """The language asked for, else that of the user's text, else the default that the writer writes."""
        asked = wished or (self.settings.language if self.settings.language != "auto" else "")
        if asked:
            language = catalogue.language(asked)
            if not _writes(self._writer, language.key):
                known = ", ".join(sorted(self._writer.languages or ()))
                raise LanguageNeedsChat(wanted=language.native_name, known=known)
            return language
        likely = (identify(reading.user_text), self.default_language(), self._interface)
        return catalogue.language(next(key for key in likely if key and _writes(self._writer, key)))

    def _language_notes(self, brief: Brief, wished: str) -> tuple[Note, ...]:
        """A word on it where the locale's own language had to give way."""
        default = self.default_language()
        if wished or self.settings.language != "auto" or _writes(self._writer, default):
            return ()
        wanted = catalogue.language(default).native_name
        return (Note("language", {"wanted": wanted, "written": brief.language.native_name}),)

    def _loop(self, writer: Writer) -> Loop:
        return Loop(writer, self._judge, self.settings.repairs, self.settings.timeout_s)

    def _tweets(self, captions: Captions, affect: Affect, seed_text: str) -> dict[str, str]:
        """The captioner's own lines in the social voice, and ours where it has none; the default language first."""
        first = self.default_language()
        ours = {
            language: social_line(description, captions.tags, affect, language, seed_text)
            for language, description in captions.description.items()
            if speaks(language) and language not in captions.tweets
        }
        tweets = {**captions.tweets, **ours}
        return dict(sorted(tweets.items(), key=lambda pair: pair[0] != first))


def _not_glad(affect: Affect, words: str) -> Affect:
    """The affect, but unclear where an engine takes serious words for glad ones."""
    if affect.mood != "positive" or not understand(words).is_sober:
        return affect
    return replace(affect, sentiment=replace(affect.sentiment, is_unclear=True))


def _asked(name: str | None) -> str:
    """A name that was asked for, '' where it is left to the settings."""
    return "" if name is None or name == "auto" else name


def _writes(writer: Writer, language: str) -> bool:
    return writer.languages is None or language in writer.languages
