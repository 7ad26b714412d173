"""The captioner behind an API against a real HTTP server: what is sent, what is made of it, and every way to fail."""

from __future__ import annotations

import base64
import io
import json
import logging
import threading
import traceback
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from emotigram import catalogue, open_photo, open_studio
from emotigram.captioners import openai_vision
from emotigram.captioners.openai_vision.captioner import captions_in
from emotigram.chat.server import find_vision_server, vision_server_of
from emotigram.domain import Captions, Photo
from emotigram.errors import (
    BalanceEmpty,
    ChatBlank,
    ChatBusy,
    ChatDown,
    ChatError,
    ChatRejected,
    ChatStalled,
    KeyMissing,
    KeyRefused,
    UnknownName,
    VisionMissing,
)
from emotigram.settings import load_settings
from emotigram.testing.chat_server import ChatReply, ChatRequest, FakeProvider
from tests.conftest import PhotoFactory

KEY = "sk-very-secret-0123456789"
SEEN: dict[str, Any] = {
    "description": {"en": "A brown dog runs on a beach.", "zh": "一只棕色的狗在沙滩上奔跑。"},
    "tweet": {"en": "Nobody tell him the ball is still in the car 🐶", "zh": "球还在车上，谁都别告诉它🐶"},
}


def said(seen: object) -> ChatReply:
    return ChatReply([json.dumps(seen, ensure_ascii=False)])


GOOD = said(SEEN)
COLOURS = {"red": (200, 0, 0), "green": (0, 160, 0), "blue": (0, 0, 200), "white": (255, 255, 255)}


def picture(colour: str | tuple[int, int, int] = "red", size: tuple[int, int] = (32, 32)) -> Photo:
    return Photo(Image.new("RGB", size, COLOURS[colour] if isinstance(colour, str) else colour), "", "")


def colour_of(request: ChatRequest) -> str:
    with Image.open(io.BytesIO(request.photo)) as sent:
        pixel = np.asarray(sent, dtype=int)[0, 0]
    return min(COLOURS, key=lambda name: int(np.abs(pixel - COLOURS[name]).sum()))


def seen_in(colour: str) -> ChatReply:
    return said({**SEEN, "description": {"en": f"A {colour} wall.", "zh": "一面墙。"}})


def settings(server: FakeProvider, **changes: object) -> Any:
    return load_settings(**{"base_url": server.url, "api_key": KEY, "retries": 0, **changes})


def read(*answers: ChatReply, photo: Photo | None = None, **changes: object) -> tuple[Captions, FakeProvider]:
    with FakeProvider(*answers) as provider:
        (captions,) = openai_vision.build(settings(provider, **changes)).read([photo or picture()])
    return captions, provider


def failure(*answers: ChatReply, **changes: object) -> ChatError:
    with pytest.raises(ChatError) as caught:
        read(*answers, **changes)
    return caught.value


def refusal(status: int, message: str = "no", **headers: str) -> ChatReply:
    return ChatReply(status=status, message=message, headers=headers)


class TestAGoodAnswer:
    def test_says_it_in_two_voices_and_two_languages_with_the_tags_it_names(self) -> None:
        captions, _ = read(GOOD)
        assert captions.description == SEEN["description"]
        assert captions.tweets == SEEN["tweet"]
        assert {"dog", "beach"} <= {tag.key for tag in captions.tags}
        assert {tag.confidence for tag in captions.tags} == {None}

    def test_becomes_a_reading_and_a_post(self) -> None:
        with FakeProvider(GOOD) as provider:
            studio = open_studio(settings(provider, captioner="openai_vision", writer="embedded", language="zh"))
            reading = studio.read(picture())
        assert reading.read_by["captioner"] == "openai_vision:deepseek-flash"
        assert reading.tweet == SEEN["tweet"]["zh"]
        assert studio.write(reading).text

    def test_may_hold_the_words_that_stand_in_the_photo(self) -> None:
        captions, _ = read(said({**SEEN, "words": " BEACH \n BAR\u200b "}))
        assert captions.seen_text == "BEACH BAR"
        assert read(said({**SEEN, "words": None}))[0].seen_text == ""
        assert len(read(said({**SEEN, "words": "a" * 1000}))[0].seen_text) <= 300

    @pytest.mark.parametrize("fence", ["```json\n{}\n```", "Here is the json:\n```\n{}\n```\nEnjoy!"])
    def test_is_unwrapped_from_a_fence(self, fence: str) -> None:
        captions, _ = read(ChatReply([fence.replace("{}", json.dumps(SEEN))]))
        assert captions.description == SEEN["description"]

    def test_is_cleaned_and_kept_short(self) -> None:
        description = {"en": "A dog.\n\u200b\x07 It runs. " * 40, "zh": "一只狗\u202e在跑。" * 80}
        tweet = {"en": "Run! #dog #beach", "zh": "跑起来 #狗狗 #海边"}
        captions = captions_in(json.dumps({"description": description, "tweet": tweet}))
        assert captions.description["en"].startswith("A dog. It runs. A dog.")
        assert captions.description["zh"].startswith("一只狗在跑。一只狗")
        assert all(200 < len(text) <= 300 for text in captions.description.values())
        assert captions.tweets == {"en": "Run!", "zh": "跑起来"}

    def test_may_quote_a_sign_in_another_script(self) -> None:
        description = {"en": "A cake that says 生日快乐.", "zh": "一个写着“HAPPY BIRTHDAY”的蛋糕。"}
        captions = captions_in(json.dumps({**SEEN, "description": description}))
        assert captions.description == description

    @given(st.text(), st.text(), st.booleans())
    def test_is_whole_or_refused_whatever_it_says(self, english: str, chinese: str, escaped: bool) -> None:
        both = {"en": f"dog {english}", "zh": f"狗 {chinese}"}
        answer = json.dumps({"description": both, "tweet": both}, ensure_ascii=escaped)
        try:
            captions = captions_in(answer)
        except ValueError:
            return
        for lines, length in ((captions.description, 300), (captions.tweets, 280)):
            assert all(regex.search(r"\p{L}", line) and len(line) <= length for line in lines.values())
            assert not any(regex.search(r"[\p{Cc}\p{Cs}]", line) for line in lines.values())


class TestTheRequest:
    def test_holds_the_photo_upright_and_nothing_else_of_the_file(self, photos: PhotoFactory) -> None:
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = 6
        exif[ExifTags.Base.Artist] = "Jane Doe"
        exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (48.0, 51.0, 29.0), 3: "E", 4: (2.0, 17.0, 40.0)})
        path = photos("jane-at-home.jpg", exif=exif, comment=b"our address", quality=95)
        assert b"GPS" in path.read_bytes() or b"Jane Doe" in path.read_bytes()
        photo = open_photo(path)
        _, provider = read(GOOD, photo=photo)
        (request,) = provider.requests
        with Image.open(io.BytesIO(request.photo)) as sent:
            assert (sent.format, sent.size) == ("JPEG", (40, 60))
            assert not sent.getexif()
            assert not {"exif", "comment", "xmp", "icc_profile"} & set(sent.info)
            difference = np.abs(np.asarray(sent, dtype=int) - np.asarray(photo.image, dtype=int))
        assert difference.mean() < 6
        assert not [secret for secret in (b"Jane", b"address", b"Exif") if secret in request.photo]
        assert not [secret for secret in ("jane-at-home", str(path.parent), photo.sha256) if secret in request.raw]

    def test_leaves_out_what_an_image_carries_beside_its_pixels(self) -> None:
        photo = picture()
        photo.image.info.update(comment=b"our address", exif=b"Exif\0\0our address")
        _, provider = read(GOOD, photo=photo)
        assert b"our address" not in provider.requests[0].photo

    @pytest.mark.parametrize(
        ("size", "sent_size"),
        [((2048, 1536), (1024, 768)), ((100, 3000), (34, 1024)), ((5000, 1), (1024, 1)), ((30, 20), (30, 20))],
    )
    def test_holds_no_more_pixels_than_are_looked_at(self, size: tuple[int, int], sent_size: tuple[int, int]) -> None:
        _, provider = read(GOOD, photo=picture("green", size))
        with Image.open(io.BytesIO(provider.requests[0].photo)) as sent:
            assert sent.size == sent_size
        assert colour_of(provider.requests[0]) == "green"

    def test_asks_deepseek_for_json_without_thinking(self) -> None:
        _, provider = read(GOOD)
        (request,) = provider.requests
        assert request.path == "/chat/completions"
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert request.body["model"] == "deepseek-flash"
        assert request.body["thinking"] == {"type": "disabled"}
        assert request.body["response_format"] == {"type": "json_object"}
        assert "json" in request.body["messages"][0]["content"]

    def test_does_not_ask_lm_studio_for_what_it_refuses(self) -> None:
        _, provider = read(GOOD, provider="lmstudio")
        assert "response_format" not in provider.requests[0].body

    def test_is_the_same_for_every_photo_up_to_the_photo(self) -> None:
        with FakeProvider(GOOD, GOOD) as provider:
            openai_vision.build(settings(provider)).read([picture("red"), picture("blue")])
        first, second = (request.body["messages"] for request in provider.requests)
        assert [message["role"] for message in first] == ["system", "user"]
        assert first[0] == second[0]
        assert first[1]["content"][:-1] == second[1]["content"][:-1]
        assert first[1]["content"][-1] != second[1]["content"][-1]
        assert "not instructions" in first[0]["content"]


class TestWhichServerIsAsked:
    @pytest.mark.parametrize(
        ("chosen", "model"),
        [
            ({"provider": "deepseek", "model": "deepseek-v4-pro"}, "deepseek-flash"),
            ({"provider": "deepseek", "vision_model": "other"}, "other"),
            ({"provider": "deepseek", "base_url": "http://localhost:9/v1", "model": "served"}, "served"),
            ({"provider": "openai", "model": "gpt-5.6-terra"}, "gpt-5.6-terra"),
            ({"provider": "ollama", "model": "qwen3:8b"}, "qwen3-vl:2b-instruct"),
            ({"provider": "vllm", "model": "served"}, "served"),
            ({"provider": "vllm"}, "Qwen/Qwen3-VL-4B-Instruct"),
            ({"provider": "deepseek", "model": "deepseek-v4-pro", "vision_provider": "openai"}, "gpt-5.4-mini"),
        ],
    )
    def test_with_which_model(self, chosen: dict[str, str], model: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("DEEPSEEK_API_KEY", KEY)
        captioner = openai_vision.build(load_settings(**chosen))
        assert captioner.name == f"openai_vision:{model}"

    def test_another_than_the_writers_gets_nothing_of_the_writers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
        server = find_vision_server(
            load_settings(base_url="http://localhost:9/v1", model="writes", api_key=KEY, vision_provider="openai")
        )
        assert server.base_url == "https://api.openai.com/v1"
        assert server.key.get_secret_value() == "sk-of-openai"
        assert server.model != "writes"

    def test_never_with_the_writers_key(self) -> None:
        with pytest.raises(KeyMissing, match="OpenAI") as caught:
            openai_vision.build(load_settings(api_key=KEY, vision_provider="openai"))
        assert "OPENAI_API_KEY" in caught.value.hint("en")

    @pytest.mark.parametrize("provider", ["ollama", "vllm", "llama-cpp", "lmstudio"])
    def test_a_local_one_needs_no_key_and_the_photos_stay(self, provider: str) -> None:
        assert openai_vision.build(load_settings(vision_provider=provider)).sends_photos_to == ""

    @pytest.mark.parametrize(
        ("chosen", "receiver"),
        [
            ({}, "DeepSeek"),
            ({"base_url": "http://192.168.1.9:8000/v1"}, "192.168.1.9"),
            ({"base_url": "http://nas:8000/v1"}, "nas"),
            ({"base_url": "http://127.0.0.1:8000/v1"}, ""),
            ({"base_url": "http://[::1]:8000/v1"}, ""),
        ],
    )
    def test_the_user_can_be_told_who_gets_the_photos(self, chosen: dict[str, str], receiver: str) -> None:
        assert openai_vision.build(load_settings(api_key=KEY, **chosen)).sends_photos_to == receiver

    def test_one_that_takes_no_photos_is_refused_with_those_that_do(self) -> None:
        blind = replace(catalogue.provider("deepseek"), name="Blind", supports_images=False)
        with pytest.raises(VisionMissing, match=r"Blind takes no photos\.") as caught:
            vision_server_of(blind, load_settings(api_key=KEY))
        assert "deepseek" in caught.value.hint("en")

    def test_one_that_nobody_knows_is_refused(self) -> None:
        with pytest.raises(UnknownName, match="nosuch"):
            openai_vision.build(load_settings(vision_provider="nosuch"))


class TestARefusal:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, ChatRejected),
            (401, KeyRefused),
            (402, BalanceEmpty),
            (403, KeyRefused),
            (404, ChatRejected),
            (422, ChatRejected),
            (429, ChatBusy),
            (500, ChatDown),
            (503, ChatDown),
        ],
    )
    def test_is_told_by_its_status(self, status: int, kind: type[ChatError]) -> None:
        assert type(failure(refusal(status))) is kind

    @pytest.mark.parametrize(
        "answer",
        [
            refusal(400, "messages[1]: unknown variant `image_url`, expected `text` at line 1 column 1830"),
            refusal(400, "Invalid content type. image_url is only supported by certain models."),
            refusal(400, "Qwen/Qwen3-4B is not a multimodal model"),
            refusal(500, "image input is not supported - hint: you may need to provide the mmproj"),
            refusal(500, "this model is missing data required for image input"),
            ChatReply(status=400, body={"error": "Model does not support images. Please use a model that does."}),
        ],
        ids=["deepseek", "openai", "vllm", "llama-cpp", "ollama", "lmstudio"],
    )
    def test_of_photos_as_such_says_so(self, answer: ChatReply) -> None:
        error = failure(answer, model="text-only")
        assert isinstance(error, VisionMissing)
        assert str(error) == "127.0.0.1 (text-only) takes no photos."

    def test_of_the_request_says_what_the_provider_said(self) -> None:
        assert str(failure(ChatReply(status=400, body={"error": "model not loaded"}))).endswith(
            "HTTP 400 model not loaded"
        )
        assert str(failure(ChatReply(status=404, body="<html>nginx</html>"))).endswith("HTTP 404")

    def test_is_tried_again_as_often_as_the_settings_say(self) -> None:
        busy = refusal(429, **{"retry-after-ms": "1"})
        captions, provider = read(busy, busy, GOOD, retries=2)
        assert captions.description == SEEN["description"]
        assert len({request.raw for request in provider.requests}) == 1

    @pytest.mark.parametrize("status", [400, 401, 422, 500])
    def test_shows_neither_key_nor_photo(self, status: int, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        photo = Photo(Image.effect_noise((64, 64), 80).convert("RGB"), "", "")

        def quoting(request: ChatRequest) -> ChatReply:
            photo_url = request.body["messages"][-1]["content"][-1]["image_url"]["url"]
            return refusal(status, f"bad {request.headers['authorization']}: {photo_url} in {request.raw}")

        with FakeProvider(reply=quoting) as provider:
            captioner = openai_vision.build(settings(provider))
            with pytest.raises(ChatError) as caught:
                captioner.read([photo])
        shown = [repr(captioner), repr(caught.value), caught.value.hint("en"), caplog.text]
        text = "\n".join([*shown, *traceback.format_exception(caught.value)])
        data = base64.b64encode(provider.requests[0].photo).decode()
        assert caplog.text
        assert KEY not in text
        assert not [start for start in range(0, len(data) - 80, 40) if data[start : start + 80] in text]


class TestABrokenAnswer:
    def test_with_nobody_there(self) -> None:
        with FakeProvider() as provider:
            gone = settings(provider)
        with pytest.raises(ChatDown):
            openai_vision.build(gone).read([picture()])

    @pytest.mark.parametrize(
        ("ending", "kind"),
        [("drop", ChatDown), ("close", ChatDown), ("error_event", ChatDown), ("garbage", ChatBlank)],
    )
    def test_that_breaks_off(self, ending: Any, kind: type[ChatError]) -> None:
        assert type(failure(ChatReply(['{"description'], ending), GOOD)) is kind

    def test_that_stalls(self) -> None:
        assert isinstance(failure(ChatReply(["{"], "stall"), stall_s=0.2), ChatStalled)

    def test_that_is_kept_alive_for_ever(self) -> None:
        error = failure(ChatReply(["{"], "keep_alive"), stall_s=30, timeout_s=0.3)
        assert isinstance(error, ChatStalled)
        assert "0.3 seconds" in str(error)

    @pytest.mark.parametrize(
        "bad",
        [
            "",
            " \n",
            "{}",
            "I cannot see photos.",
            '{"description": {"en": "half',
            json.dumps({**SEEN, "tweet": "one for both"}),
            json.dumps({"description": SEEN["description"]}),
            json.dumps({**SEEN, "description": {"en": 7, "zh": "狗"}}),
            json.dumps({**SEEN, "description": {"en": "A dog.", "zh": " \u200b"}}),
            json.dumps({**SEEN, "description": {"en": "A dog.", "zh": "A dog."}}),
            json.dumps({**SEEN, "tweet": {"en": "一只狗", "zh": "一只狗"}}),
            json.dumps({**SEEN, "tweet": {"en": "🐶🐶", "zh": "🐶🐶"}}),
        ],
    )
    def test_that_is_not_what_was_asked_for_is_asked_for_once_more(self, bad: str) -> None:
        captions, provider = read(ChatReply([bad]), GOOD)
        assert captions.description == SEEN["description"]
        assert len(provider.requests) == 2

    def test_that_is_blank_twice(self) -> None:
        with FakeProvider(ChatReply([""]), ChatReply(["{}"]), GOOD) as provider, pytest.raises(ChatBlank):
            openai_vision.build(settings(provider)).read([picture()])
        assert len(provider.requests) == 2


class TestSeveralPhotos:
    def test_none_are_no_request(self) -> None:
        with FakeProvider() as provider:
            assert openai_vision.build(settings(provider)).read([]) == []
        assert provider.requests == []

    def test_are_answered_in_their_order_even_if_the_first_comes_last(self) -> None:
        last_is_here = threading.Event()

        def reply(request: ChatRequest) -> ChatReply:
            colour = colour_of(request)
            if colour == "blue":
                last_is_here.set()
            assert last_is_here.wait(10)
            return seen_in(colour)

        with FakeProvider(reply=reply) as provider:
            captions = openai_vision.build(settings(provider)).read([picture(c) for c in ("red", "green", "blue")])
        assert descriptions(captions) == ["A red wall.", "A green wall.", "A blue wall."]

    def test_are_asked_about_four_at_once(self) -> None:
        here, most = AtOnce(), threading.Barrier(4, timeout=10)

        def reply(request: ChatRequest) -> ChatReply:
            with here:
                most.wait()  # breaks, and fails the request, unless four are there together
                return seen_in(colour_of(request))

        with FakeProvider(reply=reply) as provider:
            read_all = openai_vision.build(settings(provider)).read([picture(colour) for colour in [*COLOURS] * 3])
        assert descriptions(read_all) == [f"A {colour} wall." for colour in [*COLOURS] * 3]
        assert here.most == 4

    def test_are_asked_about_one_by_one_where_the_server_would_let_them_wait(self) -> None:
        here = AtOnce()

        def reply(request: ChatRequest) -> ChatReply:
            with here:
                return seen_in(colour_of(request))

        with FakeProvider(reply=reply) as provider:
            openai_vision.build(settings(provider, provider="ollama")).read([picture(colour) for colour in COLOURS])
        assert (len(provider.requests), here.most) == (4, 1)

    def test_one_that_fails_ends_all(self) -> None:
        all_are_here = threading.Barrier(4, timeout=10)

        def reply(request: ChatRequest) -> ChatReply:
            all_are_here.wait()
            return refusal(401) if colour_of(request) == "blue" else ChatReply(["{"], "keep_alive")

        photos = [picture(colour) for colour in [*COLOURS] * 2]
        with FakeProvider(reply=reply) as provider:
            captioner = openai_vision.build(settings(provider, stall_s=60, timeout_s=60))
            with pytest.raises(KeyRefused):
                captioner.read(photos)
            assert not [thread for thread in threading.enumerate() if thread.name.startswith(captioner.name)]
            assert provider.hung_up.wait(10)
        assert len(provider.requests) == 4


class AtOnce:
    """Counts who is inside it together."""

    def __init__(self) -> None:
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._now -= 1


def descriptions(captions: Sequence[Captions]) -> list[str]:
    return [each.description["en"] for each in captions]
