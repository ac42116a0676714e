"""Opening pictures, keeping their layers, filling and saving: the window's side, with a stand-in for the networks."""

from __future__ import annotations

import errno
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inpaintgan.core.errors import InpaintError
from inpaintgan.gui import pictures as module
from inpaintgan.gui.files import receive
from inpaintgan.gui.fills import Fills
from inpaintgan.gui.pictures import KEPT_PICTURES, Picture, Pictures
from inpaintgan.jobs.process import Worker
from waiting import wait_for

from .conftest import App, Client
from .made_png import png

OPTIONS = {"checkpoint": "c", "device": "cpu", "engine": "auto", "edges": False}


@pytest.fixture(scope="module")
def decoder() -> Iterator[Worker]:
    worker = Worker("inpaintgan.data.worker")
    yield worker
    worker.close()


@pytest.fixture
def filler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    worker = Worker("fake_inference")
    yield worker
    worker.close()


@pytest.fixture
def pictures(tmp_path: Path, decoder: Worker) -> Pictures:
    return Pictures(tmp_path / "pictures", decoder)


@pytest.fixture
def fills(pictures: Pictures, filler: Worker) -> Fills:
    return Fills(pictures, filler)


def opened(pictures: Pictures, name: str = "a.png", *, is_map: bool = False) -> Picture:
    picture = pictures.reserve(name, is_map=is_map)
    picture.original.write_bytes(png())
    pictures.open(picture)
    return picture


def store(pictures: Pictures, picture: Picture, layer: str, value: int) -> None:
    file = picture.folder / "upload"
    file.write_bytes(png(value=value))
    pictures.store_layer(picture, layer, file)


def test_an_opened_picture_is_described(pictures: Pictures) -> None:
    info = opened(pictures, "Mädchen am Meer.PNG").info()
    identity = info["id"]
    assert set(info.pop("losses")) >= {".png", ".bmp", ".jpg"}
    assert info | {"notices": []} == {
        "id": identity, "name": "Mädchen am Meer.PNG", "width": 4, "height": 3, "format": "PNG", "notices": [],
        "url": f"/api/pictures/{identity}/display.png",
        "conversion": "", "has_alpha": False, "has_mask": False, "mask_url": None, "edges_url": None, "fills": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\Users\\x\\a.png", "a.png"), ("a\0b\n.png", "a_b_.png"), ("", "picture"),
        ("...", "picture"), ("x" * 300 + ".png", "x" * 109 + "….png"), ("a.tar/..", "picture"), (".png", "picture.png"),
    ],
)  # fmt: skip
def test_names_lose_folders_and_what_systems_forbid(pictures: Pictures, tmp_path: Path, name: str, kept: str) -> None:
    picture = pictures.reserve(name)
    assert picture.name == kept
    assert picture.original.parent.parent == tmp_path / "pictures"


def test_what_cannot_be_read_leaves_nothing_behind(pictures: Pictures) -> None:
    picture = pictures.reserve("a.png")
    picture.original.write_bytes(b"no picture")
    with pytest.raises(InpaintError) as caught:
        pictures.open(picture)
    assert caught.value.code == "picture-unreadable"
    assert not picture.folder.exists()


def test_the_picture_that_was_not_used_for_longest_goes_when_there_are_many(pictures: Pictures) -> None:
    first, second = opened(pictures), opened(pictures)
    for _ in range(KEPT_PICTURES - 1):
        assert pictures.get(first.id) is first
        last = opened(pictures)
    with pytest.raises(InpaintError, match=f"Only the last {KEPT_PICTURES} pictures without a mask") as caught:
        pictures.get(second.id)
    assert caught.value.code == "picture-unknown"
    assert not second.folder.exists() and first.folder.exists()
    assert pictures.get(last.id) is last
    for unknown in ("of an earlier start", None, []):
        with pytest.raises(InpaintError, match="the program has been restarted"):
            pictures.get(unknown)


def test_a_picture_with_a_mask_or_fills_stays_while_others_can_go(
    pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_PICTURES", 2)
    monkeypatch.setattr(module, "KEPT_WORK", 5)
    masked, filled = opened(pictures), opened(pictures)
    store(pictures, masked, "mask", 255)
    filled.fills.append({"fill": 1})
    idle = [opened(pictures) for _ in range(4)]
    still = [picture.folder.exists() for picture in (masked, filled, *idle)]
    assert still == [True, True, False, False, True, True]
    for picture in idle[2:]:
        store(pictures, picture, "mask", 255)
    last, newest = opened(pictures), opened(pictures)
    assert masked.folder.exists() and not last.folder.exists(), "beyond the bound what has no mask goes first"
    store(pictures, newest, "mask", 255)
    opened(pictures)
    assert [picture.folder.exists() for picture in (masked, filled, *idle[2:], newest)] == [False, *[True] * 4]


def test_pictures_in_work_are_listed_the_one_worked_on_last_first(pictures: Pictures, fills: Fills) -> None:
    masked, _idle, filled, map_file = (opened(pictures, is_map=is_map) for is_map in (False, False, False, True))
    for picture in (masked, filled, map_file):
        store(pictures, picture, "mask", 255)
    before = time.time()
    fills.fill(filled.id, OPTIONS)
    assert [(found["id"], found["n_fills"]) for found in pictures.in_work()] == [(filled.id, 1), (masked.id, 0)]
    pictures.get(masked.id)
    first, second = pictures.in_work()
    assert first["id"] == filled.id, "a look is no work"
    assert second["time"] <= before <= first["time"]
    store(pictures, masked, "mask", 128)
    first, _ = pictures.in_work()
    assert first["id"] == masked.id
    assert (masked.folder / first["url"].rsplit("/", 1)[1]).is_file()


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


def test_a_picture_whose_layers_were_emptied_is_not_gone_on_with(pictures: Pictures) -> None:
    picture = opened(pictures)
    for layer in ("mask", "edges"):
        store(pictures, picture, layer, 255)
    for layer in ("mask", "edges"):
        assert pictures.in_work()
        file = picture.folder / "upload"
        file.write_bytes(png(value=0))
        pictures.store_layer(picture, layer, file, is_empty=True)
    assert not pictures.in_work()
    picture.fills.append({"fill": 1})
    assert pictures.in_work()


def test_what_a_killed_launch_leaves_is_gone_on_with(
    pictures: Pictures, fills: Fills, filler: Worker, decoder: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle, filled, masked, newer, strange = (opened(pictures, f"{name}.png") for name in "abcde")
    for picture in (filled, masked, newer, strange):
        store(pictures, picture, "mask", 255)
    store(pictures, filled, "edges", 7)
    fills.fill(filled.id, {**OPTIONS, "edges": True})
    with monkeypatch.context() as changed:
        changed.setattr("inpaintgan.gui.picture.__version__", "0.0.1")
        newer.record()
    with monkeypatch.context() as changed:
        changed.setattr("inpaintgan.gui.picture._RECORDED", ("name", "facts"))
        strange.record()

    later = Pictures(tmp_path / "later", decoder)
    later.take_over(tmp_path / "pictures")
    assert [found["id"] for found in later.in_work()] == [filled.id, masked.id]
    for before in (filled, masked):
        assert later.get(before.id).info() == before.info()
    assert not any(later.find(picture.id) for picture in (idle, newer, strange)), "others may be written in another way"
    assert sorted(path.name for path in (tmp_path / "later").iterdir()) == sorted([filled.id, masked.id])
    fills = Fills(later, filler)
    again = fills.fill(filled.id, {**OPTIONS, "edges": True, "drawn_over": 1})
    assert again["fill"] == 2
    saved = fills.save(filled.id, 1, "b.png")
    data = (tmp_path / "later" / filled.id / saved["url"].split("/")[-1]).read_bytes()
    assert data == b"|".join([png(), png(value=255)])


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


def test_a_look_at_a_pictures_files_is_no_use_of_it(pictures: Pictures) -> None:
    seen, used = opened(pictures), opened(pictures)
    for _ in range(KEPT_PICTURES - 1):
        assert pictures.find(seen.id) is seen and pictures.get(used.id) is used
        opened(pictures)
    assert pictures.find(seen.id) is None and pictures.find(used.id) is used


def test_files_of_masks_take_no_pictures_place(pictures: Pictures) -> None:
    picture, first = opened(pictures), opened(pictures, is_map=True)
    for _ in range(KEPT_PICTURES):
        opened(pictures, is_map=True)
    assert picture.folder.exists() and not first.folder.exists()


def test_a_layer_must_be_a_png_and_a_bad_one_replaces_nothing(pictures: Pictures) -> None:
    picture = opened(pictures)
    store(pictures, picture, "mask", 255)
    url = picture.info()["mask_url"]
    file = picture.folder / "upload"
    file.write_bytes(b"GIF89a")
    with pytest.raises(InpaintError) as caught:
        pictures.store_layer(picture, "mask", file)
    assert caught.value.code == "layer-not-png"
    assert picture.info()["mask_url"] == url
    store(pictures, picture, "mask", 0)
    assert picture.info()["mask_url"] != url, "or a browser would show the old one"
    store(pictures, picture, "mask", 255)
    assert picture.info()["mask_url"] == url, "the same mask again"


def test_a_fill_needs_a_mask(pictures: Pictures, fills: Fills) -> None:
    with pytest.raises(InpaintError) as caught:
        fills.fill(opened(pictures).id, OPTIONS)
    assert caught.value.code == "mask-missing" and caught.value.hint.startswith("Draw")


def test_steering_needs_edges(pictures: Pictures, fills: Fills) -> None:
    picture = opened(pictures)
    store(pictures, picture, "mask", 255)
    with pytest.raises(InpaintError) as caught:
        fills.fill(picture.id, {**OPTIONS, "edges": True})
    assert caught.value.code == "edges-missing" and "edges" in caught.value.hint


def test_each_fill_keeps_the_mask_it_was_made_with(pictures: Pictures, fills: Fills) -> None:
    picture = opened(pictures)
    store(pictures, picture, "mask", 255)
    first = fills.fill(picture.id, OPTIONS)
    store(pictures, picture, "mask", 128)
    store(pictures, picture, "edges", 7)
    second = fills.fill(picture.id, {**OPTIONS, "edges": True})
    assert [fill["fill"] for fill in picture.info()["fills"]] == [1, 2]
    assert (first["edge_patches"], first["steered"]) == ([], False)
    assert picture.predictions == {1: [], 2: []}, "what further lines are drawn over"
    place = {"left": 1, "top": 0, "width": 2, "height": 3}
    assert first["patches"] == [{"url": picture.url("fill-1-0.png"), **place}]
    assert second["edge_patches"] == [{"url": picture.url("fill-2-edges-0.png"), **place}]
    assert (picture.folder / "fill-1-0.png").read_bytes() == png(value=255)
    assert (picture.folder / "fill-2-edges-0.png").read_bytes() == png(value=7)
    saved = fills.save(picture.id, 1, "ä.png")
    data = (picture.folder / saved["url"].split("/")[-1]).read_bytes()
    assert data == b"|".join([png(), png(value=255)])


def test_saving_needs_a_known_fill_and_format(pictures: Pictures, fills: Fills) -> None:
    picture = opened(pictures)
    store(pictures, picture, "mask", 255)
    fills.fill(picture.id, OPTIONS)
    for fill, name, code in (
        (9, "a.png", "fill-unknown"),
        ("1", "a.png", "fill-unknown"),
        (1, "a.txt", "format-unknown"),
    ):
        with pytest.raises(InpaintError) as caught:
            fills.save(picture.id, fill, name)
        assert caught.value.code == code
    assert fills.save(picture.id, 1, "../b.JPG")["name"] == "b.JPG"


def test_of_saved_files_the_newest_stays(pictures: Pictures, fills: Fills) -> None:
    picture = opened(pictures)
    store(pictures, picture, "mask", 255)
    fills.fill(picture.id, OPTIONS)
    urls = [fills.save(picture.id, 1, name)["url"] for name in ("a.png", "b.jpg", "c.png")]
    assert [picture.url(file.name) for file in picture.folder.glob("saved-*")] == urls[-1:]
    assert list(picture.saved_names.values()) == ["c.png"]


def test_progress_is_seen_and_cancelling_frees_the_picture(pictures: Pictures, fills: Fills) -> None:
    picture = opened(pictures)
    store(pictures, picture, "mask", 255)
    codes: list[str] = []

    def run() -> None:
        with pytest.raises(InpaintError) as caught:
            fills.fill(picture.id, {**OPTIONS, "checkpoint": "slow"})
        codes.append(caught.value.code)

    thread = threading.Thread(target=run)
    thread.start()
    wait_for(lambda: picture.progress == {"step": "inpaint", "fraction": 0.5})
    fills.cancel()
    thread.join(10)
    assert codes == ["cancelled"]
    assert picture.progress == {"step": "", "fraction": 0.0}
    again = fills.fill(picture.id, {**OPTIONS, "feather_px": 3.0})
    assert (again["hole_px"], again["feather_px"]) == (5, 3.0)


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
    assert list(tmp_path.iterdir()) == []
