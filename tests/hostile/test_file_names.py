"""What others call their files: shown, logged and passed on as a plain, short name."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram.apps.file_names import plain_name
from tests.apps.api.server import api

NAMES = {
    "..": "photo",
    ".": "photo",
    "": "photo",
    "...": "photo",
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\win.ini": "win.ini",
    "C:\\photos\\a.jpg": "a.jpg",
    "a.jpg/": "a.jpg",
    "/": "photo",
    "a\0.jpg": "a.jpg",
    "a\r\nSet-Cookie: b=c.jpg": "aSet-Cookie b=c.jpg",
    "\x1b[31mred.jpg": "[31mred.jpg",
    "holiday\u202egpj.exe": "holidaygpj.exe",
    "a\u200b\ufeff\u2066b.jpg": "ab.jpg",
    "\U000e0041\U000e0042.jpg": "jpg",
    "a\u2028b.jpg": "ab.jpg",
    "CON": "_CON",
    "nul.jpg": "_nul.jpg",
    "COM1.tar.gz": "_COM1.tar.gz",
    "a.jpg:stream": "a.jpgstream",
    "a.jpg. . ": "a.jpg",
    ".htaccess": "htaccess",
    "<img src=x onerror=alert(1)>.jpg": "img src=x onerror=alert(1).jpg",
    "中秋 团圆.HEIC": "中秋 团圆.HEIC",
    "Grüße.jpeg": "Grüße.jpeg",
    "a" * 5000 + ".jpeg": "a" * 74 + "….jpeg",
    "a." + "b" * 5000: "a." + "b" * 77 + "…",
}


@pytest.mark.parametrize("given_name", NAMES)
def test_a_name_is_made_plain(given_name: str) -> None:
    assert plain_name(given_name) == NAMES[given_name]


@given(st.text(max_size=300))
def test_whatever_a_file_is_called_its_name_is_plain(given_name: str) -> None:
    name = plain_name(given_name)
    assert 0 < len(name) <= 80
    assert name == name.strip()
    assert name not in (".", "..")
    assert not any(sign in "/\\" or unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in name)
    assert plain_name(name) == name


@pytest.mark.parametrize("given_name", ["..", "../../a.jpg", "a\u202egpj.exe", "x" * 3000 + ".jpg", "aux"])
def test_an_answer_calls_an_upload_by_its_plain_name(tmp_path: Path, given_name: str) -> None:
    with api(keys_file=tmp_path / "keys.sqlite3") as client:
        detail = client.post("/v1/readings", files={"photos": (given_name, b"no photo")}).json()["detail"]
        fields = {"a" * 3000 + "\u202e": "b"}
        told = client.post("/v1/readings", files={"photos": b"x"}, data=fields).json()["detail"]
    assert plain_name(given_name) in detail
    assert given_name == "aux" or given_name not in detail
    assert len(detail) < 200
    assert len(told) < 400
    assert "\u202e" not in told


def test_raw_bytes_in_a_name_are_no_fault(tmp_path: Path) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    with api(keys_file=tmp_path / "keys.sqlite3") as client:
        for name in (b"a\0\x01\x7f.jpg", b"\xff\xfe.jpg", b"..", b"%2e%2e%2f", b'a\\"b.jpg', b'"; filename="b.jpg'):
            body = (
                b'--x\r\nContent-Disposition: form-data; name="photos"; filename="' + name + b'"\r\n\r\nno\r\n--x--\r\n'
            )
            answer: httpx2.Response = client.post("/v1/readings", content=body, headers=kind)
            assert answer.status_code in (415, 422), name
            assert not [sign for sign in answer.json()["detail"] if unicodedata.category(sign) == "Cc"], name
