"""What every captioner promises, whatever is behind it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import regex

from emotigram.domain import Captions, Photo
from emotigram.ports import Captioner
from emotigram.testing.photos import drawn_photos

_NO_WORDS = regex.compile(
    r"[\p{Cc}\p{Cs}\p{Co}\ufffd]|<[^<>\s]{1,40}>|\[(?:PAD|UNK|CLS|SEP|MASK|DEC)\]", regex.IGNORECASE
)


def _words(captions: Captions) -> tuple[object, ...]:
    return dict(captions.description), dict(captions.tweets), [tag.key for tag in captions.tags]


class CaptionerContract:
    """Subclass it as ``Test…`` and give a fixture ``captioner``, of the scope class or wider, that opens the engine.

    A fixture ``album`` may give other photos than the drawn ones.
    """

    @pytest.fixture(scope="class")
    @classmethod
    def album(cls) -> Sequence[Photo]:
        """The photos that are read."""
        return drawn_photos()

    @pytest.fixture(scope="class")
    @classmethod
    def told(cls, captioner: Captioner, album: Sequence[Photo]) -> list[Captions]:
        """What the engine says of each photo alone."""
        return [captioner.read([photo])[0] for photo in album]

    def test_its_name_says_which_engine_it_is(self, captioner: Captioner) -> None:
        assert captioner.name
        assert captioner.name.isprintable()

    def test_it_says_who_else_gets_the_photos(self, captioner: Captioner) -> None:
        assert captioner.sends_photos_to.isprintable()

    def test_nothing_to_read_reads_as_nothing(self, captioner: Captioner) -> None:
        assert captioner.read([]) == []

    def test_any_photo_is_described_in_both_languages(self, told: list[Captions]) -> None:
        for captions in told:
            assert captions.description.keys() >= {"en", "zh"}
            assert regex.search(r"\p{L}", captions.description["en"])
            assert regex.search(r"\p{Han}", captions.description["zh"])

    def test_texts_are_single_lines_of_words(self, told: list[Captions]) -> None:
        for captions in told:
            assert captions.tweets.keys() <= captions.description.keys()
            for text in (*captions.description.values(), *captions.tweets.values(), *captions.sentences.values()):
                assert text == text.strip()
                assert not _NO_WORDS.search(text)

    def test_tags_have_names_in_both_languages_and_none_comes_twice(self, told: list[Captions]) -> None:
        for captions in told:
            assert len({tag.key for tag in captions.tags}) == len(captions.tags)
            for tag in captions.tags:
                assert tag.names["en"]
                assert tag.names["zh"]
                assert tag.kind != "colour"  # a colour is never what a post is about
                assert tag.confidence is None or 0 <= tag.confidence <= 1

    def test_features_name_their_space(self, told: list[Captions]) -> None:
        for captions in told:
            assert captions.features is None or captions.features.space
            assert captions.features is None or captions.features.values.dtype == np.float32

    def test_a_batch_reads_as_each_photo_alone_and_in_order(
        self, captioner: Captioner, album: Sequence[Photo], told: list[Captions]
    ) -> None:
        together = captioner.read(album)
        assert [_words(captions) for captions in together] == [_words(captions) for captions in told]
        for batched, alone in zip(together, told, strict=True):
            if batched.features is not None and alone.features is not None:
                assert batched.features.space == alone.features.space
                np.testing.assert_allclose(batched.features.values, alone.features.values, atol=1e-3)

    def test_the_same_photo_reads_the_same_again(
        self, captioner: Captioner, album: Sequence[Photo], told: list[Captions]
    ) -> None:
        assert _words(captioner.read(album[:1])[0]) == _words(told[0])

    def test_photos_are_left_as_they_were(self, captioner: Captioner, album: Sequence[Photo]) -> None:
        before = [photo.image.copy() for photo in album]
        captioner.read(album)
        assert [photo.image for photo in album] == before

    def test_four_threads_may_read_at_once(
        self, captioner: Captioner, album: Sequence[Photo], told: list[Captions]
    ) -> None:
        with ThreadPoolExecutor(4) as threads:
            read = list(threads.map(lambda photo: captioner.read([photo])[0], album))
        assert [_words(captions) for captions in read] == [_words(captions) for captions in told]
