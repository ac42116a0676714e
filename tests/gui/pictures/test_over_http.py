"""Pictures and their layers on the way over HTTP: uploads that arrive, break off or cannot be stored."""

from __future__ import annotations

import errno
import signal
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from inpaintgan.core.errors import InpaintError
from inpaintgan.gui.files import receive

from ..conftest import App, Client
from ..made_png import png


def test_a_layer_without_anything_drawn_is_no_work_and_keeps_its_address(client: Client) -> None:
    info = client.put("/api/pictures?name=a.png", png(40, 30, 9)).json()["value"]
    drawn, empty = png(40, 30, 255), png(40, 30, 0)
    layer = f"/api/pictures/{info['id']}/mask"
    first = client.put(layer, drawn).json()["value"]
    cleared = client.put(f"{layer}?empty=1", empty).json()["value"]
    assert (first["has_mask"], cleared["has_mask"]) == (True, False)
    assert client.get(cleared["mask_url"]).body == empty
    again = client.put(layer, drawn).json()["value"]
    assert again["has_mask"] and again["mask_url"] == first["mask_url"]


def test_a_mask_outlives_a_program_that_is_killed(start_app: Callable[..., App], tmp_path: Path) -> None:
    mask = png(40, 30, 255)
    env = {"TMPDIR": str(tmp_path)}
    first = Client(start_app(env=env))
    first.log_in()
    info = first.put("/api/pictures?name=a.png", png(40, 30, 9)).json()["value"]
    url = first.put(f"/api/pictures/{info['id']}/mask", mask).json()["value"]["mask_url"]
    first.app.stop(signal.SIGKILL)
    assert list(tmp_path.glob("inpaintgan-*"))
    second = Client(start_app(env=env))
    second.log_in()
    assert second.get(url).body == mask
    second.app.stop()
    assert not list(tmp_path.glob("inpaintgan-*")), "a clean end leaves nothing"


def test_pictures_travel_over_http(client: Client) -> None:
    answer = client.put("/api/pictures?name=%C3%BC%20%E6%BC%A2.png", png(40, 30, 9)).json()
    info = answer["value"]
    assert (info["name"], info["width"], info["height"]) == ("ü 漢.png", 40, 30)
    shown = client.get(info["url"])
    assert (shown.status, shown.headers["content-type"]) == (200, "image/png")
    original = client.get(f"/api/pictures/{info['id']}/original.png")
    assert original.body == png(40, 30, 9)
    assert original.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%BC%20%E6%BC%A2.png"
    layer = f"/api/pictures/{info['id']}/mask"
    assert client.put(layer, png(40, 30, 255)).json()["value"]["has_mask"] is True
    assert client.put(layer, b"junk").json()["error"]["code"] == "layer-not-png"
    assert client.put(f"/api/pictures/{info['id']}/other", png()).status == 404
    assert client.put("/api/pictures/unknown/mask", png()).json()["error"]["code"] == "picture-unknown"
    for path in ("original.png/../x", "..%2f..%2fx", "upload-1", "nothing.png"):
        assert client.get(f"/api/pictures/{info['id']}/{path}").status == 404, path


def test_empty_and_broken_uploads_are_refused_in_words(client: Client) -> None:
    assert client.put("/api/pictures?name=a.png", b"").json()["error"]["code"] == "upload-empty"
    assert client.put("/api/pictures?name=a.png", b"x").json()["error"]["code"] == "picture-unreadable"


def test_an_upload_that_breaks_off_leaves_nothing(client: Client) -> None:
    folder = next(Path(tempfile.gettempdir()).glob(f"inpaintgan-{client.app.process.pid}-*"))
    lines = ["PUT /api/pictures?name=a.png HTTP/1.1", f"Host: 127.0.0.1:{client.app.port}", "Content-Length: 1000"]
    lines += [f"Origin: {client.app.origin}", f"Cookie: {client.cookie}", "", "abc"]
    with socket.create_connection(("127.0.0.1", client.app.port), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode())
        connection.shutdown(socket.SHUT_WR)
        assert b"upload-incomplete" in connection.makefile("rb").read()
    assert list((folder / "pictures").iterdir()) == []


def test_an_upload_that_cannot_be_stored_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InpaintError, match="No such file or directory") as caught:
        receive(lambda size: b"x" * size, 10, tmp_path / "none" / "file")
    assert caught.value.code == "upload-unwritable"

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("inpaintgan.gui.files.replace", full)
    with pytest.raises(InpaintError, match="Make room on the disk") as caught:
        receive(lambda size: b"x" * size, 10, tmp_path / "file")
    assert caught.value.code == "disk-full"
    with pytest.raises(InpaintError, match="The mask cannot be stored: No space left"):
        receive(lambda size: b"x" * size, 10, tmp_path / "file", "mask")
    with pytest.raises(InpaintError, match="Only a part of the edges arrived"):
        receive(lambda size: b"", 10, tmp_path / "file", "edges")
    assert list(tmp_path.iterdir()) == []
