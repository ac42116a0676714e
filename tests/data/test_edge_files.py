"""Edges from a folder: matching, geometry, NMS, and what is missing or wrong."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from inpaintgan.core.config import Config
from inpaintgan.core.errors import InpaintError
from inpaintgan.data.cache import set_key
from inpaintgan.data.cache_store import open_cache
from inpaintgan.data.edge_files import find_edge_files, read_edges
from inpaintgan.data.sample import SampleMaker
from inpaintgan.imaging.edges import canny
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.folder import find_pictures
from inpaintgan.imaging.picture import Picture, to_gray


def save_gray(gray: np.ndarray, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_picture(Picture(np.repeat(gray[..., None], 3, axis=2)), path)
    return path


@pytest.fixture
def external(folder: Path, tmp_path: Path) -> Config:
    """The seven pictures (100 high, 120 wide) with edges beside them: a frame 20 px inside, as thick as its name says."""
    for file in find_pictures(folder):
        edges = np.zeros((100, 120), np.uint8)
        thick = 1 + int(file.stem)
        edges[20:80, 30:90] = 255
        edges[20 + thick : 80 - thick, 30 + thick : 90 - thick] = 0
        save_gray(edges, tmp_path / "edges" / file.relative_to(folder).with_suffix(".bmp"))
    return Config(
        data=str(folder), edge="external", edge_data=str(tmp_path / "edges"), input_size=64, mask="half", seed=3
    )


def test_edges_are_matched_by_path_without_extension(folder, external):
    files = find_pictures(folder)
    edges = find_edge_files(files, external)
    assert [edge.relative_to(external.edge_data).with_suffix("") for edge in edges] == [
        file.relative_to(folder).with_suffix("") for file in files
    ]
    assert find_edge_files(files, Config(data=str(folder), edge="sobel")) == [None] * 7


def test_held_out_pictures_have_their_own_folder_or_share_one(folder, external, tmp_path):
    held_out = save_gray(np.zeros((20, 20), np.uint8), tmp_path / "held" / "one.png")
    own = save_gray(np.zeros((20, 20), np.uint8), tmp_path / "held-edges" / "one.png")
    shared = save_gray(np.zeros((20, 20), np.uint8), tmp_path / "edges" / "one.png")
    config = external.model_copy(update={"val_data": str(tmp_path / "held")})
    assert find_edge_files([held_out], config) == [shared]
    config = config.model_copy(update={"val_edge_data": str(tmp_path / "held-edges")})
    assert find_edge_files([held_out], config) == [own]


def test_missing_edges_are_refused_in_words(folder, external):
    edges = find_pictures(Path(external.edge_data))
    edges[2].unlink()
    with pytest.raises(InpaintError, match="1 of 7 pictures have no edge picture") as refused:
        SampleMaker(find_pictures(folder), external, train=True)
    assert refused.value.code == "edges-missing"
    assert str(edges[2].with_suffix(".png")) in refused.value.hint
    nowhere = external.model_copy(update={"edge_data": str(folder / "nowhere")})
    with pytest.raises(InpaintError) as refused:
        SampleMaker(find_pictures(folder), nowhere, train=True)
    assert refused.value.code == "folder-missing"


def test_items_have_the_edges_of_their_file_mirrored_with_the_picture(folder, external):
    files = find_pictures(folder)
    made = SampleMaker(files, external, train=False).make(0, 4)
    wanted = read_edges(find_edge_files(files, external)[4], 64, (100, 120, 3))
    assert np.array_equal(made.edge, wanted) and wanted.any()
    train = SampleMaker(files, external, train=True)
    items = [train.make(position, 4) for position in range(20)]
    mirrored = [item for item in items if not np.array_equal(item.picture, made.picture)]
    assert mirrored
    assert all(np.array_equal(item.edge, wanted[:, ::-1]) for item in mirrored)


@pytest.mark.parametrize("sigma", [2.0, 0.0])
def test_nms_keeps_what_canny_finds_too(folder, external, sigma):
    files = find_pictures(folder)
    everything = np.full((64, 64), 255, np.uint8)
    for edge in find_pictures(Path(external.edge_data)):
        edge.unlink()
        save_gray(everything, edge)
    config = external.model_copy(update={"edge_nms": True, "sigma": sigma})
    maker = SampleMaker(files, config, train=False)
    made = maker.make(0, 1)
    assert 0.01 < made.edge.mean() < 0.3
    assert np.array_equal(made.edge, maker.make(0, 1).edge)
    if sigma:
        assert np.array_equal(made.edge, canny(to_gray(made.picture), sigma))
    else:
        assert not np.array_equal(made.edge, maker.make(1, 1).edge)


def test_thin_lines_survive_shrinking_as_thin_lines(tmp_path):
    lines = np.zeros((500, 500), np.uint8)
    lines[::50] = lines[:, ::50] = 255
    edges = read_edges(save_gray(lines, tmp_path / "lines.png"), 128)
    row = edges[6]
    assert row.sum() == 10
    assert edges.mean() < 0.2
    assert read_edges(save_gray(lines, tmp_path / "same.png"), 500).sum() == (lines > 0).sum()


def test_lines_drawn_on_a_transparent_layer_are_edges(tmp_path):
    alpha = np.zeros((64, 64), np.uint8)
    alpha[20] = 255
    layer = Image.fromarray(np.dstack([np.full((64, 64, 3), 255, np.uint8), alpha]))
    layer.save(tmp_path / "layer.png")
    assert np.array_equal(read_edges(tmp_path / "layer.png", 64), alpha // 255)


def test_edges_of_another_shape_than_their_picture_are_refused(tmp_path):
    wide = save_gray(skimage.data.camera()[:100, :300], tmp_path / "wide.png")
    with pytest.raises(InpaintError, match="300x100") as refused:
        read_edges(wide, 64, (200, 300, 3))
    assert refused.value.code == "edges-mismatch"
    assert read_edges(wide, 64, (200, 600, 3)).shape == (64, 64)
    square = save_gray(skimage.data.camera()[:100, :100], tmp_path / "square.png")
    assert read_edges(square, 64, (200, 300, 3)).shape == (64, 64)


def test_an_edge_picture_that_cannot_be_used_is_named_and_its_picture_skipped(folder, external):
    files, edges = find_pictures(folder), find_pictures(Path(external.edge_data))
    edges[3].write_bytes(b"broken")
    made = SampleMaker(files, external, train=False).make(0, 3)
    assert made.file == files[4]
    assert made.unreadable == (str(edges[3]),)
    for edge in edges:
        edge.unlink()
        save_gray(np.zeros((10, 90), np.uint8), edge)
    with pytest.raises(InpaintError) as refused:
        SampleMaker(files, external, train=False)
    assert refused.value.code == "edges-mismatch"


@pytest.mark.parametrize(("nms", "sigma"), [(False, 0.0), (True, 2.0), (True, 0.0)])
def test_items_from_cached_rows_equal_those_from_files(folder, external, tmp_path, nms, sigma):
    update = {"edge_nms": nms, "sigma": sigma, "cache_dir": str(tmp_path / "cache")}
    config = external.model_copy(update=update)
    files = find_pictures(folder)
    plain = SampleMaker(files, config, train=True)
    fast = SampleMaker(files, config, train=True, cache=open_cache(files, config, 10**9, lambda *_: True))
    pairs = [(plain.make(position, position % 7), fast.make(position, position % 7)) for position in range(10)]
    assert all(np.array_equal(one.edge, other.edge) for one, other in pairs)
    assert sum(int(one.edge.sum()) for one, _ in pairs) > 100


def test_changed_edges_or_another_detector_make_new_rows(folder, external):
    files = find_pictures(folder)
    names = {set_key(files, external), set_key(files, external.model_copy(update={"edge_nms": True}))}
    names |= {set_key(files, external.model_copy(update={"edge": edge})) for edge in ("canny", "sobel", "multi-scale")}
    os.utime(find_pictures(Path(external.edge_data))[5], (1, 1))
    names.add(set_key(files, external))
    assert len(names) == 6
