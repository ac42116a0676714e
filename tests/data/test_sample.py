"""One training item."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.feature import canny
from torch._utils import ExceptionWrapper

from inpaintgan.core.config import Config
from inpaintgan.core.errors import InpaintError
from inpaintgan.data.sample import NothingReadable, SampleMaker
from inpaintgan.imaging.edges import detect_edges
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.folder import find_pictures
from inpaintgan.imaging.io import read_rgb
from inpaintgan.imaging.picture import Picture, resize_square, to_gray


def same(one, other) -> bool:
    return all(
        np.array_equal(getattr(one, key), getattr(other, key)) for key in ("picture", "gray", "edge", "mask", "focus")
    )


def test_parts_belong_together(folder, config):
    files = find_pictures(folder)
    made = SampleMaker(files, config, train=False).make(3, 2)
    picture = resize_square(read_rgb(files[2]), 64)
    assert np.array_equal(made.picture, picture)
    assert np.array_equal(made.gray, to_gray(picture))
    assert np.array_equal(made.edge, canny(to_gray(picture).astype(np.float32) / 255, sigma=2))
    assert set(np.unique(made.mask)) == {0, 1}
    assert made.file == files[2]
    assert made.unreadable == ()


@pytest.mark.parametrize("sigma", [2.0, 0.0, -1.0])
def test_an_item_depends_on_seed_and_position_only(folder, config, sigma):
    config = config.model_copy(update={"sigma": sigma})
    files = find_pictures(folder)
    maker = SampleMaker(files, config, train=True)
    items = {position: maker.make(position, position % 7) for position in range(40)}
    fresh = SampleMaker(files, config, train=True)
    for position in reversed(range(40)):
        assert same(items[position], fresh.make(position, position % 7))
    other = SampleMaker(files, config.model_copy(update={"seed": 11}), train=True)
    assert not all(np.array_equal(items[p].mask, other.make(p, p % 7).mask) for p in range(5))


def test_the_focus_is_any_pixel_of_the_hole(folder, config):
    maker = SampleMaker(find_pictures(folder), config.model_copy(update={"mask": "half"}), train=True)
    items = [maker.make(position, 0) for position in range(60)]
    assert all(item.mask[item.focus] for item in items)
    rows = np.array([item.focus[0] for item in items])
    assert (rows < 21).any() and (rows >= 42).any() and ((rows >= 21) & (rows < 42)).any()


def test_half_of_the_training_items_are_mirrored_whole(folder, config):
    files = find_pictures(folder)
    train, plain = SampleMaker(files, config, train=True), SampleMaker(files, config, train=False)
    mirrored = 0
    for position in range(200):
        made, reference = train.make(position, 0), plain.make(position, 0)
        assert np.array_equal(made.mask, reference.mask)
        if not np.array_equal(made.picture, reference.picture):
            mirrored += 1
            for key in ("picture", "gray", "edge"):
                assert np.array_equal(getattr(made, key), getattr(reference, key)[:, ::-1])
    assert 70 < mirrored < 130
    unflipped = SampleMaker(files, config.model_copy(update={"augment_flip": False}), train=True)
    assert all(same(unflipped.make(p, 0), plain.make(p, 0)) for p in range(20))


def test_half_of_the_training_items_are_zoomed_and_have_the_edges_of_what_is_seen(folder, config):
    files = find_pictures(folder)
    config = config.model_copy(update={"augment_zoom": 2.0, "augment_flip": False})
    train, plain = SampleMaker(files, config, train=True), SampleMaker(files, config, train=False)
    whole = plain.make(0, 0)
    items = [train.make(position, 0) for position in range(200)]
    changed = [item for item in items if not np.array_equal(item.picture, whole.picture)]
    assert 70 < len(changed) < 130
    for item in changed[:10]:
        assert item.picture.shape == whole.picture.shape
        assert np.array_equal(item.edge, detect_edges(item.gray, config))
    assert same(train.make(3, 0), items[3])
    still = SampleMaker(files, config.model_copy(update={"augment_zoom": 1}), train=False)
    assert same(plain.make(3, 0), still.make(3, 0))


def test_the_next_readable_picture_stands_in(folder, config):
    files = find_pictures(folder)
    for index in (5, 6):
        files[index].write_bytes(b"broken")
    files[0].unlink()
    maker = SampleMaker(files, config, train=False)
    for _ in range(2):  # the second time from memory
        made = maker.make(0, 5)
        assert made.file == files[1]
        assert made.unreadable == (str(files[5]), str(files[6]), str(files[0]))
        assert same(made, maker.make(0, 1))


def test_nothing_readable_is_refused(folder, config):
    files = find_pictures(folder)
    for file in files:
        file.write_bytes(b"")
    with pytest.raises(InpaintError) as refused:
        SampleMaker(files, config, train=True)
    assert refused.value.code == "folder-unreadable"


def test_pictures_that_vanish_during_a_training_are_an_error_in_words(folder, config):
    files = find_pictures(folder)
    maker = SampleMaker(files, config, train=True)
    for file in files:
        file.unlink()
    with pytest.raises(NothingReadable) as refused:
        maker.make(0, 3)
    # A loader rebuilds a worker's exception from its class and one text.
    with pytest.raises(InpaintError) as handed_on:
        ExceptionWrapper((NothingReadable, refused.value, refused.tb)).reraise()
    assert handed_on.value.as_dict() == refused.value.as_dict()


def test_mask_folder(folder, config, tmp_path):
    external = config.model_dump() | {"mask": "external", "mask_data": str(tmp_path / "masks")}
    files = find_pictures(folder)
    with pytest.raises(InpaintError) as refused:
        SampleMaker(files, Config(**external), train=True)
    assert refused.value.code == "folder-missing"
    white = np.full((20, 20, 3), 255, np.uint8)
    (tmp_path / "masks").mkdir()
    save_picture(Picture(white), tmp_path / "masks" / "white.png")
    with pytest.raises(InpaintError) as refused:
        SampleMaker(files, Config(**external), train=True)
    assert refused.value.code == "masks-unusable"
    white[:, 10:] = 0
    save_picture(Picture(white), tmp_path / "masks" / "half.png")
    maker = SampleMaker(files, Config(**external), train=True)
    assert all(maker.make(position, 0).mask.mean() == 0.5 for position in range(6))
