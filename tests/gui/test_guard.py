"""Nobody but the browser that was let in may talk to the server; every way in that was once tried on Eel."""

from __future__ import annotations

import base64
import os
import socket
from pathlib import Path

import pytest

from inpaintgan.core.paths import resource
from inpaintgan.gui.files import NOT_FOUND, page_file
from inpaintgan.gui.guard import MAX_OTHER_BYTES, MAX_PICTURE_BYTES, Environ, Guard, StartResponse

from .conftest import App, Client

PAGE = "/css/tokens.css"


def upgrade(app: App, path: str = "/eel?page=index.html", **headers: str) -> int:
    """Ask for a websocket and return the status."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{app.port}", "Connection: Upgrade", "Upgrade: websocket"]
    lines += ["Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", app.port), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(connection.recv(64).split()[1])


def test_the_browser_that_was_let_in_passes(client: Client) -> None:
    assert client.get(PAGE).status == 200
    assert client.get(PAGE, Sec_Fetch_Site="same-origin").status == 200
    assert client.get(PAGE, Origin=client.app.origin).status == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost:{port}", "127.0.0.1", "127.0.0.1:{port}.evil.example"])
def test_a_foreign_host_is_refused(client: Client, host: str) -> None:
    assert client.get(PAGE, Host=host.format(port=client.app.port)).status == 421


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost:{port}"])
def test_a_foreign_origin_is_refused(client: Client, origin: str) -> None:
    origin = origin.format(port=client.app.port)
    assert client.get(PAGE, Origin=origin).status == 403
    assert client.put("/api/pictures?name=a.png", b"x", Origin=origin).status == 403


def test_what_changes_something_needs_an_origin(client: Client) -> None:
    assert client.put("/api/pictures?name=a.png", b"x", Origin=None).status == 403
    assert client.request("POST", "/", b"", Origin=None).status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_are_refused(client: Client, site: str) -> None:
    assert client.get(PAGE, Sec_Fetch_Site=site).status == 403
    # Not even with the ticket: such a link would also lose its SameSite=Strict cookie on the way.
    assert Client(client.app).get("/?ticket=x", Sec_Fetch_Site=site).status == 403


def test_without_the_cookie_there_is_a_page_in_words(app: App) -> None:
    answer = Client(app).get("/", Cookie=None)
    assert answer.status == 403
    assert b"Open the address with a ticket" in answer.body
    assert Client(app).get("/", Cookie=f"inpaintgan_{app.port}=guess").status == 403
    assert Client(app).get("/", Cookie="\x01;=;,").status == 403
    assert Client(app).get("/api/runs/a/events", Cookie=None).status == 403


def test_a_ticket_works_once_and_a_reload_always(app: App) -> None:
    client = Client(app)
    path = app.url.removeprefix(app.origin)
    answer = client.log_in()
    assert answer.status == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and f"_{app.port}=" in cookie
    assert Client(app).get(path, Cookie=None).status == 403
    assert client.get(path).status == 303, "the same browser may reload the address with the used ticket"
    assert client.get(PAGE).status == 200


def test_a_ticket_from_elsewhere_is_refused_and_not_used_up(app: App) -> None:
    client, path = Client(app), app.url.removeprefix(app.origin)
    foreign = {"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}
    answers = [client.get(path, Cookie=None, **headers) for headers in foreign]
    assert [answer.status for answer in answers] == [421, 403, 403]
    assert not any("set-cookie" in answer.headers for answer in answers)
    assert client.log_in().status == 303
    assert client.get(PAGE).status == 200


def test_a_ticket_lasts_as_long_as_it_was_made_for() -> None:
    guard = Guard(80)
    statuses = []
    for lasts_s in (-1, 60):
        query = guard.new_address("browser", lasts_s).partition("?")[2]
        environ = {"REQUEST_METHOD": "GET", "HTTP_HOST": guard.host, "PATH_INFO": "/", "QUERY_STRING": query}
        guard.wrap(lambda environ, start: [])(environ, lambda status, *_: statuses.append(status[:3]))
    assert statuses == ["403", "303"]


def test_a_ticket_leads_only_to_this_server() -> None:
    guard = Guard(80)
    ticket = guard.new_address("launch").split("=")[1]
    started: list[tuple[str, dict[str, str]]] = []
    environ = {"REQUEST_METHOD": "GET", "HTTP_HOST": "127.0.0.1:80", "PATH_INFO": "//evil.example/ü\r\n"}
    environ["PATH_INFO"] = environ["PATH_INFO"].encode().decode("latin-1")
    environ["QUERY_STRING"] = f"a=1&ticket={ticket}&b=%0d"
    app = guard.wrap(lambda environ, start: [])
    list(app(environ, lambda status, headers, exc_info=None: started.append((status, dict(headers)))))
    status, headers = started[0]
    assert status.startswith("303")
    assert headers["Location"] == "/evil.example/%C3%BC%0D%0A?a=1&b=%0D"


def test_websockets_are_refused_before_the_upgrade(client: Client) -> None:
    app, origin = client.app, client.app.origin
    assert upgrade(app, Origin=origin, Cookie=client.cookie) == 101
    assert upgrade(app, Cookie=client.cookie) == 403
    assert upgrade(app, Origin=origin) == 403
    assert upgrade(app, Origin="https://evil.example", Cookie=client.cookie) == 403
    assert upgrade(app, Origin=origin, Cookie=client.cookie, Sec_Fetch_Site="cross-site") == 403
    assert upgrade(app, "/", Origin=origin, Cookie=client.cookie) == 404


def test_a_plain_request_for_the_websocket_is_answered(client: Client) -> None:
    assert client.get("/eel").status == 426


@pytest.mark.parametrize(
    "path",
    [
        "/../main.py", "/..%2fmain.py", "/%2e%2e/main.py", "/css/../../main.py", "/..\\main.py", "//etc/passwd",
        "/css//tokens.css", "/.hidden.js", "/css/.hidden.css", "/secret.py", "/css", "/css/", "/css/tokens.css%00.png",
    ],
)  # fmt: skip
def test_only_listed_files_of_the_pages_are_there(client: Client, path: str) -> None:
    assert client.get(path).status == 404


def test_real_paths_and_an_extension_list_decide(tmp_path: Path) -> None:
    root = tmp_path / "web"
    (root / "sub").mkdir(parents=True)
    for name in ("index.html", "a.js", ".env.js", "a.py", "noextension", "sub/b.CSS"):
        (root / name).write_text("x")
    (tmp_path / "secret.js").write_text("x")
    (root / "link.js").symlink_to(tmp_path / "secret.js")
    (root / "out").symlink_to(tmp_path)
    (root / "inner.js").symlink_to(root / "a.js")
    there = [
        path for path in ("", "index.html", "a.js", "sub/b.CSS", "inner.js") if page_file(root, path).status == 200
    ]
    assert there == ["", "index.html", "a.js", "sub/b.CSS", "inner.js"]
    for path in (
        ".env.js",
        "a.py",
        "noextension",
        "link.js",
        "out/secret.js",
        "../secret.js",
        "sub",
        "sub/",
        "none.js",
    ):
        assert page_file(root, path) is NOT_FOUND, path


def test_the_size_is_checked_before_anything_is_read(client: Client) -> None:
    def declared(length: str, path: str = "/api/pictures?name=a.png") -> int:
        lines = [f"PUT {path} HTTP/1.1", f"Host: 127.0.0.1:{client.app.port}", f"Origin: {client.app.origin}"]
        lines += [f"Cookie: {client.cookie}", length, "", ""]
        with socket.create_connection(("127.0.0.1", client.app.port), timeout=10) as connection:
            connection.sendall("\r\n".join(lines).encode())
            return int(connection.recv(64).split()[1])

    assert declared(f"Content-Length: {MAX_PICTURE_BYTES + 1}") == 413
    assert declared(f"Content-Length: {MAX_OTHER_BYTES + 1}", "/api/anything") == 413
    guard = Guard(80)
    for length in ("²", "٣", "9" * 5000, "-1", "1_0"):
        refusal = guard.check({"REQUEST_METHOD": "GET", "HTTP_HOST": guard.host, "CONTENT_LENGTH": length})
        assert refusal and refusal.status.startswith("413"), length
    assert declared("Transfer-Encoding: chunked") == 411


def test_every_answer_carries_the_security_headers(client: Client) -> None:
    answers = [client.get(PAGE), client.get("/none.js"), client.get(PAGE, Cookie=None), client.get(PAGE, Host="evil")]
    for answer in answers:
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"


def answer_of(guard: Guard, method: str, *headers: tuple[str, str], **environ: str) -> tuple[dict[str, str], bytes]:
    """What a guarded program that answers every request with these headers is seen to answer, by a browser let in."""
    started: list[list[tuple[str, str]]] = []

    def program(environ: Environ, start: StartResponse) -> list[bytes]:
        start("200 OK", [*headers])
        return [b"page"]

    def ask(sent: dict[str, str]) -> bytes:
        usual = {"REQUEST_METHOD": method, "HTTP_HOST": guard.host, "PATH_INFO": "/", "QUERY_STRING": ""}
        start = lambda status, headers, exc_info=None: started.append(headers)  # noqa: E731
        return b"".join(guard.wrap(program)({**usual, **sent}, start))

    body = ask(environ)
    return {name.lower(): value for name, value in started[-1]}, body


def cookie_of(guard: Guard) -> str:
    query = guard.new_address("test").partition("?")[2]
    return answer_of(guard, "GET", QUERY_STRING=query)[0]["set-cookie"].partition(";")[0]


def test_a_refusal_of_a_question_for_the_headers_alone_has_no_body() -> None:
    guard = Guard(80)
    (asked, body), (told, nothing) = (answer_of(guard, method, HTTP_HOST="evil.example") for method in ("GET", "HEAD"))
    assert b"Wrong address" in body and nothing == b""
    assert told == asked and int(told["content-length"]) == len(body)


def test_only_the_sandbox_of_a_report_stands_in_place_of_the_programs_policy() -> None:
    guard = Guard(80)
    cookie, ours = cookie_of(guard), dict(guard.security_headers())
    for policy in ("sandbox", "sandbox allow-scripts allow-same-origin", "default-src *"):
        headers, body = answer_of(guard, "GET", ("content-security-policy", policy), HTTP_COOKIE=cookie)
        assert body == b"page" and headers["content-security-policy"] == ours["Content-Security-Policy"], policy
        assert headers["cross-origin-opener-policy"] == "same-origin"
    policy = "sandbox allow-scripts; default-src 'unsafe-inline'"
    headers, _ = answer_of(guard, "GET", ("content-security-policy", policy), HTTP_COOKIE=cookie)
    assert headers["content-security-policy"] == policy and "cross-origin-opener-policy" not in headers
    assert headers["x-content-type-options"] == "nosniff"


def test_a_locked_out_browser_is_offered_a_fresh_address() -> None:
    knocked: list[int] = []
    guard = Guard(80, lambda: knocked.append(1))
    environ = {"REQUEST_METHOD": "GET", "HTTP_HOST": "127.0.0.1:80", "PATH_INFO": "/"}
    assert guard.check(environ) is not None
    assert knocked == [1]
    assert guard.check({**environ, "HTTP_SEC_FETCH_SITE": "cross-site"}) is not None
    assert knocked == [1], "another site cannot make the terminal print"


def test_the_pages_hold_nothing_the_policy_forbids() -> None:
    """A strict policy forbids inline scripts and styles; a page that has them is broken without a word."""
    forbidden = ("<style", " style=", " onclick=", " onload=", "javascript:")
    pages = sorted(resource("web").rglob("*.html"))
    assert pages
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert not [word for word in forbidden if word in text], path
        for script in text.split("<script")[1:]:
            assert " src=" in script.split(">")[0], path
