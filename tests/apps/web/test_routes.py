"""Photos in and zip files out: in memory, by secret names, for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from fastapi.testclient import TestClient

from emotigram import open_studio
from emotigram.apps.api.app import build_api
from emotigram.apps.web.routes import Store, add_routes
from emotigram.async_studio import AsyncStudio

BYTES = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def stores() -> tuple[Store, Store]:
    return Store(10_000, 60), Store(10_000, 60)


@pytest.fixture
def client(stores: tuple[Store, Store]) -> Iterator[TestClient]:
    with closing(AsyncStudio(open_studio(writer="embedded", max_upload_mb=0.001))) as studio:
        app = build_api(studio)
        add_routes(app, *stores)
        yield TestClient(app, "http://127.0.0.1")


def test_an_upload_is_kept_until_it_is_taken(client: TestClient, stores: tuple[Store, Store]) -> None:
    answer = client.post("/page/photos", content=b"photo", headers=BYTES)
    assert answer.headers["cache-control"] == "no-store"
    assert stores[0].take(answer.text) == b"photo"
    assert stores[0].take(answer.text) is None


def test_large_uploads_and_those_of_other_sites_forms_are_refused(client: TestClient) -> None:
    assert client.post("/page/photos", content=bytes(1001), headers=BYTES).status_code == 413
    for kind in ("text/plain", "multipart/form-data; boundary=a", "application/x-www-form-urlencoded"):
        assert client.post("/page/photos", content=b"a", headers={"Content-Type": kind}).status_code == 415


def test_a_zip_is_downloaded_by_its_token_alone(client: TestClient, stores: tuple[Store, Store]) -> None:
    token = stores[1].put(b"zip")
    answer = client.get(f"/export/{token}.zip")
    assert (answer.content, answer.headers["content-type"]) == (b"zip", "application/zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="emotigram-post.zip"'
    assert answer.headers["cache-control"] == "no-store"
    assert client.get("/export/unknown.zip").status_code == 404


def test_a_store_is_bounded_and_forgets() -> None:
    store = Store(10, 60)
    first, second = store.put(bytes(6)), store.put(bytes(6))
    assert store.get(first) is None
    assert store.get(second) == bytes(6)
    assert Store(10, 0).get(Store(10, 0).put(b"a")) is None
