"""From a photo to a post, through the public face alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from emotigram import open_photo, open_studio
from emotigram.errors import LanguageNeedsChat, SettingsError, UnknownName
from emotigram.imaging.looks import suggested_look


def test_one_reading_many_posts(china: Path) -> None:
    studio = open_studio(writer="embedded")
    reading = studio.read(open_photo(china))
    posts = [
        studio.write(reading, platform=platform, language=language, style=style)
        for platform in ("moments", "xiaohongshu", "weibo", "x", "instagram")
        for language in ("zh", "en")
        for style in ("literary", "humorous", "minimal", "sweet", "plain")
    ]
    for post in posts:
        assert post.text
        takes_alt_text = post.platform in ("x", "instagram")
        assert post.alt_text == (reading.description[post.language] if takes_alt_text else "")
        assert post.written_by == "embedded"
        assert [check.name for check in post.checks if not check.passed and check.name != "specific"] == []
    moments = [post for post in posts if post.platform == "moments" and post.language == "zh"]
    assert all(len(post.full_text) <= 100 for post in moments)


def test_the_social_voice_says_the_same_sight_in_other_words(china: Path) -> None:
    studio = open_studio(writer="embedded", language="zh")
    reading = studio.read(open_photo(china))
    assert list(reading.tweets) == ["zh", "en"]
    assert reading.tweet == reading.tweets["zh"]
    assert all(line and line not in reading.description.values() for line in reading.tweets.values())
    assert studio.read(open_photo(china)).tweets == reading.tweets


def test_the_last_streamed_post_is_the_written_one(flower: Path) -> None:
    studio = open_studio(writer="embedded")
    reading = studio.read(open_photo(flower))
    steps = list(studio.stream(reading, language="zh", platform="xiaohongshu"))
    assert len(steps) > 1
    assert not steps[0].checks
    assert steps[-1] == studio.write(reading, language="zh", platform="xiaohongshu")
    assert steps[-1].title


def test_without_a_key_the_embedded_writer_serves_and_says_so(flower: Path) -> None:
    studio = open_studio()
    post = studio.write(studio.read(open_photo(flower)))
    assert post.written_by == "embedded"
    assert any("DEEPSEEK_API_KEY" in note.message() for note in post.notes)


def test_many_photos_read_as_each_alone(china: Path, flower: Path) -> None:
    studio = open_studio(writer="embedded")
    photos = [open_photo(china), open_photo(flower)]
    together = studio.read_many(photos)
    assert [reading.description for reading in together] == [studio.read(photo).description for photo in photos]
    assert [reading.look for reading in together] == [suggested_look(reading.affect) for reading in together]


def test_the_users_words_are_judged_with_the_photo(china: Path) -> None:
    studio = open_studio(writer="embedded")
    photo = open_photo(china)
    sad = studio.read(photo, text="I lost my best friend and I am so sad").affect.sentiment
    assert sad.negative > studio.read(photo).affect.sentiment.negative


def test_texts_and_photos_must_be_as_many(china: Path) -> None:
    with pytest.raises(ValueError, match="as many"):
        open_studio(writer="embedded").read_many([open_photo(china)], ["a", "b"])


def test_a_wished_tone_changes_the_post(flower: Path) -> None:
    studio = open_studio(writer="embedded")
    reading = studio.read(open_photo(flower))
    assert studio.write(reading, tone="negative").text != studio.write(reading, tone="positive").text


def test_judging_a_text_alone() -> None:
    assert open_studio(writer="embedded").judge_text("I love it, wonderful!").sentiment.label == "positive"


def test_the_first_tweet_is_in_the_language_asked_for(china: Path) -> None:
    reading = open_studio(writer="embedded", language="zh").read(open_photo(china))
    assert reading.tweet == reading.tweets["zh"]


@pytest.mark.parametrize("wrong", [{"platform": "myspace"}, {"language": "xx"}, {"style": "loud"}])
def test_unknown_names_are_named(china: Path, wrong: dict[str, str]) -> None:
    studio = open_studio(writer="embedded")
    reading = studio.read(open_photo(china))
    with pytest.raises(UnknownName, match=next(iter(wrong.values()))):
        studio.write(reading, **wrong)  # type: ignore[arg-type]


def test_unknown_settings_and_engines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="colour"):
        open_studio(colour="red")
    with pytest.raises(UnknownName, match="blip9"):
        open_studio(captioner="blip9")
    monkeypatch.setenv("EMOTIGRAM_STYLE", "sweet")
    assert open_studio(writer="embedded").settings.style == "sweet"


def test_a_settings_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("emotigram.toml").write_text('style = "literary"\nplatform = "weibo"\n', "utf-8")
    monkeypatch.setenv("EMOTIGRAM_STYLE", "humorous")
    settings = open_studio(writer="embedded").settings
    assert (settings.style, settings.platform) == ("humorous", "weibo")
    Path("emotigram.toml").write_text("style = ", "utf-8")
    with pytest.raises(SettingsError, match=r"emotigram\.toml"):
        open_studio()


@pytest.mark.parametrize(
    ("locale", "text", "language"),
    [
        ("zh_CN.UTF-8", "", "zh"),
        ("zh_TW.UTF-8", "", "zh-TW"),
        ("ja_JP.UTF-8", "", "ja"),
        ("es_MX.UTF-8", "", "es"),
        ("C.UTF-8", "", "en"),
        ("zh_CN.UTF-8", "Our first walk after all these weeks of rain", "en"),
        ("en_US.UTF-8", "下了好几周的雨，终于能出门了", "zh"),
        ("en_US.UTF-8", "下了好幾週的雨，終於能出門了", "zh-TW"),
        ("en_US.UTF-8", "何週間も雨だったけど、やっと出かけられた", "ja"),
        ("zh_CN.UTF-8", "Luna", "zh"),  # a name is no language
        ("en_US.UTF-8", "Enfin une journée de soleil après la pluie", "en"),  # nobody here writes French
    ],
)
def test_auto_picks_the_language_of_the_text_or_else_of_the_locale(
    china: Path, monkeypatch: pytest.MonkeyPatch, locale: str, text: str, language: str
) -> None:
    monkeypatch.setenv("LANG", locale)
    studio = open_studio(writer="embedded")
    assert studio.write(studio.read(open_photo(china), text)).language == language


def test_a_locale_that_only_a_chat_model_writes_gives_way_and_says_so(
    china: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    studio = open_studio(writer="embedded")
    post = studio.write(studio.read(open_photo(china)))
    assert post.language == "en"
    assert any("Français" in note.message() for note in post.notes)


@pytest.mark.parametrize("language", ["fr", "de", "pt", "ru"])
def test_a_language_asked_for_is_refused_where_nobody_writes_it(china: Path, language: str) -> None:
    studio = open_studio(writer="embedded")
    reading = studio.read(open_photo(china))
    with pytest.raises(LanguageNeedsChat, match="does not write") as refusal:
        studio.write(reading, language=language)
    assert "zh-TW" in refusal.value.hint("en")


def test_past_posts_keep_the_embedded_writer_from_repeating_itself(china: Path) -> None:
    studio = open_studio(writer="embedded")
    reading = studio.read(open_photo(china))
    first = studio.write(reading, platform="instagram", language="en")
    second = studio.write(reading, platform="instagram", language="en", past_posts=[first.text])
    assert second.text != first.text
    assert all(check.passed for check in second.checks)


@pytest.mark.parametrize("words", ["Grandma would have loved this place. We miss her.", "豆豆今天走了，陪了我14年"])
def test_serious_words_get_no_glad_reading(china: Path, words: str) -> None:
    reading = open_studio(writer="embedded").read(open_photo(china), words)
    assert reading.affect.mood != "positive"
    assert reading.affect.emotion != "joy"
    assert reading.tweets == {}
    assert reading.mood_reason is None or "positive" not in reading.mood_reason.message()
