"""What every writer promises, whatever is behind it, and a writer that writes what a test tells it to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import pytest

from emotigram import catalogue
from emotigram.domain import Affect, Brief, Candidate, Check, Draft, Features, Photo, Reading, Sentiment, Tag
from emotigram.ports import SentimentModel, Writer
from emotigram.publishing.loop import Loop

_DOG = Tag("dog", 0.9, {"en": "dog", "zh": "狗"}, "animal")


def drawn_brief(platform: str, language: str) -> Brief:
    """A brief for a cheerful photo of a dog, for keys of the catalogue."""
    description = {"en": "A dog on a beach.", "zh": "海滩上有一只狗。"}
    reading = Reading(description, {}, (_DOG,), Affect(Sentiment(0.1, 0.2, 0.7)), {})
    places = (catalogue.platform(platform), catalogue.language(language), catalogue.style("plain"))
    return replace(Brief(reading, *places, "positive"), candidates=2)


def _whole(drafts: Iterator[Draft]) -> dict[int, Draft]:
    """The last draft of each candidate."""
    return {draft.candidate: draft for draft in drafts}


class _NoJudge(SentimentModel):
    """Reads no language, so that posts are not judged."""

    name = "none"

    def judge(
        self,
        photos: Sequence[Photo | None],
        texts: Sequence[str],
        features: Sequence[Features | None] | None = None,
    ) -> list[Affect]:
        raise NotImplementedError


class WriterContract:
    """Subclass it as ``Test…`` and give a fixture ``writer``, of the scope class or wider, that opens the engine.

    A fixture ``briefs`` may give others than one for a short and one for a titled platform.
    """

    @pytest.fixture(scope="class")
    @classmethod
    def briefs(cls, writer: Writer) -> Sequence[Brief]:
        """What is written to."""
        language = "en" if writer.languages is None else min(writer.languages)
        return [drawn_brief(platform, language) for platform in ("x", "xiaohongshu")]

    def test_its_name_says_which_engine_it_is(self, writer: Writer) -> None:
        assert writer.name
        assert writer.name.isprintable()

    def test_its_languages_are_known(self, writer: Writer) -> None:
        known = {language.key for language in catalogue.languages()}
        assert writer.languages is None or set(writer.languages) <= known
        assert isinstance(writer.rules, str)

    def test_every_candidate_ends_as_a_whole_text(self, writer: Writer, briefs: Sequence[Brief]) -> None:
        for brief in briefs:
            found = _whole(writer.write(brief))
            assert sorted(found) == list(range(len(found)))
            assert found
            assert all(draft.text.strip() for draft in found.values())

    def test_a_photo_of_which_nothing_is_known_gets_a_post_too(self, writer: Writer, briefs: Sequence[Brief]) -> None:
        for brief in briefs:
            plain = {"en": "A photo.", "zh": "一张照片。"}
            found = _whole(writer.write(replace(brief, reading=replace(brief.reading, description=plain, tags=()))))
            assert all(draft.text.strip() for draft in found.values())

    def test_one_candidate_comes_after_another(self, writer: Writer, briefs: Sequence[Brief]) -> None:
        for brief in briefs:
            turns = [draft.candidate for draft in writer.write(brief)]
            assert turns == sorted(turns)

    def test_hashtags_come_without_their_sign(self, writer: Writer, briefs: Sequence[Brief]) -> None:
        for brief in briefs:
            for draft in _whole(writer.write(brief)).values():
                assert not [tag for tag in draft.hashtags if tag.startswith(("#", "＃")) or not tag.strip()]

    def test_a_post_of_it_can_be_published(self, writer: Writer, briefs: Sequence[Brief]) -> None:
        for brief in briefs:
            *_, post = Loop(writer, _NoJudge()).posts(brief)
            assert not [check for check in post.checks if check.is_hard and not check.passed]

    def test_a_repair_takes_no_candidates_number(self, writer: Writer, briefs: Sequence[Brief]) -> None:
        brief = briefs[0]
        faults = (Check("language", False, 0.1, 0.5, is_hard=True),)
        draft = _whole(writer.write(brief))[0]
        best = Candidate(draft.title, draft.text, draft.hashtags, draft.alt_text, draft.text, faults, 1.0)
        repaired = _whole(writer.repair(brief, best, faults))
        assert all(number >= brief.candidates and draft.text.strip() for number, draft in repaired.items())

    def test_four_threads_may_write_at_once(self, writer: Writer, briefs: Sequence[Brief]) -> None:
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(lambda brief: _whole(writer.write(brief)), [*briefs] * 2))
        assert all(drafts[0].text.strip() for drafts in found)


@dataclass
class DictatedWriter(Writer):
    """Writes what it is told to, then the repairs that it is told to; keeps what it was asked to mend."""

    drafts: Sequence[Draft]
    repairs: Sequence[Draft] = ()
    rules: str = ""
    name: str = "dictated"
    asked: list[tuple[Candidate, tuple[Check, ...]]] = field(default_factory=list)

    def write(self, brief: Brief) -> Iterator[Draft]:  # noqa: ARG002
        """Yield the drafts."""
        yield from self.drafts

    def repair(self, brief: Brief, candidate: Candidate, faults: Sequence[Check]) -> Iterator[Draft]:  # noqa: ARG002
        """Yield the repairs."""
        self.asked.append((candidate, tuple(faults)))
        yield from self.repairs
