"""Which pictures count as nearly the same."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import skimage.data

from inpaintgan.data.near_duplicates import THUMBNAIL_BYTES, find_alike, thumbnail


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    """Crops of real pictures, none of which shows what another shows."""
    whole = [skimage.data.astronaut(), skimage.data.coffee(), skimage.data.chelsea()]
    return [
        np.ascontiguousarray(picture[y : y + 130, x : x + 130])
        for picture in whole
        for y in range(0, picture.shape[0] - 130, 140)
        for x in range(0, picture.shape[1] - 130, 140)
    ]


def alike(pictures: list[np.ndarray]) -> dict[int, int]:
    return find_alike(np.frombuffer(b"".join(map(thumbnail, pictures)), np.uint8).reshape(-1, THUMBNAIL_BYTES))


def recompressed(picture: np.ndarray) -> np.ndarray:
    ok, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 25])
    assert ok
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


@pytest.mark.parametrize(
    "change",
    [
        recompressed,
        lambda picture: cv2.resize(picture, (57, 57), interpolation=cv2.INTER_AREA),
        lambda picture: np.clip(picture * 1.15 + 8.0, 0, 255).astype(np.uint8),
        lambda picture: np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2),
    ],
    ids=["recompressed", "smaller", "brighter", "gray"],
)
def test_changed_pictures_are_found_and_others_are_not(pictures, change):
    n = len(pictures)
    assert n > 20
    assert alike(pictures) == {}
    found = alike([*pictures, *map(change, pictures)])
    assert found.items() <= {n + index: index for index in range(n)}.items()
    assert len(found) > 0.75 * n  # the dark corners have hardly anything to go by


def test_pictures_without_contrast_are_like_no_other():
    assert alike([np.full((40, 40, 3), level, np.uint8) for level in (0, 0, 7, 255)]) == {}


def test_all_of_a_group_are_named_after_its_first():
    """A film's frames: each is like the next, the last no longer like the first."""
    rng = np.random.default_rng(0)
    layout, change = rng.integers(40, 216, THUMBNAIL_BYTES), rng.normal(0, 2, THUMBNAIL_BYTES)
    film = [np.clip(layout + step * change, 0, 255).astype(np.uint8) for step in range(16)]
    assert find_alike(np.stack([film[0], film[-1]])) == {}
    assert find_alike(np.stack(film)) == dict.fromkeys(range(1, 16), 0)


def test_none_and_one():
    assert find_alike(np.zeros((0, THUMBNAIL_BYTES), np.uint8)) == {}
    assert find_alike(np.arange(THUMBNAIL_BYTES, dtype=np.uint8)[None]) == {}


def test_many_of_one_layout_do_not_take_the_square_of_their_number():
    """The search looks at a fixed number of neighbours, and still finds the pairs among pictures that look alike."""
    rng = np.random.default_rng(0)
    layout = rng.integers(0, 256, (1, THUMBNAIL_BYTES))
    many = np.clip(layout + rng.normal(0, 40, (6000, THUMBNAIL_BYTES)), 0, 255).astype(np.uint8)
    many[3000:3040] = np.clip(many[:40].astype(int) + 1, 0, 255)
    found = find_alike(many)
    assert {3000 + index: index for index in range(40)}.items() <= found.items()
    assert len(found) < 100
