"""What the rooms share: pictures with a decoder of their own, and a stand-in for the networks that fill them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inpaintgan.gui.fills import Fills
from inpaintgan.gui.pictures import Picture, Pictures
from inpaintgan.jobs.process import Worker

from ..made_png import png

OPTIONS = {"checkpoint": "c", "device": "cpu", "engine": "auto", "edges": False}


@pytest.fixture(scope="module")
def decoder() -> Iterator[Worker]:
    worker = Worker("inpaintgan.data.worker")
    yield worker
    worker.close()


@pytest.fixture
def filler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
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
