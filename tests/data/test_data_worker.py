"""The window's worker, called as the window calls it: JSON in, JSON out, no torch."""

from __future__ import annotations

import errno
import json
import subprocess
import sys

import numpy as np
import pytest
import skimage.data
from PIL import Image

from inpaintgan.core.errors import InpaintError
from inpaintgan.data.sample import SampleMaker
from inpaintgan.data.worker import HANDLERS
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.folder import find_pictures
from inpaintgan.imaging.io import decode
from inpaintgan.imaging.picture import Picture


def ask(op: str, **args) -> tuple[dict, list[dict]]:
    progress: list[dict] = []
    value = HANDLERS[op](json.loads(json.dumps(args)), progress.append)
    return json.loads(json.dumps(value)), progress


def test_open_picture_writes_what_a_page_shows(tmp_path):
    picture = Picture(skimage.data.chelsea(), np.full((300, 451), 77, np.uint8))
    save_picture(picture, tmp_path / "original.png")
    value, _ = ask("open-picture", source=str(tmp_path / "original.png"), name="my cat.png", folder=str(tmp_path))
    losses = value.pop("losses")
    assert value == {
        "width": 451, "height": 300, "format": "PNG", "depth": "", "name": "my cat.png", "notices": [], "conversion": "",
        "has_alpha": True, "display": "display.png", "thumbnail": "thumbnail.jpg",
    }  # fmt: skip
    assert losses[".png"] == [] and losses[".bmp"] == ["the white behind transparent areas"]
    assert np.array_equal(decode(tmp_path / "display.png").pixels, picture.pixels)
    assert decode(tmp_path / "thumbnail.jpg").pixels.shape == (160, 241, 3)
    Image.fromarray(np.arange(0, 60_000, 10, dtype=np.uint16).reshape(60, 100)).save(tmp_path / "gray.png")
    assert ask("open-picture", source=str(tmp_path / "gray.png"), folder=str(tmp_path))[0]["depth"] == "16 bits, gray"


def test_large_pictures_are_shown_as_jpeg(tmp_path):
    save_picture(Picture(np.zeros((3001, 4000, 3), np.uint8)), tmp_path / "large.png")
    value, _ = ask("open-picture", source=str(tmp_path / "large.png"), name="", folder=str(tmp_path))
    assert (value["display"], value["name"]) == ("display.jpg", "large.png")
    assert decode(tmp_path / "display.jpg").pixels.shape == (3001, 4000, 3)
    clear = Picture(np.zeros((3001, 4000, 3), np.uint8), alpha=np.zeros((3001, 4000), np.uint8))
    save_picture(clear, tmp_path / "clear.png")
    value, _ = ask("open-picture", source=str(tmp_path / "clear.png"), name="", folder=str(tmp_path))
    assert value["display"] == "display.png" and decode(tmp_path / "display.png").alpha is not None


@pytest.mark.parametrize(("height", "width"), [(1, 70_000), (200, 70_000)])
def test_a_strip_longer_than_a_jpeg_can_be_is_opened(tmp_path, height, width):
    save_picture(Picture(np.zeros((height, width, 3), np.uint8)), tmp_path / "strip.png")
    value, _ = ask("open-picture", source=str(tmp_path / "strip.png"), name="", folder=str(tmp_path))
    assert decode(tmp_path / value["display"]).pixels.shape == (height, width, 3)
    assert max(decode(tmp_path / value["thumbnail"]).pixels.shape) <= 4096


@pytest.mark.parametrize("full_at", [1, 2])
def test_a_disk_without_room_for_what_a_page_shows_is_told_in_words(tmp_path, monkeypatch, full_at):
    save_picture(Picture(skimage.data.chelsea()), tmp_path / "cat.png")
    written = []

    def write_bytes(file, data):
        written.append(file)
        if len(written) == full_at:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("inpaintgan.imaging.encode.write_bytes", write_bytes)
    with pytest.raises(InpaintError, match="Make room on the disk") as refused:
        ask("open-picture", source=str(tmp_path / "cat.png"), name="", folder=str(tmp_path))
    assert refused.value.code == "output-unwritable"


def test_refusals_name_the_picture_as_the_user_does(tmp_path):
    (tmp_path / "upload.bin").write_bytes(b"no picture")
    with pytest.raises(InpaintError, match=r"holiday\.jpg") as refused:
        ask("open-picture", source=str(tmp_path / "upload.bin"), name="holiday.jpg", folder=str(tmp_path))
    assert refused.value.code == "picture-unreadable"


def test_check_data(folder):
    value, progress = ask("check-data", folder=str(folder), masks="")
    assert value["n_pictures"] == 7
    assert progress[-1] == {"done": 7, "total": 7}


def test_preview_shows_items_as_the_dataset_makes_them(folder, config, tmp_path):
    out = tmp_path / "preview"
    files = find_pictures(folder)
    files[0].write_bytes(b"broken")
    values = config.model_dump(exclude={"data"})
    value, progress = ask("preview-data", folder=str(folder), values=values, count=3, out=str(out))
    assert len(progress) == 3
    maker = SampleMaker(files, config, train=True)
    assert [item["name"] for item in value["items"]] == [
        files[index].relative_to(folder).as_posix() for index in (1, 2, 4)
    ]
    for position, (item, index) in enumerate(zip(value["items"], (0, 2, 4), strict=True)):
        sample = maker.make(position, index)
        assert np.array_equal(decode(out / item["picture"]).pixels, sample.picture)
        assert np.array_equal(decode(out / item["edges"]).pixels[..., 0], sample.edge * 255)
        masked = decode(out / item["masked"]).pixels
        assert (masked[sample.mask == 1] == 255).all()
        assert np.array_equal(masked[sample.mask == 0], sample.picture[sample.mask == 0])


def test_preview_refuses_bad_settings(folder, tmp_path):
    with pytest.raises(InpaintError) as refused:
        ask("preview-data", folder=str(folder), values={"sigma": -7}, count=3, out=str(tmp_path))
    assert refused.value.code == "config-invalid"


def test_no_torch_is_imported():
    code = f"import sys; sys.path[:] = {sys.path}; import inpaintgan.data.worker; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
