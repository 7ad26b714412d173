"""A photo in, a reading out; a reading in, posts out."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import httpx2
import pytest

from emotigram import catalogue
from emotigram.editing.counting import fits
from emotigram.schemas.answers import PostAnswer, ReadingAnswer

HAN = re.compile(r"[\u4e00-\u9fff]")


def read(client: httpx2.Client, photo: Path, **fields: str) -> ReadingAnswer:
    answer = client.post("/v1/readings", files={"photos": (photo.name, photo.read_bytes())}, data=fields)
    assert answer.status_code == 201, answer.text
    return ReadingAnswer.model_validate_json(answer.content)


def events(client: httpx2.Client, path: str, **request: object) -> list[tuple[str, dict[str, object]]]:
    headers = {"Accept": "text/event-stream"}
    with client.stream("POST", path, headers=headers, **request) as answer:  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        told = "".join(answer.iter_text())
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in told.split("\n\n") if block]
    return [(block["event"], json.loads(block["data"])) for block in blocks]


def test_a_reading_names_its_photo_and_can_be_asked_for_again(client: httpx2.Client, china: Path) -> None:
    answer = client.post("/v1/readings", files={"photos": ("../album/china.jpg", china.read_bytes())})
    made = answer.json()
    assert made["reading"]["photos"][0]["sha256"] == hashlib.sha256(china.read_bytes()).hexdigest()
    assert made["reading"]["photos"][0]["source"] == "china.jpg"
    assert HAN.search(made["reading"]["description"]["zh"])
    assert made["reading"]["look"] in catalogue.keys("looks")
    assert client.get(answer.headers["location"]).json() == made


def test_tags_are_named_in_the_callers_language(client: httpx2.Client, china: Path) -> None:
    answer = client.post("/v1/readings", files={"photos": china.read_bytes()}, headers={"Accept-Language": "zh-CN"})
    assert all(HAN.search(tag["name"]) for tag in answer.json()["reading"]["tags"])


def test_the_users_own_words_count(client: httpx2.Client, china: Path) -> None:
    glad = read(client, china, text="What a wonderful, happy day!")
    sad = read(client, china, text="I lost everything here. So sad and angry.")
    assert glad.reading.affect.sentiment.positive > sad.reading.affect.sentiment.positive


def test_one_reading_makes_many_posts(client: httpx2.Client, china: Path) -> None:
    reading = read(client, china)
    posts = {}
    for platform, language in (("x", "en"), ("xiaohongshu", "zh"), ("moments", "zh"), ("instagram", "es")):
        wishes = {"reading_id": reading.id, "platform": platform, "language": language}
        answer = client.post("/v1/posts", json=wishes)
        assert answer.status_code == 201, answer.text
        post = PostAnswer.model_validate_json(answer.content)
        assert (post.post.platform, post.post.language, post.reading_id) == (platform, language, reading.id)
        assert post.photos == reading.reading.photos
        assert fits(post.post.full_text, catalogue.platform(platform))
        assert client.get(answer.headers["location"]).json() == answer.json()
        posts[platform] = post
    assert len({post.post.text for post in posts.values()}) == len(posts)
    assert posts["xiaohongshu"].post.title


def test_a_photo_goes_straight_to_a_post(client: httpx2.Client, china: Path) -> None:
    files = {"photos": ("china.jpg", china.read_bytes())}
    answer = client.post("/v1/posts", files=files, data={"platform": "weibo", "language": "zh", "tone": "positive"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["post"]["platform"], made["post"]["tone"]) == ("weibo", "positive")
    again = client.post("/v1/posts", json={"reading_id": made["reading_id"], "platform": "x", "language": "auto"})
    assert again.status_code == 201


def test_a_post_is_revised(client: httpx2.Client, china: Path) -> None:
    wishes = {"reading_id": read(client, china).id, "platform": "instagram", "language": "en"}
    first = client.post("/v1/posts", json=wishes).json()["post"]["text"]
    shorter = client.post("/v1/posts", json={**wishes, "revision": "shorter", "previous": first}).json()["post"]["text"]
    assert 0 < len(shorter) < len(first)


def test_each_step_of_a_reading_is_told(client: httpx2.Client, china: Path) -> None:
    told = events(client, "/v1/readings", files={"photos": china.read_bytes()})
    assert [name for name, _ in told] == ["photos", "captions", "reading"]
    (_, opened), (_, captions), (_, reading) = told
    assert reading["reading"]["photos"] == opened["photos"]  # type: ignore[index]
    assert captions["description"] == reading["reading"]["description"]  # type: ignore[index]


def test_a_post_is_told_as_it_grows(client: httpx2.Client, china: Path) -> None:
    wishes = {"language": "zh", "text": "周末从高处往下看", "seed": "1"}
    told = events(client, "/v1/posts", files={"photos": china.read_bytes()}, data=wishes)
    names = [name for name, _ in told]
    assert names[:3] == ["photos", "captions", "reading"]
    assert names[-1] == "post"
    drafts = [str(data["text"]) for name, data in told if name == "draft"]
    assert len(drafts) > 1
    assert drafts == sorted(drafts, key=len)
    assert client.get(f"/v1/posts/{told[-1][1]['id']}").json() == told[-1][1]


def test_a_fault_on_the_way_is_told_as_a_problem(client: httpx2.Client, china: Path) -> None:
    told = events(client, "/v1/posts", files={"photos": china.read_bytes()}, data={"language": "fr"})
    assert told[-1][0] == "problem"
    assert told[-1][1]["code"] == "language_needs_chat"


@pytest.mark.parametrize("kind", ["platforms", "styles", "revisions", "languages", "looks"])
def test_choices_are_listed_with_their_names(client: httpx2.Client, kind: catalogue.Kind) -> None:
    entries = client.get(f"/v1/{kind}").json()
    assert [each["key"] for each in entries] == list(catalogue.keys(kind))
    assert all(each["names"]["en"] and each["names"]["zh"] for each in entries)
    assert any(HAN.search(each["names"]["zh"]) for each in entries)


def test_languages_say_which_are_written(client: httpx2.Client) -> None:
    written = {each["key"]: each["is_written"] for each in client.get("/v1/languages").json()}
    assert written["zh"]
    assert not written["fr"]


def test_engines_say_who_gets_the_photos(client: httpx2.Client) -> None:
    engines = client.get("/v1/engines").json()
    assert engines["active"] == {"captioner": "embedded", "sentiment": "embedded", "writer": "embedded"}
    assert engines["sends_photos_to"] == ""
    assert "blip2" in engines["known"]["captioner"]
