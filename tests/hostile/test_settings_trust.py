"""The settings file of a working folder that came from somebody else: what can do harm waits until it is confirmed."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from platformdirs import user_data_path
from typer.testing import CliRunner, Result

from emotigram import open_studio
from emotigram.apps.cli.main import app
from emotigram.errors import SettingsError, SettingsUntrusted
from emotigram.settings import Settings, load_settings
from emotigram.trust import settings_file
from tests.hostile.chat_server import serving
from tests.properties import tried

FILE = Path("emotigram.toml")
HARMFUL = {
    **dict.fromkeys(("base_url", "api_key", "provider", "vision_provider"), '"http://evil.example/v1"'),
    **dict.fromkeys(("captioner_model", "adapter", "sentiment_model", "sentiment_tokenizer"), '"evil"'),
    **dict.fromkeys(("models_dir", "weights_dir", "offload_dir", "keys_file"), '"evil"'),
    **{"host": '"0.0.0.0"', "api_keys": '"never"', "cors_origins": '["https://evil.example"]'},
    **{"allowed_hosts": '["evil.example"]', "captioner": '"openai_vision"', "sentiment": '"torchscript"'},
}
HARMLESS = 'language = "zh"\nplatform = "weibo"\nstyle = "sweet"\nseed = 7\ncaptioner = "embedded"\nkeep_minutes = 5\n'


def trust(*words: str, interface: str = "en") -> Result:
    result = CliRunner().invoke(app, ["--interface", interface, "trust", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_what_can_do_no_harm_applies_at_once() -> None:
    FILE.write_text(HARMLESS, "utf-8")
    assert open_studio(writer="embedded").settings.style == "sweet"
    assert "nothing that has to be confirmed" in trust().stdout


@pytest.mark.parametrize(("name", "value"), HARMFUL.items())
def test_what_can_do_harm_is_neither_used_nor_ignored(name: str, value: str) -> None:
    FILE.write_text(f"{HARMLESS if name != 'captioner' else ''}{name} = {value}\n", "utf-8")
    for load in (load_settings, Settings, open_studio):
        with pytest.raises(SettingsUntrusted) as caught:
            load()
        assert caught.value.values == {"path": str(FILE.resolve()), "names": name}
    for language in ("en", "zh"):
        assert "emotigram trust" in caught.value.hint(language)
        assert {"en": "shows the values", "zh": "列出这些值"}[language] in caught.value.hint(language)
        assert "EMOTIGRAM_" in caught.value.hint(language)


def test_every_setting_is_harmless_on_purpose_or_asked_about() -> None:
    choosing_where = ("url", "key", "provider", "dir", "host", "origin", "file", "adapter", "tokenizer", "model_")
    for name, field in Settings.model_fields.items():
        FILE.write_text(f"{name} = {json.dumps('x')}", "utf-8")
        file = settings_file()
        assert file is not None
        if any(word in name for word in choosing_where) or "Path" in str(field.annotation):
            assert name in file.sensitive


def test_commands_say_so_in_two_lines_and_in_the_files_language() -> None:
    FILE.write_text('interface = "zh"\nbase_url = "http://evil.example/v1"\n', "utf-8")
    for command in (
        ["doctor"],
        ["keys", "list"],
        ["models", "list"],
        ["caption", "a.jpg"],
        ["read", "a.jpg"],
        ["serve"],
    ):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 2
        assert result.stderr.startswith("错误：")
        assert len(result.stderr.splitlines()) == 2


def test_no_key_leaves_for_an_address_that_nobody_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EMOTIGRAM_API_KEY", "DEEPSEEK_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "sk-secret")
    with serving(lambda line: None) as server:
        FILE.write_text(f'base_url = "{server.url}"\nwriter = "chat"\n', "utf-8")
        with pytest.raises(SettingsUntrusted):
            open_studio()
    assert server.requests == []


def test_what_options_and_variables_set_needs_no_trust_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    FILE.write_text('base_url = "http://evil.example/v1"\nhost = "0.0.0.0"\nstyle = "sweet"\n', "utf-8")
    monkeypatch.setenv("EMOTIGRAM_HOST", "127.0.0.1")
    settings = load_settings(base_url="http://localhost:9/v1")
    assert (settings.base_url, settings.host, settings.style) == ("http://localhost:9/v1", "127.0.0.1", "sweet")
    with pytest.raises(SettingsUntrusted, match="sets base_url"):
        load_settings()


class TestTrust:
    TEXT = 'base_url = "http://nas:8000/v1"\napi_key = "sk-secret"\nstyle = "sweet"\n'

    def test_is_asked_for_with_what_it_is_about_and_no_secret(self) -> None:
        FILE.write_text(self.TEXT, "utf-8")
        asked = trust()
        assert asked.exit_code == 2  # nobody can be asked here
        assert 'base_url = "http://nas:8000/v1"' in asked.stderr
        assert "--yes" in asked.stderr
        assert not {"sk-secret", "sweet"} & {*asked.stderr.split('"')}
        with pytest.raises(SettingsUntrusted):
            load_settings()

    def test_lasts_until_the_file_is_changed(self) -> None:
        FILE.write_text(self.TEXT, "utf-8")
        assert trust("--yes").exit_code == 0
        assert load_settings().base_url == "http://nas:8000/v1"
        FILE.write_text(self.TEXT.replace("nas", "evil"), "utf-8")
        with pytest.raises(SettingsUntrusted):
            load_settings()
        FILE.write_text(self.TEXT, "utf-8")
        assert load_settings().style == "sweet"

    def test_is_of_one_place_and_can_be_taken_back(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        FILE.write_text(self.TEXT, "utf-8")
        trust("--yes")
        assert trust("--list").stdout.replace("\n", "") == str(FILE.resolve())
        (tmp_path / FILE).write_text(self.TEXT, "utf-8")
        with monkeypatch.context() as elsewhere:
            elsewhere.chdir(tmp_path)
            with pytest.raises(SettingsUntrusted):
                load_settings()
        assert "no longer trusted" in trust("--revoke").stdout
        assert "was not trusted" in trust("--revoke").stdout
        with pytest.raises(SettingsUntrusted):
            load_settings()

    def test_is_kept_where_only_its_owner_can_write(self) -> None:
        FILE.write_text(self.TEXT, "utf-8")
        trust("--yes")
        (store,) = user_data_path("emotigram", appauthor=False).iterdir()
        assert stat.S_IMODE(store.stat().st_mode) == 0o600
        assert "sk-secret" not in store.read_text("utf-8")
        store.chmod(0o666)  # whoever else wrote there vouches for nothing
        with pytest.raises(SettingsUntrusted):
            load_settings()

    @pytest.mark.parametrize("store", ["", "[]", "7", "[" * 100_000, "\0", '{"a": {"b": 1}}'])
    def test_that_cannot_be_read_is_none(self, store: str) -> None:
        FILE.write_text(self.TEXT, "utf-8")
        trust("--yes")
        (path,) = user_data_path("emotigram", appauthor=False).iterdir()
        path.write_text(store, "utf-8")
        with pytest.raises(SettingsUntrusted):
            load_settings()
        assert trust("--yes").exit_code == 0
        assert load_settings().style == "sweet"

    def test_shows_letters_that_look_alike_and_commands_for_the_terminal_as_they_are(self) -> None:
        FILE.write_text('base_url = "http://\u0430pi.deepseek.com\\u001b[2K"\n"a\\u001bb" = "\\u202e"\n', "utf-8")
        shown = trust().stderr
        assert "\\u0430pi" in shown
        assert not {"\x1b", "\u202e", "\u0430"} & {*shown}

    def test_does_not_let_a_long_value_push_others_away(self) -> None:
        many = json.dumps(["https://example.org"] * 2000)
        FILE.write_text(f'base_url = "http://evil/"\ncors_origins = {many}\n', "utf-8")
        assert len(trust().stderr) < 2000

    @pytest.mark.parametrize(
        ("base_url", "host"),
        [
            ("https://api.deepseek.com/" + "A" * 400, "api.deepseek.com:443"),
            ("https://" + "api.deepseek.com." * 14 + "evil.com/v1", "api.deepseek.com." * 14 + "evil.com:443"),
            ("https://\u0430pi.deepseek.com/v1", "xn--pi-6kc.deepseek.com:443"),
            ("http://nas/v1", "nas:80"),
            ("https://api.deepseek.com:443" + "A" * 400 + "@127.0.0.1:1/v1", "no server"),
            ("https://api.deepseek.com/@" + "A" * 400, "api.deepseek.com:443"),
        ],
        ids=range(6),
    )
    def test_tells_the_host_that_would_be_asked(self, base_url: str, host: str) -> None:
        FILE.write_text(f"base_url = {json.dumps(base_url)}\n", "utf-8")
        assert f"would ask {host}" in trust().stderr

    @pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 2)])
    def test_is_asked_for_once_at_a_terminal(self, answer: str, code: int) -> None:
        FILE.write_text('host = "127.0.0.1"\nstyle = "sweet"\n', "utf-8")
        done, shown = at_terminal(answer, "keys", "list")
        assert (done, shown.count("[y/N]")) == (code, 1), shown
        assert 'host = "127.0.0.1"' in shown
        if answer == "y":
            assert load_settings().style == "sweet"


def at_terminal(answer: str, *words: str) -> tuple[int, str]:
    """Run a command on a terminal of its own and type an answer; returns exit code and all that was shown."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb+", buffering=0) as terminal:
        command = [sys.executable, "-m", "emotigram", *words]
        process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        terminal.write(f"{answer}\n".encode())
        shown = b""
        try:
            while more := terminal.read(1024):
                shown += more
        except OSError:  # a terminal that nobody holds any more
            pass
        return process.wait(), shown.decode("utf-8", "replace")


@pytest.mark.skipif(os.name != "posix", reason="owners and modes of POSIX")
class TestAFileOfOthers:
    def test_that_everybody_may_write_is_never_trusted(self) -> None:
        FILE.write_text(TestTrust.TEXT, "utf-8")
        trust("--yes")
        FILE.chmod(0o666)
        with pytest.raises(SettingsUntrusted):
            load_settings()
        refused = trust("--yes")
        assert (refused.exit_code, "everybody may change it" in refused.stderr) == (2, True)

    @pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")
    def test_is_never_trusted(self) -> None:
        FILE.write_text(TestTrust.TEXT, "utf-8")
        os.chown(FILE, 12345, 12345)
        assert trust("--yes").exit_code == 2
        with pytest.raises(SettingsUntrusted):
            load_settings()

    @pytest.mark.parametrize("kind", ["pipe", "folder", "device", "large", "loop"])
    def test_that_is_none_is_refused_and_waits_for_nobody(self, kind: str) -> None:
        if kind == "pipe":
            os.mkfifo(FILE)
        elif kind == "folder":
            FILE.mkdir()
        elif kind == "large":
            FILE.write_text("#" * (1 << 14) + "\n", "utf-8")
        else:
            FILE.symlink_to("/dev/zero" if kind == "device" else FILE.name)
        with pytest.raises(SettingsError, match=r"emotigram\.toml"):
            load_settings()
        assert trust("--yes").exit_code == 2


@pytest.mark.parametrize(
    "text",
    ["style = ", "a = " + "[" * 15_000, "a = " + "9" * 5000, "\0", "style = 7", 'Base_Url = "x"', "a." * 3_000 + "b=1"],
    ids=range(7),
)
def test_a_broken_file_is_a_wrong_setting(text: str) -> None:
    FILE.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert not isinstance(caught.value, SettingsUntrusted)
    assert len(CliRunner().invoke(app, ["keys", "list"]).stderr.splitlines()) == 2


@tried(0.3)
@given(st.binary(max_size=200))
def test_any_bytes_are_settings_or_an_error_of_ours(content: bytes) -> None:
    FILE.write_bytes(content)
    try:
        load_settings()
    except SettingsError:
        assert trust("--yes").exit_code in (0, 2)
