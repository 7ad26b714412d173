"""The command line as a user meets it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from emotigram.apps.cli.main import app
from emotigram.schemas.answers import ReadingInfo, TagInfo
from emotigram.testing.chat_server import ChatReply, FakeProvider
from tests.conftest import PhotoFactory

EMOTIGRAM = [sys.executable, "-m", "emotigram"]


def run(*words: object) -> Result:
    """Run a command in this process; what it raises on purpose must have become an exit code."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def run_json(*words: object) -> list[dict[str, Any]]:
    """Run a command that must succeed, and parse every line of its output."""
    result = run(*words, "--json")
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def start(*words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own."""
    command = [*EMOTIGRAM, *map(str, words)]
    return subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, encoding="utf-8", timeout=300, check=False
    )


def test_caption_shows_reading_and_post(china: Path) -> None:
    (seen,) = run_json("caption", china)
    shown = run("caption", china)
    assert shown.exit_code == 0
    assert shown.stderr == ""
    assert "china.jpg · 640×427" in shown.stdout
    assert seen["post"]["full_text"] in shown.stdout  # as it is pasted: neither wrapped nor framed
    sentiment = seen["reading"]["affect"]["sentiment"]
    for label in ("negative", "neutral", "positive"):
        # JSON has rounded once already: 0.1149 is 11 %, and 0.115 in JSON
        rounded = {f"{sentiment[label] + off:.0%}" for off in (-0.0005, 0.0, 0.0005)}
        assert any(share in shown.stdout for share in rounded)
    flat = "".join(shown.stdout.split())
    for part in (*seen["reading"]["description"].values(), seen["reading"]["tweet"]):
        assert "".join(part.split()) in flat


def test_json_holds_all_there_is(china: Path) -> None:
    (seen,) = run_json("caption", china, "-p", "xiaohongshu", "-l", "zh", "-s", "literary")
    assert set(seen) == {"reading", "post"}
    (photo,) = seen["reading"]["photos"]
    assert photo == {
        "source": str(china),
        "width_px": 640,
        "height_px": 427,
        "sha256": "8378025ad2519d649d02e32bd98990db4ab572357d9f09841c2fbfbb4fefad29",
        "taken_at": None,
    }
    reading, post = seen["reading"], seen["post"]
    assert set(reading) == set(ReadingInfo.model_fields)
    assert set(reading["description"]) == set(reading["tweets"]) == {"en", "zh"}
    assert reading["tweet"] == reading["tweets"]["zh"]
    assert all(set(tag) == set(TagInfo.model_fields) for tag in reading["tags"])
    sentiment = reading["affect"]["sentiment"]
    probabilities = {label: sentiment[label] for label in ("negative", "neutral", "positive")}
    assert sum(probabilities.values()) == pytest.approx(1, abs=2e-4)
    assert sentiment["label"] == max(probabilities, key=probabilities.__getitem__)
    assert all(value == round(value, 4) for value in probabilities.values())
    assert (post["platform"], post["language"], post["style"]) == ("xiaohongshu", "zh", "literary")
    assert post["written_by"] == "embedded"
    assert post["title"]
    assert post["text"] in post["full_text"]
    assert all(f"#{tag}" in post["full_text"] for tag in post["hashtags"])
    assert all(set(check) == {"name", "passed", "figure", "limit", "is_hard", "detail"} for check in post["checks"])
    assert len(post["candidates"]) == 3
    assert post["usage"] is None
    assert any("DEEPSEEK_API_KEY" in note["message"] for note in post["notes"])


def test_read_stops_before_the_post(flower: Path) -> None:
    (seen,) = run_json("read", flower)
    assert set(seen) == {"reading"}
    shown = run("read", flower).stdout
    assert "Sentiment" in shown
    assert "Post" not in shown


def test_photos_come_out_in_order(china: Path, flower: Path, photos: PhotoFactory) -> None:
    paths = [china, photos("small.png"), flower, china]
    assert [each["reading"]["photos"][0]["source"] for each in run_json("caption", *paths)] == [
        str(path) for path in paths
    ]


def test_more_photos_than_a_batch_holds(photos: PhotoFactory) -> None:
    path = photos("small.png")
    assert len(run_json("read", *[path] * 11)) == 11


def test_seed_chooses_the_words(china: Path) -> None:
    texts = [run_json("caption", china, "--seed", seed)[0]["post"]["text"] for seed in (1, 1, 2, 3)]
    assert texts[0] == texts[1]
    assert len(set(texts)) > 1


def test_own_words_count_for_the_sentiment(china: Path) -> None:
    glad, sad = (
        run_json("read", china, "--text", words)[0]["reading"]["affect"]["sentiment"]
        for words in ("What a wonderful, happy day, I love it!", "I hate this. Terrible, sad, the worst day.")
    )
    assert glad["positive"] > sad["positive"]
    assert glad["negative"] < sad["negative"]


def test_tone_is_the_posts_not_the_readings(china: Path) -> None:
    posts, labels = set(), set()
    for tone in ("negative", "neutral", "positive"):
        (seen,) = run_json("caption", china, "--tone", tone)
        posts.add(seen["post"]["text"])
        labels.add(seen["reading"]["affect"]["sentiment"]["label"])
    assert len(posts) == 3
    assert len(labels) == 1


def test_chinese_interface(china: Path) -> None:
    shown = run("--interface", "zh", "caption", china)
    assert "画面描述" in shown.stdout
    assert "情感" in shown.stdout
    assert "朋友圈" in shown.stdout
    assert run("--interface", "zh", "caption", "none.jpg").stderr.startswith("错误： none.jpg：找不到这个文件。")


def test_options_beat_variables_beat_the_file(china: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("emotigram.toml").write_text('style = "sweet"\nlanguage = "zh"\nplatform = "weibo"\n', "utf-8")
    monkeypatch.setenv("EMOTIGRAM_PLATFORM", "x")
    (seen,) = run_json("caption", china, "--language", "en")
    assert (seen["post"]["style"], seen["post"]["platform"], seen["post"]["language"]) == ("sweet", "x", "en")


def test_interface_of_the_settings_file_is_the_errors_too() -> None:
    Path("emotigram.toml").write_text('interface = "zh"\n', "utf-8")
    assert run("caption", "a.jpg", "--platform", "nosuch").stderr.startswith("错误：")


@pytest.mark.parametrize("option", ["--platform", "--language", "--style", "--provider", "--writer"])
def test_unknown_names_end_it_before_any_photo_is_read(option: str) -> None:
    result = run("caption", "none.jpg", option, "nosuch")
    assert result.exit_code == 2
    assert "nosuch" in result.stderr
    assert "Known: " in result.stderr
    assert "none.jpg" not in result.stderr
    assert result.stdout == ""


def test_broken_settings_file() -> None:
    Path("emotigram.toml").write_text("style = ", "utf-8")
    result = run("caption", "a.jpg")
    assert result.exit_code == 2
    assert "emotigram.toml" in result.stderr
    assert len(result.stderr.splitlines()) == 2


def test_chat_writer_without_key_says_which(china: Path) -> None:
    result = run("caption", china, "--writer", "chat")
    assert result.exit_code == 5
    assert "Set DEEPSEEK_API_KEY" in result.stderr
    assert run("read", china).exit_code == 0  # reading needs no key


def test_refused_key_is_an_error_not_a_post(china: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", "wrong")
    with FakeProvider(ChatReply(status=401, message="bad key")) as server:
        result = run("caption", china, "--base-url", server.url)
    assert result.exit_code == 5
    assert "refused the API key" in result.stderr
    assert "Traceback" not in result.stderr


def test_output_fits_80_columns_and_has_no_colour_codes(china: Path) -> None:
    (seen,) = run_json("caption", china, "-l", "zh")
    shown = start("caption", china, "-l", "zh").stdout
    assert "\x1b" not in shown
    facts = shown.replace(seen["post"]["full_text"], "")
    assert max(cell_len(line) for line in facts.splitlines()) <= 80


def test_commands_for_the_terminal_in_a_file_name_are_defused(photos: PhotoFactory) -> None:
    path = photos("evil\x1b[31m.png")
    shown = run("read", path, str(path) + "\n.none")
    assert "\x1b" not in shown.stdout + shown.stderr
    assert len(shown.stderr.splitlines()) == 2


def test_narrow_encoding_loses_no_json(china: Path) -> None:
    shown = start("caption", china, "-l", "zh", "--json", PYTHONIOENCODING="ascii")
    assert shown.returncode == 0
    assert json.loads(shown.stdout)["post"]["language"] == "zh"
    assert start("--interface", "zh", "caption", china, PYTHONIOENCODING="ascii").returncode == 0


def test_caption_loads_no_heavy_package(china: Path) -> None:
    code = (
        "import sys; from emotigram.apps.cli.main import app\n"
        f"app(['caption', {str(china)!r}], standalone_mode=False)\n"
        "heavy = {'torch', 'transformers', 'gradio', 'fastapi', 'openai', 'pandas', 'sklearn'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert result.stderr.strip() == "[]"


def test_reader_that_leaves_early_is_no_error(china: Path) -> None:
    with subprocess.Popen(
        [*EMOTIGRAM, "caption", str(china), str(china)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe to wait at")
def test_interrupt_is_quiet(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "slow.jpg")
    # a job started in the background of a script ignores interrupts; what a person starts does not
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); import emotigram.__main__"
    command = [sys.executable, "-c", code, "caption", "none.jpg", str(tmp_path / "slow.jpg")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stderr is not None
        said = [process.stderr.readline(), process.stderr.readline()]  # then it waits for the pipe
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == ""
    assert "none.jpg" in said[0]
    assert process.returncode == 130


def test_version_and_help() -> None:
    assert run("--version").stdout.startswith("emotigram 0.")
    shown = run("--help").stdout
    assert all(word in shown for word in ("caption", "read", "serve", "doctor", "--install-completion"))


def test_help_follows_the_locale() -> None:
    assert "检查哪些引擎可用" in start("--help", LANG="zh_CN.UTF-8").stdout
    assert "检查哪些引擎可用" in start("--interface", "zh", "--help").stdout
    assert "Say which engines" in start("--help", LANG="zh_CN.UTF-8", EMOTIGRAM_INTERFACE="en").stdout


def test_shell_completion_knows_the_platforms() -> None:
    shown = start(
        _EMOTIGRAM_COMPLETE="complete_bash", COMP_WORDS="emotigram caption --platform xiao", COMP_CWORD="3"
    ).stdout
    assert shown.split() == ["xiaohongshu"]


def test_serve_without_gradio_names_the_pip_line() -> None:
    code = "import sys; sys.modules['gradio'] = None\nfrom emotigram.apps.cli.main import main\nmain()"
    result = subprocess.run(
        [sys.executable, "-c", code, "serve", "--no-open"], capture_output=True, encoding="utf-8", check=False
    )
    assert result.returncode == 4
    assert "pip install 'emotigram[web]'" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("interface", "words"), [("en", ("Candidate", "emotion", "passed")), ("zh", ("草稿", "情绪", "通过"))]
)
def test_explain_shows_candidates_and_checks(china: Path, interface: str, words: tuple[str, ...]) -> None:
    shown = run("--interface", interface, "caption", china, "-p", "x", "--explain", "--candidates", 4)
    assert shown.exit_code == 0
    assert all(word in shown.stdout for word in words)
    (seen,) = run_json("--interface", interface, "caption", china, "-p", "x", "--candidates", 4)
    flat = "".join(shown.stdout.split())
    assert len(seen["post"]["candidates"]) == 4
    assert all("".join(each["text"].split()) in flat for each in seen["post"]["candidates"])


def test_explain_names_a_missed_tone_in_the_interfaces_language(china: Path) -> None:
    sad = {"text": "I feel so sad and lonely today, everything hurts in this city, I hate it."}
    answer = ChatReply([json.dumps({"posts": [sad]})])
    with FakeProvider(answer, answer) as provider:
        asked = ("caption", china, "-l", "en", "-p", "x", "--tone", "positive", "--explain", "--base-url", provider.url)
        shown = run("--interface", "zh", *asked)
    assert "情绪 (消极)" in " ".join(shown.stdout.split())


def test_a_dry_run_shows_the_prompt_and_its_price_and_sends_nothing(china: Path) -> None:
    with FakeProvider() as provider:
        shown = run("caption", china, "--dry-run", "-p", "bluesky", "-l", "fr", "--text", "Luna's first trip")
        assert shown.exit_code == 0
        (planned,) = run_json("caption", china, "--dry-run", "--base-url", provider.url, "-l", "ja")
        assert provider.requests == []
    for words in ("DeepSeek", "[system]", "Bluesky", "Français", "Luna's first trip", "tokens", "CNY"):
        assert words in shown.stdout
    plan = planned["plan"]
    assert [message["role"] for message in plan["messages"]] == ["system", "user"]
    assert plan["usage"]["is_estimate"]
    assert plan["usage"]["cost"] is None  # nobody knows what that server costs


def test_a_dry_run_of_the_embedded_writer_has_nothing_to_show(china: Path) -> None:
    refused = run("caption", china, "--dry-run", "--writer", "embedded")
    assert refused.exit_code == 2
    assert "sends nothing" in refused.stderr


def test_a_budget_stops_before_the_first_request_that_could_exceed_it(
    china: Path, flower: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", "k")
    stopped = run("caption", china, flower, "--budget", "0", "--writer", "chat")
    assert stopped.exit_code == 5
    assert "The budget of 0 CNY" in stopped.stderr
    assert "--writer embedded" in stopped.stderr
    monkeypatch.setenv("EMOTIGRAM_API_KEY", "k")
    unknown = run("caption", china, "--budget", "1", "--base-url", "http://127.0.0.1:9", "--writer", "chat")
    assert unknown.exit_code == 2
    assert "nobody knows what" in unknown.stderr


def test_a_language_nobody_here_writes_is_said(china: Path) -> None:
    refused = run("--interface", "zh", "caption", china, "-l", "fr")
    assert refused.exit_code == 2
    assert "内置写手不会写Français" in refused.stderr


def test_the_words_of_a_chat_model_are_shown_as_they_arrive(china: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    posts = [
        {"text": "Such a lovely building, what a happy surprise!"},
        {"text": "A wonderful building, lovely from up here."},
    ]
    words = json.dumps({"posts": posts})
    answer = ChatReply([words[at : at + 9] for at in range(0, len(words), 9)])
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    with FakeProvider(answer, answer) as provider:
        asked = ("caption", china, "-l", "en", "-p", "x", "--tone", "positive", "--base-url", provider.url)
        shown = run(*asked)
        monkeypatch.delenv("TTY_COMPATIBLE")
        quiet = run(*asked)
    assert shown.exit_code == quiet.exit_code == 0
    assert "Such a lovely" in shown.stderr
    assert quiet.stderr == ""
    assert any(post["text"] in quiet.stdout for post in posts)
