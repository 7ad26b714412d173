"""Hubs that answer in knots, name files that lead elsewhere, or send us on: one typed error, and nothing outside."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from emotigram.apps.cli.main import app
from emotigram.errors import HubChanged, HubError, HubRedirected, HubUnreachable, WeightsDamaged, WeightsWrong
from emotigram.settings import Settings, load_settings
from emotigram.testing.hub import COMMIT, REPO, SHARDS, WANTED, FakeHub, tensors, tree, use_hub
from emotigram.weights.hub_cache import cached_snapshot
from emotigram.weights.hub_http import HubClient
from emotigram.weights.pull import fetch, prepare
from emotigram.weights.record import is_plain, read_record
from emotigram.weights.shards import check_shards
from emotigram.weights.store import find_weights
from tests.hostile.chat_server import Line, head, serving
from tests.weights.conftest import Log

SHA1, SHA256 = "a" * 40, "b" * 64


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with FakeHub() as hub:
        use_hub(monkeypatch, hub.endpoint)
        yield hub


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(weights_dir=tmp_path / "in" / "store")


def pull(settings: Settings, revision: str = "") -> Path:
    download = prepare(REPO, settings, Log(), revision)
    fetch(download, Log())
    return download.folder


def listing(*siblings: object, **changes: object) -> bytes:
    return json.dumps({"id": REPO, "sha": COMMIT, "tags": [], "siblings": siblings, **changes}).encode()


def sibling(name: object = "config.json", **changes: object) -> dict[str, object]:
    return {"rfilename": name, "size": 2, "blobId": SHA1, **changes}


def large(name: str = "model.safetensors", **changes: object) -> dict[str, object]:
    return sibling(name, lfs={"size": 2, "sha256": SHA256, "pointerSize": 1, **changes})


def nothing_outside(folder: Path) -> bool:
    return not folder.exists() or {path.name for path in folder.parent.parent.iterdir()} <= {"in"}


class TestAListing:
    @pytest.mark.parametrize(
        "answer",
        [
            *(b"[" * 100_000, b'{"siblings":' * 50_000, b'{"a":' * 50_000 + b"1" + b"}" * 50_000, b"9" * 5000),
            *(
                b'{"sha": NaN}',
                b'{"sha": "\xff"}',
                b'{"sha": "\\ud83d", "siblings": []}',
                b"\0" * 1000,
                b"null",
                b'"x"',
            ),
            *(listing(sibling(7)), listing(7), listing(None), listing([]), listing(sha=7), listing(sha=["a"])),
            *(listing(sibling(size=-1)), listing(sibling(size=1.5)), listing(sibling(size="x")), listing(tags=[[]])),
            *(
                listing(sibling(size=10**30)),
                listing(sibling(size=None)),
                listing(sibling(blobId=None)),
                listing(tags=7),
            ),
            listing(sibling(lfs={})),
        ],
        ids=range(25),
    )
    def test_in_knots_is_no_hubs(self, hub: FakeHub, settings: Settings, answer: bytes) -> None:
        hub.listing = answer
        with pytest.raises(HubUnreachable):
            pull(settings)
        result = CliRunner().invoke(app, ["--interface", "en", "models", "pull", REPO, "--yes"])
        assert isinstance(result.exception, SystemExit)
        assert len(result.stderr.splitlines()) == 2
        assert nothing_outside(settings.weights_dir)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "licence",
        [
            "\x1b[31mRED\u202e\nFAKE LINE",
            "mit\rFAKE",
            "mit\u2028FAKE\u2029",
            "\u2066mit\u2069\t\x9b2K",
            "mit" * 5000,
            "a\u200b\ufeff\U000e0041",
        ],
        ids=range(6),
    )
    def test_forges_no_line_of_the_question(self, hub: FakeHub, licence: str) -> None:
        hub.tags = [f"license:{licence}", "license:\nFAKE: yes"]
        result = CliRunner().invoke(app, ["--interface", "en", "models", "pull", REPO])
        assert result.exit_code == 2  # nobody can be asked here
        hub.tags = ["license:mit"]
        plain = CliRunner().invoke(app, ["--interface", "en", "models", "pull", REPO])
        assert len(result.stdout.splitlines()) == len(plain.stdout.splitlines())
        assert all(sign.isprintable() or sign == "\n" for sign in result.stdout)
        assert len(result.stdout) < len(plain.stdout) + 150

    def test_of_unseen_and_long_names_forges_no_error(self, hub: FakeHub) -> None:
        names = ("\x1b[31m\u202e\nFAKE LINE", "b" * 5000)
        hub.listing = listing(*(sibling(name) for name in names))
        result = CliRunner().invoke(app, ["--interface", "en", "models", "pull", REPO, "--yes"])
        assert len(result.stderr.splitlines()) == 2
        assert all(sign.isprintable() or sign == "\n" for sign in result.stderr)
        assert len(result.stderr) < 800

    @pytest.mark.parametrize(
        "entry",
        [
            *(
                sibling(blobId=bad)
                for bad in ("", "../../stolen", "/etc/x", "A" * 40, "a" * 39, "a" * 41, "a" * 40 + "\n")
            ),
            *(
                large(sha256=bad)
                for bad in ("", "../../../stolen", "\0" * 64, "B" * 64, "b" * 63, "b" * 64 + "/", "z" * 64)
            ),
        ],
        ids=range(14),
    )
    def test_with_a_checksum_that_is_none_is_not_believed(
        self, hub: FakeHub, settings: Settings, entry: dict[str, object]
    ) -> None:
        hub.listing = listing(entry, *([] if "lfs" in entry else [large()]))
        with pytest.raises(HubUnreachable):
            pull(settings)
        assert nothing_outside(settings.weights_dir)  # type: ignore[arg-type]

    @pytest.mark.parametrize("commit", ["", "main", "../" * 13 + "a", "A" * 40, "a" * 39, "a" * 41, COMMIT + "\n"])
    def test_with_a_commit_that_is_none_is_not_believed(self, hub: FakeHub, settings: Settings, commit: str) -> None:
        hub.listing = listing(sibling(), large(), sha=commit)
        with pytest.raises(HubChanged):
            pull(settings)

    @pytest.mark.parametrize(
        "name",
        [
            *("../stolen.json", "/etc/stolen.json", "C:stolen.json", "C:\\stolen.json", "..\\stolen.json", "a/b.json"),
            *("a\0.json", "a\n.json", ".hidden.json", "-rf.json", "~x.json", "a\u202e.json", "\uff0e\uff0e/x.json", ""),
            *("CON.json", "nul.json", "aux.txt", "com1.model", "LPT9.tar.json", "x" * 200 + ".json", "a.json."),
            *("emotigram-weights.json", "EmotiGram-Weights.json", "a b.json", "a:b.json", "a*.json"),
        ],
    )
    def test_names_that_lead_elsewhere_are_left_out(self, hub: FakeHub, settings: Settings, name: str) -> None:
        hub.files = {**WANTED, name: b"stolen"}
        assert not is_plain(name)
        folder = pull(settings)
        assert tree(folder) == WANTED
        assert nothing_outside(settings.weights_dir)  # type: ignore[arg-type]

    def test_of_names_that_some_systems_take_for_one_is_refused(self, hub: FakeHub, settings: Settings) -> None:
        hub.files = {**WANTED, "Config.json": b"{}"}
        with pytest.raises(WeightsWrong, match="onfig"):
            pull(settings)

    def test_of_very_many_files_is_refused(self, hub: FakeHub, settings: Settings) -> None:
        hub.listing = listing(large(), *({"rfilename": f"a{at}.json", "size": 2, "blobId": SHA1} for at in range(3000)))
        with pytest.raises(WeightsWrong, match="2000"):
            pull(settings)
        hub.listing = listing(*(sibling(f"a{at}.json") for at in range(150_000)))
        with pytest.raises(HubUnreachable):
            pull(settings)
        assert hub.fetched() == []

    def test_without_end_is_given_up(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        def script(line: Line) -> None:
            line.send(head(kind="application/json"), b"[")
            while line.sent < 200 << 20:
                line.send(b"0," * 100_000)

        with serving(script) as server:
            use_hub(monkeypatch, server.url)
            with pytest.raises(HubUnreachable):
                prepare(REPO, settings, Log())
        assert server.lines[0].sent < 32 << 20

    @pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "zstd", "gzip, gzip"])
    def test_is_not_unfolded(self, settings: Settings, monkeypatch: pytest.MonkeyPatch, coding: str) -> None:
        packed = gzip.compress(b" " * (30 << 20))
        with serving(lambda line: line.send(head(Content_Encoding=coding), packed)) as server:
            use_hub(monkeypatch, server.url)
            with pytest.raises(HubUnreachable):
                prepare(REPO, settings, Log())
        assert b"accept-encoding: identity" in server.requests[0].lower()


HERE = httpx2.URL("https://hub.example.org/a")
INWARD = [
    *("http://127.0.0.1:9/x", "https://localhost/x", "https://[::1]/x", "https://2130706433/x", "https://0x7f.1/x"),
    *("https://192.168.1.1/x", "https://10.0.0.1/x", "https://3232235777/x", "https://[fd00::1]/x", "https://nas/x"),
    *("https://169.254.169.254/x", "https://[fe80::1]/x", "https://metadata.google.internal/x", "https://0/x"),
    *("https://printer.local/x", "https://[::ffff:127.0.0.1]/x", "https://app.localhost/x"),
]


class TestARedirect:
    @pytest.mark.parametrize("location", [*INWARD, "http://cdn.example.org/x", "https://user:pass@cdn.example.org/x"])
    def test_of_a_public_hub_stays_outside_and_under_https(self, location: str) -> None:
        client = HubClient("https://hub.example.org", "hf_secret", "emotigram", REPO, "hub.example.org")
        with pytest.raises(HubRedirected) as caught:
            client.check_redirect(HERE, HERE.join(location))
        for language in ("en", "zh"):
            assert "pass" not in caught.value.message(language)

    @pytest.mark.parametrize("location", ["https://cdn.example.org/x", "/y", "?a=b", "//cdn.example.org/x"])
    def test_to_where_its_files_lie_is_followed(self, location: str) -> None:
        client = HubClient("https://hub.example.org", "", "emotigram", REPO, "hub.example.org")
        client.check_redirect(HERE, HERE.join(location))
        assert HERE.join(location).scheme == "https"

    @pytest.mark.parametrize("location", ["http://169.254.169.254/x", "http://[fe80::1]/x", "http://metadata/x"])
    def test_of_a_hub_nearby_leads_to_no_metadata(self, hub: FakeHub, settings: Settings, location: str) -> None:
        hub.elsewhere = location
        with pytest.raises(HubRedirected):
            pull(settings)

    def test_never_takes_the_token_along(
        self, hub: FakeHub, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HF_TOKEN", "hf_secret")
        with FakeHub() as storage:
            hub.elsewhere = storage.endpoint  # the same host, another port
            pull(settings)
            assert storage.requests
            assert not any("hf_secret" in str(each.headers) for each in storage.requests)
        assert all(each.headers["authorization"] == "Bearer hf_secret" for each in hub.requests)

    def test_in_a_circle_ends(self, hub: FakeHub, settings: Settings) -> None:
        hub.elsewhere = hub.endpoint
        with pytest.raises(HubRedirected):
            pull(settings)
        assert len(hub.requests) < 10

    @pytest.mark.parametrize(
        "endpoint", ["http://169.254.169.254", "https://metadata.google.internal", "http://[fe80::1]"]
    )
    def test_is_not_needed_to_refuse_a_metadata_address(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, endpoint: str
    ) -> None:
        use_hub(monkeypatch, endpoint)
        with pytest.raises(HubError):
            prepare(REPO, settings, Log())


class TestWhatLiesOnTheDisk:
    """Weights that came from anywhere: records, indexes and headers are somebody else's words."""

    @pytest.mark.parametrize(
        "change",
        [
            *({"commit": "main"}, {"commit": "../" * 13 + "a"}, {"files": {"../x": {"size": 1, "git_sha1": SHA1}}}),
            *({"files": {"a.json": {"size": 1, "sha256": "x"}}}, {"files": {"a.json": {"size": 1}}}, {"files": 7}),
            *(
                {"files": {"a.json": {"size": -1, "git_sha1": SHA1}}},
                {"files": {"a.json": {"size": "1", "git_sha1": SHA1}}},
            ),
        ],
        ids=range(8),
    )
    def test_a_record_that_could_mislead_is_damaged(self, tmp_path: Path, change: dict[str, Any]) -> None:
        record = {"repo": REPO, "commit": COMMIT, "files": {"a.json": {"size": 1, "git_sha1": SHA1}}}
        file = tmp_path / "emotigram-weights.json"
        file.write_text(json.dumps(record), "utf-8")
        assert read_record(tmp_path, REPO) is not None
        file.write_text(json.dumps({**record, **change}), "utf-8")
        with pytest.raises(WeightsDamaged):
            read_record(tmp_path, REPO)

    @pytest.mark.parametrize("content", [b"[" * 100_000, b" " * (9 << 20), b"\0", b"{", None])
    def test_a_record_in_knots_is_damaged(self, tmp_path: Path, content: bytes | None) -> None:
        file = tmp_path / "emotigram-weights.json"
        if content is None:
            os.mkfifo(file)
        else:
            file.write_bytes(content)
        with pytest.raises(WeightsDamaged):
            read_record(tmp_path, REPO)

    @pytest.mark.parametrize(
        "index",
        [
            *(
                b"[" * 100_000,
                b'{"weight_map":' * 50_000,
                b'{"weight_map": {"a": 7}}',
                b'{"weight_map": 7}',
                b"9" * 5000,
            ),
            *(b'{"weight_map": {"a": "../outside.safetensors"}}', b'{"weight_map": {"a": "sub/x.safetensors"}}'),
            b'{"weight_map": {"a": "%s"}}',
        ],
        ids=range(8),
    )
    def test_an_index_in_knots_or_that_leads_elsewhere_is_damaged(self, tmp_path: Path, index: bytes) -> None:
        outside = tmp_path / "outside.safetensors"
        outside.write_bytes(tensors(10))
        folder = tmp_path / "weights"
        folder.mkdir()
        file = folder / "model.safetensors.index.json"
        file.write_bytes(index.replace(b"%s", str(outside).encode()))
        with pytest.raises(WeightsDamaged):
            check_shards(folder)

    @pytest.mark.parametrize(
        "header",
        [
            *(b"[" * 100_000, b'{"a":' * 100_000, b"7", b'{"a": 7}', b'{"a": {"data_offsets": [0, NaN]}}', b"9" * 5000),
            *(b'{"a": {"data_offsets": [0, "x"]}}', b'{"a": {"data_offsets": 7}}', b"\xff", b" " * (17 << 20) + b"{}"),
            *(b'{"a": {"dtype": "U8", "shape": [9], "data_offsets": [0, 0]}}', b"{}" + b" " * (17 << 20)),
        ],
        ids=range(12),
    )
    def test_a_header_in_knots_is_damaged(self, tmp_path: Path, header: bytes) -> None:
        (tmp_path / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
        with pytest.raises(WeightsDamaged):
            check_shards(tmp_path)

    def test_a_header_that_is_longer_than_the_file_is_damaged(self, tmp_path: Path) -> None:
        (tmp_path / "model.safetensors").write_bytes(b"\xff" * 8)
        with pytest.raises(WeightsDamaged):
            check_shards(tmp_path)

    @pytest.mark.parametrize("commit", ["../../outside", "x" * 10_000, "\0", COMMIT.upper()])
    def test_a_caches_branch_that_is_no_commit_leads_nowhere(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commit: str
    ) -> None:
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
        refs = tmp_path / "models--owner--tiny" / "refs"
        refs.mkdir(parents=True)
        (refs / "main").write_text(commit, "utf-8")
        assert cached_snapshot(REPO, "") is None

    def test_what_was_pulled_before_is_found_as_before(self, hub: FakeHub, settings: Settings) -> None:
        assert find_weights(REPO, settings) if pull(settings) else False
        assert set(SHARDS) <= set(tree(pull(settings)))
