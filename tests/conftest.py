"""Things that tests of every layer share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.picture import Picture


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
