"""Which server gets which key: a provider's own, one that was set for it, none; and which is never asked."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram.captioners import openai_vision
from emotigram.chat.server import find_server, find_vision_server
from emotigram.errors import AddressRefused, EmotiGramError, KeyMissing, SettingsError
from emotigram.settings import load_settings
from emotigram.writers import chat
from tests.hostile.chat_server import DONE, event, head, serving
from tests.writers.test_chat import brief

OWN = "sk-of-deepseek"
NONE = "no-key-needed"
HERE = [
    *(
        "http://localhost:11434/v1",
        "http://LOCALHOST/v1",
        "http://127.0.0.1:8000/v1",
        "http://127.9.9.9/",
        "http://[::1]/",
    ),
    *("http://2130706433/v1", "http://0x7f000001/", "http://0x7f.1/", "http://127.1/", "http://017700000001/"),
    *("http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://127。0。0。1/", "http://app.localhost/"),
]
NEAR = [
    *("http://192.168.1.9:8000/v1", "http://10.0.0.2/", "http://[fd12::1]/", "http://nas:8000/v1", "http://nas.local/"),
    *("http://3232235777/", "http://0xc0a80101/", "http://192.168.257/", "http://evil/v1", "http://evil.local/"),
    *("http://0/v1", "http://0.0.0.0/", "http://[::]/", "http://[::ffff:192.168.1.9]/", "http://localhost./"),
]
FAR = [
    *("http://134744072/v1", "http://0x08080808/v1", "http://010.0.0.010/".replace("010.0.0.010", "01002004010")),
    *("http://8.8.8.8/", "https://evil.com/v1", "http://[2001:4860:4860::8888]/", "http://[::ffff:8.8.8.8]/"),
    *("http://api.deepseek.com/v1", "https://api.deepseek.com:8443/", "https://api.deepseek.com.evil.com/"),
    "https://xapi.deepseek.com/",
    *(
        "https://api.deepseek.com./",
        "https://127.0.0.1.nip.io/",
        "https://localhost.evil.com/",
        "https://notlocalhost.x/",
    ),
    *("https://api.deepsееk.com/", "http://0x08.8.2056/", "https://deepseek.com/"),  # two of the letters are Cyrillic
]
NEVER = [
    *("http://169.254.169.254/v1", "http://2852039166/", "http://0xa9fea9fe/", "http://025177524776/"),
    *("http://169.254.43518/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fd00:ec2::254]/"),
    *(
        "http://[::ffff:169.254.169.254]/",
        "http://[::a9fe:a9fe]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:a9fe:a9fe::]/",
    ),
    *("http://100.100.100.200/", "http://168.63.129.16/", "http://metadata.google.internal/computeMetadata/v1/"),
    *(
        "http://METADATA.google.internal./",
        "http://metadata/",
        "http://224.0.0.1/",
        "http://[ff02::1]/",
        "http://255.255.255.255/",
    ),
    *("http://[64:ff9b:1::a9fe:a9fe]/v1", "http://[::ffff:0:a9fe:a9fe]/v1", "http://[::ffff:0:169.254.169.254]/"),
    *("http://[64:ff9b:1:a9fe:a9:fe00::]/", "http://[64:ff9b:1:a9:fe:a9fe::]/", "http://[64:ff9b:1:0:a9:fea9:fe00:0]/"),
    *("http://[64:ff9b:1:7::169.254.170.2]/", "http://[64:ff9b:1::6464:64c8]/", "http://[::ffff:0:a83f:8110]/"),
    *("http://[fd00:ec2::23]/v1", "http://[fd00:ec2:0:0::123]/", "http://[fd00:0ec2::253]/"),
]
NO_HOST = [
    *(
        "http://１２７.０.０.１/",
        "http://ⓔvil。com/v1",
        "http://%6cocalhost/",
        "http://localhost%00.evil.com/",
        "http://a b/",
    ),
    *("http://evil.com\\.localhost/", "http://[::1/", "http://", "file:///etc/passwd", "//localhost/", "http://*/"),
    # user info looks like the host
    *("http://api.deepseek.com@localhost/", "http://localhost@nas/", "http://localhost@169.254.169.254/"),
    *(
        "https://api.deepseek.com@evil.com/",
        "https://api.deepseek.com\\@evil.com/",
        "http://u:p@nas/",
        "http://:p@nas/",
    ),
    "https://api.deepseek.com:443" + "A" * 400 + "@127.0.0.1:1/v1",
    *("http://localhost\n.evil.com/", "http://:80/", "javascript:alert(1)", "http://0251.0376.0251.0376/"),
]


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", OWN)


def key_for(base_url: str) -> str:
    return find_server(load_settings(base_url=base_url)).key.get_secret_value()


@pytest.mark.parametrize("base_url", [*HERE, "https://api.deepseek.com/v1", "https://API.deepseek.com:443", ""])
def test_a_providers_key_goes_to_the_provider_and_to_this_computer(base_url: str) -> None:
    assert key_for(base_url) == OWN


@pytest.mark.parametrize("base_url", NEAR)
def test_a_server_nearby_works_without_a_key_and_gets_none(base_url: str) -> None:
    server = find_server(load_settings(base_url=base_url))
    assert (server.key.get_secret_value(), server.is_local, server.is_here) == (NONE, True, False)


@pytest.mark.parametrize("base_url", FAR)
def test_another_server_gets_only_a_key_that_was_set_for_it(base_url: str) -> None:
    if not base_url.isascii():  # what looks like the provider is another name
        assert "deepseek.com" not in find_server(load_settings(base_url=base_url, api_key="k")).name
    with pytest.raises(KeyMissing) as caught:
        key_for(base_url)
    assert "EMOTIGRAM_API_KEY" in caught.value.hint("en")
    server = find_server(load_settings(base_url=base_url, api_key="sk-meant"))
    assert (server.key.get_secret_value(), server.is_local, server.is_here) == ("sk-meant", False, False)


@pytest.mark.parametrize("base_url", NEVER)
def test_link_local_and_metadata_addresses_are_never_asked(base_url: str) -> None:
    for find in (find_server, find_vision_server):
        with pytest.raises(AddressRefused) as caught:
            find(load_settings(base_url=base_url, api_key="sk-meant"))
        for language in ("en", "zh"):
            assert OWN not in caught.value.message(language) + caught.value.hint(language)


@pytest.mark.parametrize("base_url", NO_HOST)
def test_what_is_no_host_is_a_wrong_setting(base_url: str) -> None:
    with pytest.raises(SettingsError, match="base_url"):
        key_for(base_url)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{0}", "{0:#x}", "0{0:o}", "[::ffff:{1:x}:{2:x}]"]))
def test_a_number_is_the_address_that_the_system_takes_it_for(number: int, form: str) -> None:
    address = socket.inet_ntoa(number.to_bytes(4, "big"))
    expected = OWN if address.startswith("127.") else outcome(f"http://{address}/")
    assert outcome(f"http://{form.format(number, number >> 16, number & 0xFFFF)}/") == expected


def outcome(base_url: str) -> str:
    try:
        return key_for(base_url)
    except EmotiGramError as error:
        return type(error).__name__


@pytest.mark.parametrize("base_url", ["http://nas:8000/v1", "http://0.0.0.0:1/", "http://2130706434.evil.com/"])
def test_photos_that_leave_are_said_to_leave(base_url: str) -> None:
    captioner = openai_vision.build(load_settings(base_url=base_url, api_key="k"))
    assert captioner.sends_photos_to


# On a computer whose DNS answers for .localhost, with an address of its own that is not loopback.
_LEADS_ELSEWHERE = """
import socket, sys, threading
from emotigram.chat.server import find_server
from emotigram.chat.client import ChatClient
from emotigram.chat.deadline import Deadline
from emotigram.settings import load_settings

probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    probe.connect(("192.0.2.1", 9))  # sends nothing
except OSError:
    sys.exit("no network interface")
listener = socket.create_server((probe.getsockname()[0], 0))
resolved = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", listener.getsockname())]
socket.getaddrinfo = lambda *_, **__: resolved
settings = load_settings(base_url="http://evil.localhost/", retries=0, timeout_s=5)
try:
    list(ChatClient(find_server(settings), settings).pieces([], Deadline(5)))
except Exception as error:
    print(type(error).__name__)
print(listener.accept()[0].recv(10))
"""


def test_a_name_that_leads_elsewhere_than_it_says_gets_no_key() -> None:
    done = subprocess.run([sys.executable, "-c", _LEADS_ELSEWHERE], capture_output=True, text=True, check=False)
    if "no network interface" in done.stderr:
        pytest.skip("no network interface")
    assert done.stdout.split() == ["AddressRefused", "b''"], done.stderr


def test_what_the_environment_names_for_openai_goes_to_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer gateway-secret\nX-Gateway: header-secret")
    with serving(lambda line: line.send(head(), event('{"text": "Calm lake."}'), DONE)) as server:
        list(chat.build(load_settings(base_url=server.url, api_key="sk-meant")).write(brief("en")))
    (request,) = server.requests
    assert b"sk-meant" in request
    assert b"secret" not in request
    assert b"sk-of-openai" not in request


def test_a_folder_of_a_catalogues_name_is_not_taken_for_its_weights(tmp_path: Path) -> None:
    from emotigram.weights.store import as_folder  # noqa: PLC0415

    Path("blip2-opt-2.7b").mkdir()
    assert as_folder("blip2-opt-2.7b") is None
    assert as_folder(str(tmp_path)) == tmp_path
