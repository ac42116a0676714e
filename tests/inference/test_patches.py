"""Patches on the disk: what is written of a hole and read again reaches no further than the hole."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.io import decode
from inpaintgan.imaging.picture import Picture
from inpaintgan.inference.patches import Patch, read_edge_patches, write_edge_patches


def test_edges_of_a_patch_count_in_its_hole_alone(tmp_path: Path):
    hole = np.zeros((8, 8), np.uint8)
    hole[2:6, 2:6] = 1
    edges = np.full((8, 8), 255, np.uint8)
    listed = write_edge_patches([Patch(4, 10, hole, np.zeros((8, 8, 3), np.uint16), edges)], tmp_path, "fill")
    file = Path(listed[0]["file"])
    assert np.array_equal(decode(file).pixels[..., 0], 255 * hole), "nor is more written"
    expected = np.zeros((20, 30), np.uint8)
    expected[6:10, 12:16] = 255
    assert np.array_equal(read_edge_patches(listed, 20, 30), expected)
    # A file may hold more under its transparent part, such as one that was written over.
    save_picture(Picture(np.full((8, 8, 3), 255, np.uint8), hole * np.uint8(255)), file)
    assert np.array_equal(read_edge_patches(listed, 20, 30), expected)
