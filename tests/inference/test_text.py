"""Words and n-grams: what the models are given for free text."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from emotigram.inference.ngrams import BUCKETS, hashed, ngrams
from emotigram.inference.vocabulary import END, SPECIAL, Vocabulary, split_words

VOCABULARY = Vocabulary((*SPECIAL, "a", "dog", "runs", "狗", "在", "跑"))


def test_sentences_read_like_sentences() -> None:
    assert VOCABULARY.sentence([5, 6, 7], "en") == "A dog runs."
    assert VOCABULARY.sentence([8, 9, 10], "zh") == "狗在跑。"
    assert VOCABULARY.sentence([], "en") == ""


def test_each_language_may_say_its_own_words_and_stop() -> None:
    english, chinese = VOCABULARY.allowed("en"), VOCABULARY.allowed("zh")
    assert english.tolist() == [False, True, False, False, False, True, True, True, False, False, False]
    assert chinese[[8, 9, 10, END]].all()
    assert not (english & chinese)[END + 1 :].any()


def test_captions_split_into_words_or_characters() -> None:
    assert split_words("A dog's Ball, 2 cats!", "en") == ["a", "dog's", "ball", "2", "cats"]
    assert split_words("狗在草地上跑。", "zh") == list("狗在草地上跑")


def test_negation_reaches_the_words_after_it() -> None:
    assert "not so good" in ngrams("It was not so good")
    assert "don't like it" in ngrams("I don’t like it")
    assert "不好吃" in ngrams("不好吃").__repr__().replace(" ", "")


def test_names_links_and_retweet_marks_say_nothing() -> None:
    assert ngrams("RT @someone https://example.org/x lovely") == ["lovely"]


@given(st.lists(st.text(max_size=400), min_size=1, max_size=5))
def test_any_text_hashes_to_a_padded_table(texts: list[str]) -> None:
    table = hashed(texts)
    assert table.dtype == np.int64
    assert table.shape[0] == len(texts)
    assert 1 <= table.shape[1] <= 160
    assert ((table >= 0) & (table < BUCKETS)).all()
