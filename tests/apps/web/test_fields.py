"""Counters and previews of a post as it is edited, and what leaves the page."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from emotigram import catalogue
from emotigram.apps.web.choices import Edit, edit_of
from emotigram.apps.web.counters import Counter, counters, full_counter
from emotigram.apps.web.export import to_export, zip_of
from emotigram.apps.web.pictures import KEPT_PX, picture_of
from emotigram.apps.web.preview import preview_of
from emotigram.apps.web.session import MOST_ENTRIES, Session
from emotigram.domain import Photo
from tests.apps.web.posts import a_post, a_reading

RULED = [platform.key for platform in catalogue.platforms() if platform.text_limit_is_hard]


@pytest.mark.parametrize("key", RULED)
def test_a_text_is_over_exactly_past_its_hard_limit(key: str) -> None:
    post, limit = a_post(platform=key), catalogue.platform(key).text_limit
    for length, level in ((limit, "long"), (limit + 1, "over")):
        counted = counters(Edit(text="a" * length), post)["text"]
        assert counted == Counter(length, limit, level)


def test_every_field_of_a_platform_has_its_own_counter() -> None:
    assert counters(Edit(text="Hi"), a_post(platform="moments")) == {"text": Counter(2, 0, "fine")}
    full = Edit("一二三", "Hi", "#dusk #黄昏 #a", "A tower.")
    assert counters(full, a_post(platform="x")) == {
        "text": Counter(2 + 2 + 5 + 1 + 5 + 1 + 2, 280, "fine"),
        "hashtags": Counter(3, 2, "long"),
        "alt_text": Counter(8, 1000, "fine"),
    }
    assert counters(full, a_post(platform="xiaohongshu"))["title"] == Counter(3, 20, "fine")
    assert counters(Edit(hashtags="#" + "a" * 65), a_post(platform="bluesky"))["hashtags"].level == "over"
    assert full_counter(a_post("Hi", hashtags=("dusk",))).figure == len("Hi\n\n#dusk")


def test_hashtags_are_understood_however_they_are_typed() -> None:
    assert Edit(hashtags="dusk，#黄昏# two ＃three,four").tags == ("dusk", "黄昏", "two", "three", "four")
    assert Edit(text="Hi", hashtags="a b").full_text(a_post(platform="weibo")) == "Hi\n\n#a# #b#"


@pytest.mark.parametrize(
    ("key", "text", "shape", "fold"),
    [
        ("moments", "一行\n" * 9, "plain", "lines"),
        ("moments", "很长" * 80, "plain", "lines"),
        ("moments", "短", "plain", ""),
        ("instagram", "word " * 40, "plain", "more"),
        ("facebook", "word " * 40, "plain", ""),
        ("xiaohongshu", "很长" * 80, "titled", ""),
        ("x", "word " * 80, "thread", ""),
    ],
)
def test_a_preview_has_the_shape_of_its_platform(key: str, text: str, shape: str, fold: str) -> None:
    preview = preview_of(Edit("T", text), a_post(platform=key))
    assert (preview.shape, preview.fold) == (shape, fold)
    assert bool(preview.folded) == bool(fold)
    assert len(preview.parts) == (2 if key == "x" else 0)


@given(st.text(max_size=400), st.sampled_from(["moments", "instagram", "weibo"]))
def test_folding_loses_nothing(text: str, key: str) -> None:
    preview = preview_of(Edit(text=text), a_post(platform=key))
    assert "".join(f"{preview.text}{preview.folded}".split()) == "".join(text.split())


def a_session() -> Session:
    session = Session()
    shot = session.add("tower.jpg", "")
    shot.picture = picture_of(Photo(Image.new("RGB", (3000, 1500), "orange"), "tower.jpg", ""))
    shot.reading, shot.stage = a_reading(), "done"
    session.record(shot, a_post("你好", language="zh"), session.wish)
    shot.entry = session.record(shot, a_post("Hello", hashtags=("dusk",), alt_text="A tower."), session.wish)
    return session


def test_a_zip_holds_the_edited_post_other_languages_and_bare_photos() -> None:
    session = a_session()
    assert session.chosen
    assert session.chosen.entry
    session.keep(Edit("", "Mine 😀", "#mine", "Alt"), str(session.chosen.entry.id))
    with zipfile.ZipFile(io.BytesIO(zip_of(to_export(session), "en"))) as file:
        assert sorted(file.namelist()) == ["photo.jpg", "post.json", "post.txt", "post.zh.txt"]
        assert file.read("post.txt").decode() == "Mine 😀\n\n#mine\n"
        assert file.read("post.zh.txt").decode() == "你好\n"
        post = json.loads(file.read("post.json"))["post"]
        assert (post["text"], post["hashtags"], post["alt_text"]) == ("Mine 😀", ["mine"], "Alt")
        with Image.open(io.BytesIO(file.read("photo.jpg"))) as image:
            assert image.size == (KEPT_PX, KEPT_PX // 2)
            assert not image.getexif()


def test_several_photos_have_folders_of_their_own_and_one_without_a_post_none() -> None:
    session = a_session()
    first = session.chosen
    assert first
    second = session.add("other.jpg", "")
    second.picture, second.reading = first.picture, first.reading
    assert len(to_export(session)) == 1
    second.entry = session.record(second, a_post("Second"), session.wish)
    with zipfile.ZipFile(io.BytesIO(zip_of(to_export(session), "en"))) as file:
        assert file.read("photo-1/post.txt").decode() == "Second\n"
        assert file.read("photo-2/post.txt").decode() == "Hello\n\n#dusk\n"


def test_fields_of_another_post_are_not_kept_and_the_history_is_bounded() -> None:
    session = a_session()
    shot = session.chosen
    assert shot
    assert shot.entry
    session.keep(Edit(text="late"), str(shot.entry.id + 1))
    assert shot.edit == edit_of(shot.entry.post)
    for _ in range(MOST_ENTRIES):
        session.record(shot, a_post(), session.wish)
    assert len(session.history) == MOST_ENTRIES
