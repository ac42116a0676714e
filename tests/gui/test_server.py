"""The window's process: how it starts, how it ends, and that it stays light."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from waiting import wait_for

from .conftest import MAIN, App, Client

HEAVY = ("torch", "torchvision", "numpy", "cv2", "skimage", "PIL", "scipy", "tensorboard")


def test_the_window_imports_nothing_heavy() -> None:
    """What makes the first page answer within about a second of the start."""
    script = f"import sys, inpaintgan.gui.app; print([name for name in {HEAVY} if name in sys.modules])"
    source = str(MAIN.parent / "src")
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_without_a_window_exactly_one_line_says_where_it_is(app: App) -> None:
    client = Client(app)
    assert client.log_in().status == 303
    assert client.get("/").headers["content-type"] == "text/html; charset=utf-8"
    time.sleep(0.3)
    assert app.stop() == 130
    assert app.process.stdout
    assert app.process.stdout.read() == "", "the ready line is all that goes to stdout"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_on_a_signal(app: App, number: int) -> None:
    assert app.stop(number) == 130
    assert app.stderr.read_text() == ""


def test_its_files_go_with_it(client: Client) -> None:
    folders = list(Path(tempfile.gettempdir()).glob(f"inpaintgan-{client.app.process.pid}-*"))
    assert len(folders) == 1
    client.put("/api/pictures?name=a.png", b"not a picture")
    client.app.stop()
    assert not folders[0].exists()


def start_in_vain(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the window in a way that it refuses."""
    command = [sys.executable, str(MAIN), "gui", *arguments]
    environment = {**os.environ, **environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)


def test_a_busy_port_is_one_sentence_and_nothing_opens(tmp_path: Path) -> None:
    mark = tmp_path / "opened"
    browser = fake_browser(tmp_path, f"touch {mark}")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = start_in_vain("--port", port, "--runs", str(tmp_path), DISPLAY=":1", INPAINTGAN_BROWSER=browser)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert f"Port {port} cannot be used: Address already in use." in done.stderr
    assert not mark.exists()


@pytest.mark.parametrize("port", ["-1", "65536", "99999999999"])
def test_what_is_no_port_is_refused(port: str, tmp_path: Path) -> None:
    done = start_in_vain("--port", port, "--no-window")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_runs_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    done = start_in_vain("--no-window", "--runs", str(tmp_path / "runs"))
    assert done.returncode == 2 and "runs is a file, not a folder." in done.stderr and not done.stdout


def test_a_chosen_port_is_taken(start_app: Callable[..., App]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert start_app("--port", str(port)).port == port


def test_the_queue_goes_on_after_any_fault(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    from inpaintgan.gui import app as module

    class Queue:
        calls = 0

        def tend(self) -> None:
            self.calls += 1
            if self.calls == 4:
                raise SystemExit
            raise KeyError("pid")

    monkeypatch.setattr(module, "_QUEUE_S", 0)
    monkeypatch.setattr(module, "offload", lambda function: function())
    queue = Queue()
    with pytest.raises(SystemExit):
        module.tend_queue(queue)  # pyright: ignore[reportArgumentType]
    assert queue.calls == 4
    assert capfd.readouterr().err == "The queue could not continue: KeyError: 'pid'\n", "said once"


def test_without_a_screen_the_address_is_printed_in_words(start_app: Callable[..., App]) -> None:
    app = start_app(window=True, env={"DISPLAY": "", "WAYLAND_DISPLAY": ""})
    assert Client(app).log_in().status == 303
    assert app.process.stdout
    assert "Ctrl+C" in app.process.stdout.readline()


def test_with_a_screen_a_private_app_window_opens(start_app: Callable[..., App], tmp_path: Path) -> None:
    seen = tmp_path / "arguments"
    program = fake_browser(tmp_path, f'printf "%s\\n" "$@" > {seen}.part; mv {seen}.part {seen}; sleep 60')
    app = start_app(window=True, env={"DISPLAY": ":1", "INPAINTGAN_BROWSER": program})
    wait_for(seen.exists)
    arguments = seen.read_text().splitlines()
    (address,) = (argument.removeprefix("--app=") for argument in arguments if argument.startswith("--app="))
    assert address != app.url, "what others can read in the command line is of use to them for a minute only"
    for url in (address, app.url):
        assert Client(App(app.process, app.runs, url, app.stderr)).log_in().status == 303
    profile = next(argument.split("=")[1] for argument in arguments if argument.startswith("--user-data-dir="))
    assert f"inpaintgan-{app.process.pid}-" in profile
    assert app.stop() == 130


def test_closing_the_last_page_ends_the_process_and_a_reload_does_not(
    start_app: Callable[..., App], browser: Any, tmp_path: Path
) -> None:
    program = fake_browser(tmp_path, "exit 0")
    app = start_app(window=True, env={"DISPLAY": ":1", "INPAINTGAN_BROWSER": program})
    context = browser.new_context()
    page = context.new_page()
    page.goto(app.url)
    page.wait_for_selector("html[data-eel=ready]")
    page.goto("about:blank")
    page.goto(app.origin)
    page.wait_for_selector("html[data-eel=ready]")
    time.sleep(1)  # the program looks for pages a few times a second
    assert app.process.poll() is None
    context.close()
    assert app.process.wait(60) == 0


def test_without_a_window_closing_a_page_ends_nothing(start_app: Callable[..., App], browser: Any) -> None:
    app = start_app(program=Path(__file__).with_name("impatient_main.py"), env={"PYTHONPATH": str(MAIN.parent / "src")})
    context = browser.new_context()
    page = context.new_page()
    page.goto(app.url)
    page.wait_for_selector("html[data-eel=ready]")
    context.close()
    time.sleep(2)  # a window would have ended by now
    assert app.process.poll() is None


def test_a_locked_out_browser_gets_an_address_in_the_terminal(app: App) -> None:
    for _ in range(3):
        assert Client(app).get("/", Cookie=None).status == 403
    said = app.stderr.read_text()
    assert len(said.splitlines()) == 1, "not one for each knock"
    spare = App(app.process, app.runs, said.split()[-1], app.stderr)
    assert Client(spare).log_in().status == 303


def test_unknown_addresses_are_answered_in_words(client: Client) -> None:
    for path in (
        "/api",
        "/api/nothing",
        "/api/runs/none/events",
        "/api/runs/none/samples/a.png",
        "/api/pictures/x/y.png",
    ):
        answer = client.get(path)
        assert answer.status == 404 and b"There is nothing here." in answer.body, path
    assert client.put("/index.html", b"x").status == 405
    assert client.get("/favicon.ico").status == 204


def test_eels_script_is_ours_and_names_the_functions(client: Client) -> None:
    script = client.get("/eel.js").body.decode()
    assert "'start_training'" in script
    assert "document.readyState" in script
    assert "'functions'" not in script


def test_broken_websocket_messages_are_ignored(client: Client) -> None:
    """A message that Eel cannot take would leave a page behind that never goes, and print a traceback."""
    app = client.app
    lines = ["GET /eel?page=x HTTP/1.1", f"Host: 127.0.0.1:{app.port}", "Connection: Upgrade", "Upgrade: websocket"]
    lines += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + "A" * 22 + "==", f"Origin: {app.origin}"]
    lines += [f"Cookie: {client.cookie}"]
    good = json.dumps({"call": 1.5, "name": "check_config", "args": [{}]})
    with socket.create_connection(("127.0.0.1", app.port), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        assert b" 101 " in connection.recv(4096)
        for text in (
            "nonsense",
            "[]",
            '{"call": 1, "name": "exec", "args": []}',
            '{"call": 1, "name": [], "args": []}',
            '{"call": 1}',
            good,
        ):
            data = text.encode()
            connection.sendall(bytes([0x81, 0x80 | len(data), 0, 0, 0, 0]) + data)
        answer = connection.recv(4096)
    assert json.loads(answer[2:]) == {
        "return": 1.5, "status": "ok", "value": {"ok": True, "value": {}}, "error": {},
    }  # fmt: skip
    assert client.get("/eel.js").status == 200


def fake_browser(folder: Path, command: str) -> str:
    """Write a program that is taken for a browser."""
    program = folder / "browser.sh"
    program.write_text(f"#!/bin/sh\n{command}\n")
    program.chmod(0o755)
    return str(program)
