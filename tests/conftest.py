"""Things that tests of every layer share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import skimage.data

from inpaintgan.core.threads import wait_briefly
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.picture import Picture

wait_briefly()  # two workers, and the processes that their tests start, share the cores; they inherit what this says

if TYPE_CHECKING:
    from inpaintgan.networks.vgg19 import VGG19Features


@pytest.fixture(scope="session", autouse=True)
def _own_caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what tests decode out of the user's cache folder, in child processes too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of eight 96x96 crops of the astronaut, under names in several alphabets."""
    folder = tmp_path_factory.mktemp("bilder-画像-צילום")
    astronaut = skimage.data.astronaut()
    for index, name in enumerate(["a", "ä", "ж", "猫", "ש", "ñ", "o o", "z"]):
        top, left = 40 * index, 30 * index
        crop = np.ascontiguousarray(astronaut[top : top + 96, left : left + 96])
        save_picture(Picture(crop), folder / f"{name}.png")
    return folder


@pytest.fixture(scope="session")
def vgg() -> VGG19Features:
    """A narrow VGG19 up to relu3_4, with random weights."""
    import torch

    from inpaintgan.networks.vgg19 import VGG19Features

    generator = torch.Generator().manual_seed(0)
    state, channels = {}, 3
    for name, width in (("1_1", 4), ("1_2", 4), ("2_1", 8), ("2_2", 8), ("3_1", 8), ("3_2", 8), ("3_3", 8), ("3_4", 8)):
        state[f"conv{name}.weight"] = torch.randn(width, channels, 3, 3, generator=generator)
        state[f"conv{name}.bias"] = torch.zeros(width)
        channels = width
    return VGG19Features(state, "random", caffe=False, imagenet_normalization=True)


@pytest.fixture(scope="session")
def vgg_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of VGG19 with random weights, in torchvision's layout."""
    import torch

    from vgg19_weights import torchvision_layout

    file = tmp_path_factory.mktemp("vgg") / "vgg19.pth"
    torch.save(torchvision_layout(16), file)
    return file
