"""The widget's script, which pages of any site may load, and what such pages get to read."""

from __future__ import annotations

import httpx2

from tests.apps.api.server import api


def test_the_script_can_be_loaded_from_any_site(client: httpx2.Client) -> None:
    answer = client.get("/widget.js", headers={"Origin": "https://example.org", "Referer": "https://example.org/"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "emotigram-widget" in answer.text


def test_the_script_is_no_part_of_the_api(client: httpx2.Client) -> None:
    assert "/widget.js" not in client.get("/openapi.json").json()["paths"]


def test_a_page_of_another_site_can_read_that_its_photo_is_too_large() -> None:
    site = {"Origin": "https://example.org"}
    with api(cors_origins=("https://example.org",), max_upload_mb=0.01) as client:
        answer = client.post("/v1/posts", files={"photos": bytes(20_000)}, headers=site)
    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")
    assert answer.headers["access-control-allow-origin"] == "https://example.org"


def test_an_address_outside_the_api_is_a_problem_too(client: httpx2.Client) -> None:
    assert client.get("/nothing").json()["code"] == "address_unknown"
    assert client.post("/widget.js").json()["code"] == "method_wrong"
