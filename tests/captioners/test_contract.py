"""What every captioner promises, whatever is behind it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import regex
from PIL import Image

from emotigram import open_photo
from emotigram.domain import Captions, Photo
from emotigram.ports import Captioner
from tests.captioners.engines import ENGINES

NO_WORDS = regex.compile(
    r"[\p{Cc}\p{Cs}\p{Co}\ufffd]|<[^<>\s]{1,40}>|\[(?:PAD|UNK|CLS|SEP|MASK|DEC)\]", regex.IGNORECASE
)


@pytest.fixture(scope="module", params=sorted(ENGINES))
def captioner(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Captioner]:
    with ENGINES[request.param](tmp_path_factory) as opened:
        yield opened


@pytest.fixture(scope="module")
def album(china: Path, flower: Path, cheetah: Path) -> list[Photo]:
    """Photos of several shapes; the last two are hardly photos."""
    return _album(china, flower, cheetah)


def _album(*paths: Path) -> list[Photo]:
    odd = [Image.new("RGB", (1, 1), (9, 200, 3)), Image.new("RGB", (3000, 20), (200, 20, 3))]
    return [open_photo(path) for path in paths] + [Photo(image, "drawn", "") for image in odd]


@pytest.fixture(scope="module")
def told(captioner: Captioner, album: list[Photo]) -> list[Captions]:
    """What the engine says of each photo alone."""
    return [captioner.read([photo])[0] for photo in album]


def _words(captions: Captions) -> tuple[object, ...]:
    return dict(captions.description), dict(captions.tweets), [tag.key for tag in captions.tags]


def test_its_name_says_which_engine_it_is(captioner: Captioner) -> None:
    assert captioner.name
    assert captioner.name.isprintable()


def test_nothing_to_read_reads_as_nothing(captioner: Captioner) -> None:
    assert captioner.read([]) == []


def test_any_photo_is_described_in_both_languages(told: list[Captions]) -> None:
    for captions in told:
        assert captions.description.keys() >= {"en", "zh"}
        assert regex.search(r"\p{L}", captions.description["en"])
        assert regex.search(r"\p{Han}", captions.description["zh"])


def test_texts_are_single_lines_of_words(told: list[Captions]) -> None:
    for captions in told:
        assert captions.tweets.keys() <= captions.description.keys()
        for text in (*captions.description.values(), *captions.tweets.values(), *captions.sentences.values()):
            assert text == text.strip()
            assert not NO_WORDS.search(text)


def test_tags_have_names_in_both_languages_and_none_comes_twice(told: list[Captions]) -> None:
    for captions in told:
        assert len({tag.key for tag in captions.tags}) == len(captions.tags)
        for tag in captions.tags:
            assert tag.names["en"]
            assert tag.names["zh"]
            assert tag.confidence is None or 0 <= tag.confidence <= 1


def test_features_name_their_space(told: list[Captions]) -> None:
    for captions in told:
        assert captions.features is None or captions.features.space
        assert captions.features is None or captions.features.values.dtype == np.float32


def test_a_batch_reads_as_each_photo_alone_and_in_order(
    captioner: Captioner, album: list[Photo], told: list[Captions]
) -> None:
    together = captioner.read(album)
    assert [_words(captions) for captions in together] == [_words(captions) for captions in told]
    for batched, alone in zip(together, told, strict=True):
        if batched.features is not None and alone.features is not None:
            assert batched.features.space == alone.features.space
            np.testing.assert_allclose(batched.features.values, alone.features.values, atol=1e-3)


def test_the_same_photo_reads_the_same_again(captioner: Captioner, album: list[Photo], told: list[Captions]) -> None:
    assert _words(captioner.read(album[:1])[0]) == _words(told[0])


def test_photos_are_left_as_they_were(
    told: list[Captions], album: list[Photo], china: Path, flower: Path, cheetah: Path
) -> None:
    assert len(told) == len(album)
    assert [photo.image for photo in album] == [photo.image for photo in _album(china, flower, cheetah)]


def test_four_threads_may_read_at_once(captioner: Captioner, album: list[Photo], told: list[Captions]) -> None:
    turns = range(len(album))
    with ThreadPoolExecutor(4) as threads:
        read = list(threads.map(lambda turn: captioner.read([album[turn]])[0], turns))
    assert [_words(captions) for captions in read] == [_words(told[turn]) for turn in turns]
