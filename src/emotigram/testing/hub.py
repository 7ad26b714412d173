"""A real HTTP server on loopback that speaks what we ask of a hub: a revision's files, and their bytes in ranges."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import pytest
from huggingface_hub import close_session

REPO = "owner/tiny"
COMMIT = "c0ffee" + "0" * 34
_FOREIGN = ("HF_", "HUGGINGFACE_", "TRANSFORMERS_OFFLINE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def tensors(size: int, name: str = "weight") -> bytes:
    """A safetensors file of ``size`` bytes of numbers."""
    header = json.dumps({name: {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    return len(header).to_bytes(8, "little") + header + bytes(at * 7 % 251 for at in range(size))


SHARDS = {
    "model-00001-of-00002.safetensors": tensors(2_000, "first"),
    "model-00002-of-00002.safetensors": tensors(900_000, "second"),
}
WANTED = {
    **SHARDS,
    "config.json": b'{"model_type": "blip-2"}',
    "model.safetensors.index.json": json.dumps({"weight_map": {"a": min(SHARDS), "b": max(SHARDS)}}).encode(),
    "tokenizer.json": b"{}",
    "merges.txt": b"",
    "chat_template.jinja": b"{{ messages }}",
}
JUNK = {
    ".gitattributes": b"*.bin filter=lfs",
    "README.md": b"# Tiny",
    "pytorch_model.bin": b"pickle",
    "pytorch_model.bin.index.json": b'{"weight_map": {"a": "pytorch_model.bin"}}',
    "tf_model.h5": b"tf",
    "flax_model.msgpack": b"flax",
    "modeling_tiny.py": b"import os",
    "picture.png": b"png",
    "onnx/model.onnx": b"onnx",
    "onnx/config.json": b"{}",
    "../stolen.json": b"{}",
    "emotigram-weights.json": b"{}",
}


@dataclass(frozen=True)
class HubRequest:
    """What the client sent; header names in lower case."""

    path: str
    headers: Mapping[str, str]


class FakeHub:
    """Serves ``files`` as the repository REPO; its other attributes make it misbehave.

    ``altered``: what is sent instead of a file; ``claimed``: sizes that the listing tells instead of the true ones;
    ``cut``: after so many bytes the connection breaks, once, and requests for bytes are answered with ``after_cut``;
    ``status``: what every request, or every one for bytes (``bytes_status``), is answered with; ``elsewhere``: the
    origin that serves bytes, on a redirect; ``ranges``: whether it can send parts of files.
    """

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.files = dict(files if files is not None else {**WANTED, **JUNK})
        self.commit = COMMIT
        self.tags = ["license:mit", "blip-2"]
        self.altered: dict[str, bytes] = {}
        self.claimed: dict[str, int] = {}
        self.cut: dict[str, int] = {}
        self.status = self.bytes_status = self.after_cut = 200
        self.elsewhere = ""
        self.ranges = True
        self.listing: bytes | None = None
        self.requests: list[HubRequest] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        close_session()  # the library keeps connections

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def fetched(self) -> list[tuple[str, str]]:
        """File and range of every request for bytes, in order."""
        asked = [(each.path.rpartition("/")[2], each.headers.get("range", "")) for each in self.requests]
        return [each for each, request in zip(asked, self.requests, strict=True) if "/resolve/" in request.path]

    def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = unquote(urlsplit(self.path).path)
                hub.requests.append(HubRequest(path, {key.lower(): value for key, value in self.headers.items()}))
                if hub.status != 200:
                    self._send(hub.status, b"{}")
                elif re.fullmatch(f"/api/models/{REPO}(/revision/[^/]+)?", path):
                    self._send(200, hub.listing if hub.listing is not None else hub._listing())
                elif match := re.fullmatch(f"/{REPO}/resolve/{hub.commit}/(.+)", path):
                    self._send_file(match[1])
                else:
                    self._send(404, b"{}")

            def _send_file(self, file: str) -> None:
                if hub.elsewhere:
                    self._send(302, b"", Location=hub.elsewhere + self.path)
                elif hub.bytes_status != 200:
                    self._send(hub.bytes_status, b"")
                else:
                    self._send_bytes(file, hub.altered.get(file, hub.files[file]))

            def _send_bytes(self, file: str, content: bytes) -> None:
                match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", "")) if hub.ranges else None
                start = int(match[1]) if match else 0
                rest = content[start:]
                limit = hub.cut.pop(file, len(rest))
                if limit < len(rest):
                    hub.bytes_status = hub.after_cut
                self.send_response(206 if match else 200)
                if match:
                    self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
                self.send_header("Content-Length", str(len(rest)))
                self.end_headers()
                self.wfile.write(rest[:limit])

            def _send(self, status: int, body: bytes, **headers: str) -> None:
                self.send_response(status)
                for key, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler

    def _listing(self) -> bytes:
        siblings = [self._sibling(file, content) for file, content in self.files.items()]
        return json.dumps({"id": REPO, "sha": self.commit, "tags": self.tags, "siblings": siblings}).encode()

    def _sibling(self, file: str, content: bytes) -> dict[str, Any]:
        size = self.claimed.get(file, len(content))
        head = {
            "rfilename": file,
            "size": size,
            "blobId": hashlib.sha1(b"blob %d\0" % size + content, usedforsecurity=False).hexdigest(),
        }
        if not file.endswith((".safetensors", ".bin", ".h5", ".onnx", ".msgpack")):
            return head
        return {**head, "lfs": {"size": size, "sha256": hashlib.sha256(content).hexdigest(), "pointerSize": 134}}


def use_hub(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    """Let the environment name this hub and no other, without proxy, token or cache."""
    for name in list(os.environ):
        if name.upper().startswith(_FOREIGN):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HF_ENDPOINT", endpoint)


def tree(folder: Path) -> dict[str, bytes]:
    """Every visible file in a folder but our record."""
    paths = [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]
    return {path.name: path.read_bytes() for path in paths if path.name != "emotigram-weights.json"}
