"""Which fills texture of the picture is laid over."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from inpaintgan.cli import main
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.io import read_rgb
from inpaintgan.imaging.picture import Picture
from inpaintgan.inference.frames import Frame
from inpaintgan.inference.pipeline import Inpainter
from inpaintgan.inference.views import Scene
from untrained import write_checkpoint

from .conftest import CONFIG
from .holes import ASTRONAUT
from .smooth import smooth_inpainter

WALL = np.ascontiguousarray(ASTRONAUT[:200, :180])
HOLE = np.zeros((200, 180), np.uint8)
HOLE[30:80, 30:90] = 1


def filled_ways(inpainter: Inpainter, image: np.ndarray, hole: np.ndarray) -> dict[str, np.ndarray]:
    return {texture: inpainter.fill(image, hole, texture=texture) for texture in ("auto", "on", "off")}


def test_networks_that_know_faces_alone_get_texture_in_a_thick_hole_that_is_none():
    ways = filled_ways(smooth_inpainter(subject="face"), WALL, HOLE)
    assert np.array_equal(ways["auto"], ways["on"])
    assert not np.array_equal(ways["on"], ways["off"])
    for way in ways.values():
        assert np.array_equal(way[HOLE == 0], WALL[HOLE == 0])


def test_other_networks_get_it_when_asked_for_alone():
    ways = filled_ways(smooth_inpainter(subject="any"), WALL, HOLE)
    assert np.array_equal(ways["auto"], ways["off"])
    assert not np.array_equal(ways["on"], ways["off"])


def test_a_thin_hole_gets_it_when_asked_for_alone():
    scratch = np.zeros_like(HOLE)
    scratch[20:120, 40:56] = 1
    ways = filled_ways(smooth_inpainter(subject="face"), WALL, scratch)
    assert np.array_equal(ways["auto"], ways["off"])
    assert not np.array_equal(ways["on"], ways["off"])


def test_a_picture_of_the_networks_size_is_taken_for_a_face():
    ways = filled_ways(smooth_inpainter(subject="face"), WALL[20:84, 20:84], HOLE[20:84, 20:84])
    assert np.array_equal(ways["auto"], ways["off"])


def test_what_is_hidden_of_a_face_is_left_as_painted():
    eye = np.zeros((512, 512), np.uint8)
    cv2.ellipse(eye, (205, 114), (18, 12), 0, 0, 360, 1, -1)
    ways = filled_ways(smooth_inpainter(subject="face"), ASTRONAUT, eye)
    assert np.array_equal(ways["on"], ways["off"]) and np.array_equal(ways["auto"], ways["off"])


@pytest.mark.parametrize("texture", ["auto", "on"])
def test_what_lies_under_the_hole_is_never_seen(texture):
    hole = HOLE.copy()
    hole[100:150, 20:60] = hole[160:198, 120:178] = 1
    other = WALL.copy()
    other[hole == 1] = np.random.default_rng(0).integers(0, 256, (int(hole.sum()), 3))
    inpainter = smooth_inpainter(subject="face")
    first, second = (inpainter.fill(image, hole, texture=texture) for image in (WALL, other))
    assert np.array_equal(first, second)


def test_patches_tell_of_texture_and_progress_of_the_look_for_it():
    inpainter, seen = smooth_inpainter(subject="face"), []
    scratch = HOLE.copy()
    scratch[120:190, 100:106] = 1
    patches = inpainter.fill_patches(WALL, scratch, progress=lambda step, share: seen.append((step, share)))
    assert sorted(patch.textured for patch in patches) == [False, True]
    assert "texture" in [step for step, _ in seen]
    shares = [share for _, share in seen]
    assert shares == sorted(shares) and shares[-1] == 1
    assert not any(patch.textured for patch in inpainter.fill_patches(WALL, scratch, texture="off"))


def test_predicted_edges_are_those_of_the_fill_where_a_crop_sees_texture_of_another(tmp_path):
    inpainter = Inpainter.load(
        write_checkpoint(tmp_path / "faces", CONFIG.model_copy(update={"subject": "face"})), "cpu"
    )
    hole = HOLE.copy()
    hole[100:150, 40:100] = 1
    for texture in ("auto", "on", "off"):
        expected = inpainter.fill_with_edges(WALL, hole, texture=texture).edges
        assert np.array_equal(inpainter.predict_edges(WALL, hole, texture=texture), expected)


def test_a_choice_is_one_of_three(inpainter):
    with pytest.raises(ValueError, match="texture must be one of auto, on, off, not 'yes'"):
        inpainter.fill(WALL, HOLE, texture="yes")


def test_the_command_line_has_the_choice_for_a_picture_and_for_folders(tmp_path: Path, checkpoint: Path, capsys):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    save_picture(Picture(WALL), pictures / "wall.png")
    save_picture(Picture(np.repeat(HOLE[..., None] * np.uint8(255), 3, axis=2)), tmp_path / "mask.png")
    expected = filled_ways(Inpainter.load(checkpoint, "cpu"), WALL, HOLE)
    for texture, wanted in expected.items():
        words = [
            "fill",
            "--mask",
            str(tmp_path / "mask.png"),
            "--checkpoint",
            str(checkpoint),
            "--texture",
            texture,
            "--json",
        ]
        for image, output in ((pictures / "wall.png", tmp_path / f"{texture}.png"), (pictures, tmp_path / texture)):
            assert main([*words, "--image", str(image), "--output", f"{output}{'/' * image.is_dir()}"]) == 0
            assert json.loads(capsys.readouterr().out)["failed"] == 0
            file = output / "wall.png" if image.is_dir() else output
            assert np.array_equal(read_rgb(file), wanted)


def test_a_face_that_is_only_seen_once_it_is_painted_is_left_as_painted(monkeypatch):
    seen = []

    def find(scene: Scene, *, painted: bool = False) -> list[Frame]:
        seen.append((scene, painted))
        return [Frame(60, 55, 40, 0.0)] if painted else []

    for module in ("pipeline", "texture.laying"):
        monkeypatch.setattr(f"inpaintgan.inference.{module}.find_faces", find)
    hole = HOLE.copy()
    hole[120:160, 20:60] = 1
    inpainter = smooth_inpainter(subject="face")
    ways = filled_ways(inpainter, WALL, hole)
    other = np.zeros_like(hole)
    other[120:160, 20:60] = 1
    assert np.array_equal(ways["auto"][other == 0], ways["off"][other == 0]), "the face is as it was painted"
    assert not np.array_equal(ways["auto"], ways["off"]), "the hole below it has texture"
    shown = [scene for scene, painted in seen if painted]
    assert shown and not any((scene.pixels[scene.unknown == 1] == 0).all() for scene in shown)
