"""The widget's script, which pages of any site may load."""

from __future__ import annotations

import httpx2


def test_the_script_can_be_loaded_from_any_site(client: httpx2.Client) -> None:
    answer = client.get("/widget.js", headers={"Origin": "https://example.org", "Referer": "https://example.org/"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "emotigram-widget" in answer.text


def test_the_script_is_no_part_of_the_api(client: httpx2.Client) -> None:
    assert "/widget.js" not in client.get("/openapi.json").json()["paths"]
