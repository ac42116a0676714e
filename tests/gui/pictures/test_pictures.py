"""Opening pictures and keeping them with their layers: which go when there are many, and what outlives a kill."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from inpaintgan.core.errors import InpaintError
from inpaintgan.gui import pictures as module
from inpaintgan.gui.fills import Fills
from inpaintgan.gui.pictures import KEPT_PICTURES, Pictures
from inpaintgan.jobs.process import Worker

from ..made_png import png
from .conftest import OPTIONS, opened, store


def test_an_opened_picture_is_described(pictures: Pictures) -> None:
    info = opened(pictures, "Mädchen am Meer.PNG").info()
    identity = info["id"]
    assert set(info.pop("losses")) >= {".png", ".bmp", ".jpg"}
    assert info | {"notices": []} == {
        "id": identity, "name": "Mädchen am Meer.PNG", "width": 4, "height": 3, "format": "PNG", "notices": [],
        "depth": "gray", "url": f"/api/pictures/{identity}/display.png",
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
