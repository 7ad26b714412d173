"""Words and sentences of the captioner."""

from __future__ import annotations

from emotigram.inference.word_list import END, SPECIAL, WordList, split_words

VOCABULARY = WordList((*SPECIAL, "a", "dog", "runs", "狗", "在", "跑"))


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
