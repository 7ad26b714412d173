"""Of all that Gradio serves, the page's own few routes answer, to the page alone."""

from __future__ import annotations

import inspect
import re
import socket
import sys
from itertools import product
from urllib.parse import urlsplit

import gradio.routes
import httpx2
import pytest

from emotigram import open_studio
from tests.apps.api.process import Process
from tests.apps.web.server import page_of
from tests.hostile.pages import JOIN, STREAM, Caller, assert_refused, new_session

HEARTBEAT = "/gradio_api/heartbeat/"
NEEDED = {"/", "/config", "/theme.css", "/favicon.ico", "/assets/x", "/static/x", JOIN, STREAM, f"{HEARTBEAT}x"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
NAMED = [
    *("/login", "/login/", "/logout", "/token", "/app_id", "/user", "/login_check", "/oauth/callback"),
    *("/monitoring", "/monitoring/summary", "/monitoring/key", "/robots.txt", "/manifest.json", "/pwa_icon"),
    *("/config/", "/info", "/api/press", "/run/press", "/file=/etc/passwd", "/file/etc/passwd", "/upload"),
    *("/svelte/x.js", "/custom_component/a/client/component/index.js", "/dev/reload", "/theme", "/mcp", "/mcp/sse"),
    *("/queue/join", "/queue/data", "/reset", "/call/press", "/component_server", "/stream/a/b/c/playlist.m3u8"),
]
UNDER_PREFIX = [
    *("", "/", "/info", "/info/", "/openapi.json", "/upload", "/upload_progress", "/file=/etc/passwd", "/file/etc/x"),
    *("/file=/proc/self/environ", "/proxy=http://127.0.0.1/", "/call/press", "/call/press/x", "/call/v2/press"),
    *("/run/press", "/api/press", "/api/press/", "/component_server", "/component_server/", "/deep_link", "/cancel"),
    *("/reset", "/reset/", "/token", "/app_id", "/user", "/login_check", "/startup-events", "/theme.css", "/runs"),
    *("/stream/a", "/stream/a/close", "/stream/a/b/c/playlist-file", "/process_recording", "/vibe-edit", "/vibe-code"),
    *("/undo-vibe-edit", "/vibe-starter-queries", "/mcp", "/mcp/", "/mcp/sse", "/mcp/schema", "/dev/reload"),
    *("/custom_component/a/client/component/index.js", "/run-history/connect", "/profiling/traces", "/queue/status"),
]


def served_by_gradio() -> set[str]:
    """Every address that the installed Gradio's source names, with something in place of what varies."""
    found = re.findall(r'@(app|router)\.\w+\(\s*f?"([^"]*)"', inspect.getsource(gradio.routes))
    return {("/gradio_api" if of == "router" else "") + re.sub(r"\{[^}]*\}", "x", path) for of, path in found}


def test_whatever_the_installed_gradio_serves_is_not_there(caller: Caller) -> None:
    found = served_by_gradio()
    assert found > NEEDED
    for path, method in product(sorted(found - NEEDED), ("GET", "POST")):
        assert_refused(caller.client.request(method, path), 404)


@pytest.mark.parametrize("method", METHODS)
def test_gradios_other_routes_are_not_there_by_any_method(caller: Caller, method: str) -> None:
    for path in [*NAMED, *(f"/gradio_api{path}" for path in UNDER_PREFIX)]:
        answer = caller.client.request(method, path)
        assert answer.status_code == 404, (method, path)
        assert method == "HEAD" or answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        *("//gradio_api/info", "/gradio_api//info", "/gradio_api/./info", "/./gradio_api/info", "/gradio_api/info//"),
        *(
            "/gradio_api/%69nfo",
            "/gradio%5Fapi/info",
            "/gradio_api%2Finfo",
            "/gradio_api%2finfo",
            "/%2Fgradio_api/info",
        ),
        *(
            "/GRADIO_API/INFO",
            "/Gradio_api/queue/join",
            "/gradio_api/info%00",
            "/gradio_api/info;a",
            "/gradio_api\\info",
        ),
        *("/assets/%2e%2e/config", "/assets/..%2f..%2fgradio_api/info", "/assets/.%2e/x", "/assets//etc/passwd"),
        *("/assets/%2Fetc%2Fpasswd", "/static/%2e%2e%2f%2e%2e%2fetc/passwd", "/static/..%5c..%5cx", "/assets/.hidden"),
        *("/assets/", "/assets", "/static", "/assets/x%0a", "/theme.css/", "/config/", "/x/../config", "/%2e/config"),
        *(f"{JOIN}/", f"{STREAM}/", "/gradio_api/queue/../info", "/gradio_api/queue/%2e%2e/info", "/gradio_api/queue"),
        *(
            "/gradio_api/heartbeat/",
            "/gradio_api/heartbeat/a/b",
            "/gradio_api/heartbeat/%2e%2e",
            "/gradio_api/heartbeat",
        ),
        *("/gradio_api/heartbeat/" + "a" * 65, "/gradio_api/heartbeat/a%0ab", "/?/../gradio_api/info/x/../../y"[1:]),
        *(
            "/gradio_api/file%3D/etc/passwd",
            "/gradio_api/file=%2Fetc%2Fpasswd",
            "/gradio_api/proxy=http:%2F%2F127.0.0.1",
        ),
    ],
)
def test_other_spellings_lead_nowhere_else(page_server: Process, path: str) -> None:
    for method in ("GET", "POST"):
        status, body = spelled(page_server, method, path)
        is_no_http = status == 400 and "%0" in path  # a control character: refused before it is an address
        assert status == 404 or is_no_http or (path.startswith("?") and status < 500), (method, path)
        assert "root:" not in body
        assert "Traceback" not in body


def spelled(server: Process, method: str, path: str) -> tuple[int, str]:
    """The answer to an address exactly as it is spelled, which no client library leaves so."""
    address = urlsplit(server.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), 30) as connection:
        head = f"{method} {path} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode("utf-8", "replace")
    return int(answer.split(" ", 2)[1]), answer


def test_the_page_and_all_that_it_names_is_served(caller: Caller) -> None:
    page = caller.client.get("/")
    named = {*re.findall(r'["\'(](?:\./|/)?((?:assets|static)/[\w./-]+\.(?:js|css))["\')]', page.text)}
    assert len(named) > 1
    for path in ("config", "theme.css", "favicon.ico", *named):
        assert caller.client.get(f"/{path}").status_code == 200, path
    assert caller.client.head("/").status_code == 200
    assert caller.client.get("/assets/none.js").status_code == 404


def test_no_websocket_is_opened(page_server: Process) -> None:
    address = urlsplit(page_server.url)
    for path in ("/", JOIN, "/queue/join", "/gradio_api/mcp", f"{HEARTBEAT}x"):
        with socket.create_connection((str(address.hostname), int(address.port or 0)), 30) as connection:
            head = f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            keys = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            connection.sendall((head + keys).encode())
            assert not connection.recv(12).endswith(b" 101")


ORIGINS = [
    "http://localhost",
    "http://localhost:9999",
    "http://127.0.0.1:1",
    "http://0.0.0.0",
    "null",
    "https://evil.example",
]


@pytest.mark.parametrize("origin", [*ORIGINS, "http://127.0.0.1.evil.example", "http://[::1]:3000", "file://"])
def test_no_other_sites_page_may_use_the_page(caller: Caller, origin: str) -> None:
    asks = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    answers = [
        *(caller.client.options(path, headers=asks) for path in (JOIN, STREAM, "/", "/page/photos", "/config")),
        *(caller.client.get(path, headers={"Origin": origin}) for path in ("/", "/config", f"{STREAM}?session_hash=a")),
        caller.client.post(JOIN, headers={"Origin": origin}, json=caller.body("press", new_session())),
        caller.client.post("/page/photos", headers={"Origin": origin, "Content-Type": "application/octet-stream"}),
    ]
    assert [answer.status_code for answer in answers[-2:]] == [403, 403]
    for answer in answers:
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert "set-cookie" not in answer.headers


def test_the_own_page_may_under_the_name_that_a_proxy_gives_it(caller: Caller) -> None:
    own = str(caller.client.base_url).rstrip("/")
    public = {"Origin": "https://posts.example", "X-Forwarded-Host": "posts.example", "X-Forwarded-Proto": "https"}
    same = {"Origin": "https://posts.example", "Sec-Fetch-Site": "same-origin"}
    for headers in ({"Origin": own}, public, same, {}):
        answer = caller.client.post(JOIN, headers=headers, json=caller.body("press", new_session()))
        assert answer.status_code == 200
    crossed = {**same, "Sec-Fetch-Site": "same-site"}
    answer = caller.client.post(JOIN, headers=crossed, json=caller.body("press", new_session()))
    assert_refused(answer, 403)
    assert '"root":"https://posts.example"' in caller.client.get("/config", headers=public).text


@pytest.mark.parametrize("path", ["/", "/config", "/healthz", "/v1/styles"])
@pytest.mark.parametrize("name", ["evil.com", "evil.com, 127.0.0.1", "posts.example.evil.com", "127.0.0.1.evil.com:80"])
def test_a_name_that_is_none_of_the_servers_is_refused_whoever_says_it(caller: Caller, name: str, path: str) -> None:
    own = str(caller.client.base_url).rpartition("/")[2]
    for headers in (
        [("Host", name)],
        [("X-Forwarded-Host", name)],
        [("X-Forwarded-Host", own), ("X-Forwarded-Host", name)],
    ):
        answer = caller.client.get(path, headers=headers)
        assert_refused(answer, 421)
        assert headers[0][0] == "Host" or "evil" not in answer.text + str(answer.headers)


@pytest.mark.skipif(sys.platform != "linux", reason="asks from another address of this computer")
def test_what_others_than_proxies_say_of_a_name_is_not_heard() -> None:
    said = {"X-Forwarded-Host": "evil.com", "X-Forwarded-Proto": "https"}
    with page_of(open_studio(writer="embedded", interface="en", allowed_hosts=["*"])) as url:
        for name in ("127.0.0.1", "127.0.0.2"):
            transport = httpx2.HTTPTransport(local_address=name)
            with httpx2.Client(base_url=url, transport=transport, headers=said, timeout=60) as client:
                for path in ("/", "/config"):
                    answer = client.get(path)
                    assert answer.status_code == 200
                    assert ("evil.com" in answer.text) == (name == "127.0.0.1")


@pytest.mark.parametrize("name", ['a"b', "a b", "<script>", "a/b", "a@b", "evil.example/x?", "a\\b", "é"])
def test_names_that_are_none_get_into_no_address(caller: Caller, name: str) -> None:
    for path in ("/", "/config"):
        answer = caller.client.get(path, headers={"X-Forwarded-Host": name.encode()})
        assert_refused(answer, 421)
        assert name not in answer.json()["detail"]


def test_gradios_own_headers_and_queries_change_nothing(caller: Caller) -> None:
    plain = caller.client.get("/config").text
    for header in ("X-Gradio-Server", "X-Gradio-User", "X-IP-Token"):
        assert caller.client.get("/config", headers={header: "https://evil.example"}).text == plain
    for query in ("deep_link=..%2F..%2Fx", "deep_link=" + "a" * 32, "page=x", "__theme=dark"):
        assert caller.client.get(f"/config?{query}").text == plain


def test_a_missing_address_is_told_in_the_callers_language(page_server: Process) -> None:
    with Caller(page_server.url, **{"Accept-Language": "zh"}) as caller:
        answer = caller.client.post("/gradio_api/upload")
    assert answer.headers["content-language"] == "zh"
    assert answer.json()["code"] == "address_unknown"
    assert re.search("[一-鿿]", answer.json()["detail"])
