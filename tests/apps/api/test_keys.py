"""API keys: who may ask, how often, and what others made."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from emotigram.api_keys import ApiKeys
from emotigram.apps.cli.main import app
from emotigram.errors import RateMalformed
from emotigram.settings import load_settings
from tests.apps.api.server import api
from tests.apps.api.test_bad_requests import in_both_languages, problem


@pytest.fixture
def keys(keys_file: Path) -> ApiKeys:
    return ApiKeys(load_settings(keys_file=keys_file))


def test_a_key_is_asked_for_once_there_is_one(keys: ApiKeys) -> None:
    with api(keys_file=keys.path) as client:
        assert client.get("/v1/styles").status_code == 200
        key = keys.create("app")
        assert in_both_languages(client, "GET", "/v1/styles")["code"] == "api_key_missing"
        assert client.get("/v1/styles").headers["www-authenticate"] == "Bearer"
        unknown = {"Authorization": "Bearer eg_nobody"}
        assert in_both_languages(client, "GET", "/v1/styles", headers=unknown)["code"] == "api_key_unknown"
        assert client.get("/v1/styles", headers={"Authorization": f"Bearer {key}"}).status_code == 200
        assert client.get("/v1/styles", headers={"X-API-Key": key}).status_code == 200
        keys.revoke("app")
        found = in_both_languages(client, "GET", "/v1/styles", headers={"X-API-Key": key})
        assert (found["status"], found["code"]) == (401, "api_key_revoked")
        assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 401]


@pytest.mark.parametrize(("asks", "status"), [("always", 401), ("never", 200)])
def test_whether_keys_are_asked_for_can_be_set(keys: ApiKeys, asks: str, status: int) -> None:
    if asks == "never":
        keys.create("app")
    with api(keys_file=keys.path, api_keys=asks) as client:
        assert client.get("/v1/styles").status_code == status


def test_a_key_may_ask_as_often_as_its_rate_allows(keys: ApiKeys) -> None:
    slow, other = keys.create("slow", rate="2/hour"), keys.create("other")
    with api(keys_file=keys.path, key=slow) as client:
        assert [client.get("/v1/styles").status_code for _ in range(2)] == [200, 200]
        refused = client.get("/v1/styles", headers={"Accept-Language": "zh"})
        assert problem(refused)["code"] == "rate_exceeded"
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 3600
        assert "r=0" in refused.headers["ratelimit"]
        allowed = client.get("/v1/styles", headers={"Authorization": f"Bearer {other}"})
        assert allowed.status_code == 200
        assert "r=119" in allowed.headers["ratelimit"]
        posted = client.post("/v1/posts", json={}, headers={"Authorization": f"Bearer {other}"})
        assert "r=118" in posted.headers["ratelimit"]


@pytest.mark.parametrize("rate", ["often", "0/minute", "60/minute; 1000/day"])
def test_a_rate_that_is_none_stops_the_server(keys: ApiKeys, rate: str) -> None:
    with pytest.raises(RateMalformed), api(keys_file=keys.path, api_rate=rate):
        pass


def test_what_others_made_is_not_there(keys: ApiKeys, china: Path) -> None:
    mine, yours = keys.create("mine"), keys.create("yours")
    with api(keys_file=keys.path, key=mine) as client:
        files = {"photos": china.read_bytes()}
        made = client.post("/v1/posts", files=files).json()
        addresses = (f"/v1/posts/{made['id']}", f"/v1/readings/{made['reading_id']}")
        assert [client.get(address).status_code for address in addresses] == [200, 200]
        client.headers["Authorization"] = f"Bearer {yours}"
        assert [client.get(address).status_code for address in addresses] == [404, 404]
        wishes = {"reading_id": made["reading_id"]}
        assert problem(client.post("/v1/posts", json=wishes))["code"] == "reading_unknown"


def test_keys_are_made_shown_once_and_revoked(keys_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMOTIGRAM_KEYS_FILE", str(keys_file))
    run = CliRunner().invoke
    made = run(app, ["--interface", "en", "keys", "create", "shop", "--rate", "60/minute"])
    assert made.exit_code == 0
    key = made.stdout.strip()
    assert key.startswith("eg_")
    assert key.encode() not in keys_file.read_bytes()
    assert keys_file.stat().st_mode & 0o077 == 0
    assert "already" in run(app, ["--interface", "en", "keys", "create", "shop"]).stderr
    listed = run(app, ["--interface", "zh", "keys", "list"]).stdout
    assert "shop" in listed
    assert "60/minute" in listed
    assert key not in listed
    assert "以后" not in listed
    assert run(app, ["--interface", "zh", "keys", "revoke", "shop"]).exit_code == 0
    assert '"revoked_at": "2' in run(app, ["keys", "list", "--json"]).stdout
    unknown = run(app, ["--interface", "zh", "keys", "revoke", "nobody"])
    assert (unknown.exit_code, "没有名为“nobody”" in unknown.stderr) == (2, True)


def test_a_file_of_keys_that_is_none_is_said(keys_file: Path) -> None:
    keys_file.write_text("no database" * 100)
    with api(keys_file=keys_file) as client:
        found = in_both_languages(client, "GET", "/v1/styles")
        assert (found["status"], found["code"]) == (503, "keys_unreadable")
        assert str(keys_file.parent) not in found["detail"]
