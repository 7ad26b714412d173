"""Chat servers that send too much, too slowly, in knots, or somebody else: each is one typed error, in time."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from emotigram import catalogue, open_studio
from emotigram.captioners import openai_vision
from emotigram.chat.client import ChatClient
from emotigram.chat.deadline import Deadline
from emotigram.chat.server import find_server
from emotigram.domain import Photo
from emotigram.errors import (
    BalanceEmpty,
    ChatBlank,
    ChatBusy,
    ChatDown,
    ChatError,
    ChatRedirected,
    ChatRejected,
    ChatStalled,
    ChatTooLong,
    KeyRefused,
)
from emotigram.publishing.loop import Loop
from emotigram.settings import load_settings
from emotigram.writers import chat
from tests.hostile.chat_server import DONE, Line, Recorder, event, head, serving
from tests.writers.briefs import judge
from tests.writers.test_chat import brief

KEY = "sk-very-secret"
MIB = 1 << 20
GOOD = json.dumps({"posts": [{"text": "The lake is calm tonight."}]})
PHOTO = Photo(Image.new("RGB", (8, 8), "red"), "", "")


def settings(server: Recorder, **changes: object) -> Any:
    return load_settings(**{"base_url": server.url, "api_key": KEY, "retries": 0, "timeout_s": 30, **changes})


def failure(script: Callable[[Line], None], **changes: object) -> tuple[ChatError, Recorder]:
    """What comes of a server for the writer; for the captioner it is the same."""
    with serving(script) as server:
        with pytest.raises(ChatError) as caught:
            list(chat.build(settings(server, **changes)).write(brief("en")))
        with pytest.raises(ChatError) as seen:
            openai_vision.build(settings(server, **changes)).read([PHOTO])
        assert type(seen.value) is type(caught.value)
    for language in ("en", "zh"):
        assert KEY not in caught.value.message(language) + caught.value.hint(language)
    return caught.value, server


def endless(first: bytes, part: bytes, most: int = 200 * MIB) -> Callable[[Line], None]:
    def script(line: Line) -> None:
        line.send(first)
        while line.sent < most:
            line.send(part)

    return script


def body(content: bytes, kind: str = "application/json", status: str = "200 OK", **headers: str) -> bytes:
    return head(status, kind, Content_Length=str(len(content)), **headers) + content


class TestTooMuch:
    @pytest.mark.parametrize(
        "script",
        [
            endless(head() + b"data: ", b"x" * MIB),
            endless(head() + b"data: {", b'"a":1,' * 100_000),
            endless(head(), event("The lake is calm. " * 1000)),
            endless(head(), event("x" * 200_000)),
            endless(head(kind="application/json") + b'{"a": "', b"x" * MIB),
            endless(head(kind="text/html"), b"<p>\n" * 100_000),
            endless(head(), event(None, reasoning_content="x" * 100_000)),
            endless(head() + b"data: ", b"\r" + b"x" * 10_000),
        ],
        ids=["one line", "one object", "pieces", "one piece", "no events", "a page", "thinking", "no line feeds"],
    )
    def test_is_given_up_soon(self, script: Callable[[Line], None]) -> None:
        error, server = failure(script)
        assert isinstance(error, ChatTooLong)
        assert error.retryable  # so that the embedded writer steps in
        # beyond what is read, the two kernels' buffers hold a few MB
        assert all(line.sent < 32 * MIB for line in server.lines)

    def test_is_given_up_where_it_is_not_streamed(self) -> None:
        with serving(endless(head(kind="application/json") + b"[", b"0," * 100_000)) as server:
            found = replace(find_server(settings(server)), supports_stream=False)
            answer = ChatClient(found, settings(server)).pieces([], Deadline(30))
            with pytest.raises(ChatTooLong):
                next(answer)
        assert server.lines[0].sent < 32 * MIB

    @pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "GZIP", "x-gzip"])
    def test_is_not_unfolded(self, coding: str) -> None:
        packed = zlib.compress(bytes(30 * MIB)) if coding == "deflate" else gzip.compress(bytes(30 * MIB))
        error, server = failure(lambda line: line.send(body(packed, "text/event-stream", Content_Encoding=coding)))
        assert isinstance(error, ChatBlank)
        assert all(b"accept-encoding: identity" in request.lower() for request in server.requests)

    def test_in_headers_is_given_up(self) -> None:
        error, server = failure(endless(b"HTTP/1.1 200 OK\r\nx: ", b"x" * MIB))
        assert isinstance(error, ChatDown)
        assert server.lines[0].sent < 32 * MIB

    @pytest.mark.parametrize(
        ("status", "kind"),
        [("401 No", KeyRefused), ("402 No", BalanceEmpty), ("400 No", ChatRejected), ("429 No", ChatBusy)],
    )
    def test_in_an_error_is_cut_short_and_the_error_told(self, status: str, kind: type[ChatError]) -> None:
        error, server = failure(endless(head(status, "text/plain; charset=punycode"), b"no " * 100_000))
        assert type(error) is kind
        assert len(str(error)) < 400
        assert server.lines[0].sent < 32 * MIB

    def test_packed_in_an_error_is_left_alone(self) -> None:
        packed = gzip.compress(b'{"error": {"message": "' + bytes(30 * MIB))
        error, _ = failure(lambda line: line.send(body(packed, status="401 No", Content_Encoding="gzip")))
        assert isinstance(error, KeyRefused)

    @pytest.mark.parametrize(
        "posts",
        [
            [{"text": "lake" * 20_000}],
            [{"text": "#" * 90_000}],
            [{"text": "a\n" * 30_000}],
            [{"text": "Calm.", "hashtags": ["a"] * 15_000}],
            [{"text": "Calm.", "title": "lake" * 20_000}],
            [{"text": "Calm.", "alt_text": "lake" * 20_000}],
        ],
        ids=["word", "signs", "lines", "hashtags", "title", "alt text"],
    )
    def test_in_one_post_is_no_post(self, posts: list[dict[str, object]]) -> None:
        answer = json.dumps({"posts": posts})
        with serving(lambda line: line.send(head(), event(answer), DONE)) as server, pytest.raises(ChatBlank):
            list(chat.build(settings(server)).write(brief("en")))

    def test_posts_beyond_what_can_be_asked_for_are_left_out(self) -> None:
        answer = json.dumps({"posts": [{"text": f"Calm lake {at}."} for at in range(2000)]})
        with serving(lambda line: line.send(head(), event(answer), DONE)) as server:
            drafts = list(chat.build(settings(server)).write(brief("en")))
        assert max(draft.candidate for draft in drafts) == 7

    def test_choices_but_the_first_are_left_alone(self) -> None:
        many = json.dumps({"choices": [{"delta": {"content": GOOD}, "finish_reason": "stop"}] * 1000}).encode()
        with serving(lambda line: line.send(head(), b"data: " + many + b"\n\n")) as server:
            drafts = list(chat.build(settings(server)).write(brief("en")))
        assert drafts[-1].text == "The lake is calm tonight."


class TestTooSlow:
    @pytest.mark.parametrize(
        "script",
        [
            lambda line: line.drip(b"H"),
            lambda line: (line.send(b"HTTP/1.1 200 OK\r\nx: "), line.drip(b"x")),
            lambda line: line.drip(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"),
            lambda line: line.drip(b"HTTP/1.1 100 Continue\r\n\r\n", 0),
            lambda line: (line.send(head() + b"data: "), line.drip(b"x")),
            lambda line: (line.send(head()), line.drip(b": keep-alive\n\n")),
            lambda line: (line.send(head()), line.drip(event(""))),
            lambda line: (line.send(head()), line.drip(event("{"))),
            lambda line: (line.send(head()), line.drip(b"\n")),
            lambda line: (line.send(head("401 No", "text/plain")), line.drip(b"x")),
            lambda line: (line.send(head(Transfer_Encoding="chunked")), line.drip(b"1\r\n\n\r\n")),
            lambda line: (line.send(head(Transfer_Encoding="chunked") + b"1;"), line.drip(b"x")),
        ],
        ids=[
            *(
                "status",
                "header",
                "early hints",
                "continue",
                "line",
                "comments",
                "empty pieces",
                "pieces",
                "blank lines",
            ),
            *("error", "chunks", "chunk extension"),
        ],
    )
    def test_ends_at_the_deadline_however_the_time_is_spent(self, script: Callable[[Line], None]) -> None:
        error, _ = failure(script, timeout_s=0.3, stall_s=30)
        assert isinstance(error, ChatStalled | ChatDown)  # a line of nonsense may be refused before
        assert error.retryable

    @pytest.mark.parametrize(
        "header",
        [
            *(
                "retry-after: 99999",
                "retry-after: 1e9",
                "retry-after: inf",
                "retry-after: nan",
                "retry-after-ms: 60000",
            ),
            *(
                "retry-after: 59.5",
                "retry-after: Fri, 31 Dec 2100 23:59:59 GMT",
                "x-should-retry: true\r\nretry-after: 40",
            ),
        ],
    )
    def test_waits_that_are_asked_for_do_not_outlast_the_deadline(self, header: str) -> None:
        answer = f"HTTP/1.1 429 No\r\nContent-Length: 0\r\nConnection: close\r\n{header}\r\n\r\n".encode()
        with serving(lambda line: line.send(answer)) as server, pytest.raises(ChatBusy):
            list(ChatClient(find_server(settings(server)), settings(server, retries=1)).pieces([], Deadline(5)))
        assert len(server.requests) <= 2


class TestElsewhere:
    @pytest.mark.parametrize(
        ("status", "path"),
        [
            *((status, "http://127.0.0.1:{port}/stolen") for status in (300, 301, 302, 303, 304, 305, 307, 308, 399)),
            *((307, path) for path in ("//localhost:{port}/", "/v1/other", "?", "")),
        ],
    )
    def test_nothing_is_sent_on(self, status: int, path: str) -> None:
        with serving(lambda line: line.send(head(), event(GOOD), DONE)) as thief:
            location = path.format(port=thief.port)
            error, server = failure(lambda line: line.send(body(b"", status=f"{status} Moved", Location=location)))
        assert isinstance(error, ChatRedirected)
        assert not error.retryable  # a wrong address is for the user to see, and not for the embedded writer to hide
        assert str(status) in str(error)
        assert thief.requests == []
        assert len(server.requests) == 2  # the writer's and the captioner's

    def test_a_target_that_is_no_address_is_told_without_it(self) -> None:
        error, _ = failure(lambda line: line.send(body(b"", status="307 Moved", Location="http://[::1/\x1b[31m")))
        assert isinstance(error, ChatRedirected)
        assert "\x1b" not in str(error)

    def test_nobody_is_shown_what_a_redirect_says(self) -> None:
        with serving(
            lambda line: line.send(head("302 Found", Location="http://127.0.0.1:9/") + event(GOOD) + DONE)
        ) as server:
            studio = open_studio(settings(server, writer="chat", language="en"))
            with pytest.raises(ChatRedirected):
                studio.write(studio.read(PHOTO))


DEEP = "[" * 100_000
KNOTS = {
    "deep event": f"data: {DEEP}\n\n".encode(),
    "deep fields": b"data: " + b'{"choices":' * 20_000 + b"\n\n",
    "digits": b'data: {"choices": [], "usage": {"prompt_tokens": ' + b"9" * 5000 + b"}}\n\n",
    "choices no list": b'data: {"choices": 7}\n\n',
    "choices an object": b'data: {"choices": {"a": 1}}\n\n',
    "choice a text": b'data: {"choices": ["x"]}\n\n',
    "choice nothing": b'data: {"choices": [null]}\n\n',
    "delta a text": b'data: {"choices": [{"delta": "x"}]}\n\n',
    "content a number": event(7),
    "content a list": event([{"type": "text", "text": GOOD}]),
    "content an object": event({"a": {"b": 1}}),
    "event a list": b"data: []\n\n",
    "event a number": b"data: 7\n\n",
    "event nothing": b"data: null\n\n",
    "event a text": b'data: "x"\n\n',
    "no UTF-8": b"data: \xff\xfe\n\n",
    "half an emoji": b'data: {"choices": [{"delta": {"content": "\\ud83d"}}]}\n\n',
    "error a number": b'data: {"error": 7}\n\n',
    "error deep": b'data: {"error": ' + b'{"message":' * 20_000 + b"\n\n",
    "NUL": b"\0" * 1000,
    "nothing": b"",
}


class TestInKnots:
    @pytest.mark.parametrize("name", KNOTS)
    def test_events_are_one_typed_error(self, name: str) -> None:
        for ends in (b"", DONE):
            error, _ = failure(lambda line, ends=ends: line.send(head(), KNOTS[name], ends))  # type: ignore[misc]
            assert isinstance(error, ChatBlank | ChatDown)

    def test_half_an_emoji_is_no_character(self) -> None:
        halves = event('{"text": "Calm \ud83d')
        with serving(lambda line: line.send(head(), halves, event(' lake."}'), DONE)) as server:
            drafts = list(chat.build(settings(server)).write(brief("en")))
        assert drafts[-1].text == "Calm \ufffd lake."

    @pytest.mark.parametrize(
        "content",
        [
            *(f'{{"posts": {DEEP[:90_000]}', f'{{"text": {DEEP[:90_000]}', '{"posts":' * 9_000, '{"text": NaN}', "NaN"),
            *('{"posts": [{"text": ' + "9" * 5000 + "}]}", '{"text": "\\ud83d"}', '{"posts": 7}'),
            *('{"posts": {"text": "x"}}', '{"text": ["x"]}', "\0" * 1000, "{" * 50_000, '{"text": 1e999}'),
        ],
        ids=range(13),
    )
    def test_posts_are_one_typed_error(self, content: str) -> None:
        error, _ = failure(lambda line: line.send(head(), event(content), DONE))
        assert isinstance(error, ChatBlank)

    @pytest.mark.parametrize(
        "content",
        [
            *(DEEP.encode(), b'{"choices": []}', b'{"choices": 7}', b'{"choices": [7]}', b"7", b"", b"\xff", b"NaN"),
            *(b'{"choices": [{"message": "x"}]}', b'{"choices": [{"message": {"content": 7}}]}', b"<html>"),
        ],
    )
    @pytest.mark.parametrize("kind", ["application/json", "text/html; charset=idna"])
    def test_whole_answers_are_one_typed_error(self, content: bytes, kind: str) -> None:
        with serving(lambda line: line.send(body(content, kind))) as server:
            found = find_server(settings(server, provider="ollama"))
            client = ChatClient(replace(found, supports_stream=False), settings(server))
            with pytest.raises(ChatError) as caught:
                list(client.pieces([], Deadline(30)))
        assert isinstance(caught.value, ChatBlank | ChatDown)

    @pytest.mark.parametrize(
        "usage",
        [
            *({"prompt_tokens": 10**30, "completion_tokens": 1}, {"prompt_tokens": -5, "completion_tokens": -5}),
            *({"prompt_tokens": "many", "completion_tokens": None}, {"prompt_tokens": 1.5, "completion_tokens": True}),
            *({}, 7, [], "x", {"prompt_tokens": float("nan"), "completion_tokens": float("inf")}),
            {"prompt_tokens": 5, "completion_tokens": 5, "prompt_tokens_details": "x", "prompt_cache_hit_tokens": {}},
            {"prompt_tokens": 5, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 10**9}},
            {"prompt_tokens": 5, "completion_tokens": 5, "prompt_cache_hit_tokens": -(10**9)},
        ],
        ids=range(12),
    )
    def test_counts_that_are_none_are_estimated(self, usage: object) -> None:
        counted = json.dumps({"choices": [], "usage": usage}).encode()
        script = (head(), event(GOOD, "stop"), b"data: " + counted + b"\n\n", b"data: [DONE]\n\n")
        with serving(lambda line: line.send(*script)) as server:
            drafts = list(chat.build(settings(server)).write(brief("en")))
        used = drafts[-1].usage
        assert used is not None
        assert 0 <= used.cached_tokens <= used.prompt_tokens < 10**6
        assert 0 <= used.answer_tokens < 10**6

    @pytest.mark.parametrize("message", ["\ud83d", "\x1b[31mred\x07", "a\u202eb", DEEP, "", "\n" * 1000, "<b>" * 1000])
    def test_what_an_error_says_can_be_shown(self, message: str) -> None:
        said = json.dumps({"error": {"message": message}}).encode()
        error, _ = failure(lambda line: line.send(body(said, status="422 No")))
        assert isinstance(error, ChatRejected)
        assert str(error).isprintable()
        assert str(error).encode("utf-8")


def test_the_embedded_writer_steps_in_for_a_server_without_end() -> None:
    with serving(endless(head(), event("The lake is calm. " * 1000))) as server:
        studio = open_studio(settings(server, writer="chat", language="en"))
        post = studio.write(studio.read(PHOTO))
    assert post.written_by == "embedded"
    assert any("more than any answer" in note.message() for note in post.notes)


class TestTooMuchToFinish:
    WORDS = "www." * 1475  # each looks like a host, which takes long to look at

    def test_is_cut_to_what_the_platform_could_print_and_its_checks_find_too_long(self) -> None:
        post = {"text": self.WORDS, "title": self.WORDS, "alt_text": self.WORDS, "hashtags": [self.WORDS] * 3}
        answer = json.dumps({"posts": [post] * 2})
        for name in ("x", "xiaohongshu", "instagram"):
            platform = catalogue.platform(name)
            with serving(lambda line: line.send(head(), event(answer), DONE)) as server:
                drafts = list(chat.build(settings(server)).write(brief("en", "", platform)))
            for draft in drafts:
                assert platform.text_limit < len(draft.text) < 10 * platform.text_limit
                assert len(draft.title) <= 4 * platform.title_limit
                assert len(draft.alt_text) <= max(4 * platform.alt_text_limit, 1000)
                assert all(len(hashtag) <= 1000 for hashtag in draft.hashtags)

    def test_is_left_where_the_time_is_over(self) -> None:
        answer = json.dumps({"posts": [{"text": f"The lake is calm, number {at}."} for at in range(8)]})
        with serving(lambda line: line.send(head(), event(answer), DONE)) as server:
            writer = chat.build(settings(server))
            *_, whole = Loop(writer, judge()).posts(brief("en"))
            *shown, cut = Loop(writer, judge(), timeout_s=0).posts(brief("en"))
        assert (len(whole.candidates) >= 8, len(cut.candidates), shown) == (True, 1, [])
        assert cut.text
        assert cut.checks
