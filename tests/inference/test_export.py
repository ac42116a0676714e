"""Exported ONNX files fill as the program does, also from the documented script."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from inpaintgan.cli import main
from inpaintgan.core.config import Config
from inpaintgan.core.rundir import EDGE_WEIGHTS, INPAINT_WEIGHTS
from inpaintgan.data.tensors import to_pixels, to_tensor
from inpaintgan.imaging.picture import to_gray
from inpaintgan.inference import engines
from inpaintgan.inference.export import export_sides, luma, to_onnx
from inpaintgan.inference.pipeline import Inpainter
from inpaintgan.models.checkpoint import Checkpoint, build_generator, save_checkpoint

from .holes import ASTRONAUT, hole

needs_onnx = pytest.mark.skipif(
    not engines.is_available("onnx", torch.device("cpu")), reason="onnx, onnxscript and onnxruntime are not installed"
)


@pytest.fixture(scope="module")
def exported(weights, tmp_path_factory) -> tuple[Path, str]:
    """A whole fill as an ONNX file, and what was printed of it."""
    output = tmp_path_factory.mktemp("exported") / "fill.onnx"
    with contextlib.redirect_stdout(io.StringIO()) as said:
        assert main(["export", "--checkpoint", str(weights), "--format", "onnx", "--output", str(output)]) == 0
    return output, said.getvalue()


@needs_onnx
def test_the_documented_script_fills_with_an_exported_file(weights, exported, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fill.onnx").symlink_to(exported[0])
    image, mask = np.ascontiguousarray(ASTRONAUT[100:164, 200:264]), hole(64, 64)
    Image.fromarray(image).save("photo.png")
    Image.fromarray(mask * 255).save("mask.png")
    page = Path(__file__).parents[2] / "docs" / "filling.md"
    (code,) = re.findall(r"```python\n(.+?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    names: dict = {}
    exec(code.replace("SIDE = 256", "SIDE = 64").replace("photo.jpg", "photo.png"), names)
    known = Inpainter.load(weights, "cpu", "eager").known_edges(image, mask)
    assert known.any() and (names["edge"] == known).mean() > 0.98
    filled = np.asarray(Image.open("filled.png"))
    assert np.array_equal(filled[mask == 0], image[mask == 0])
    assert not np.array_equal(filled[mask == 1], image[mask == 1])


@needs_onnx
def test_an_exported_file_fills_as_the_inpainter_does(weights, exported):
    import onnx
    import onnxruntime

    output, said = exported
    assert "MB; height and width each a multiple of 8 from 40 to 64" in said
    assert "  in  mask: float32 (batch, 1, height, width), 1 in the hole" in said and "  out  filled: float32" in said
    about = json.loads({p.key: p.value for p in onnx.load(output).metadata_props}["inpaintgan"])
    assert about["step"] == 9 and set(about["inputs"]) == {"image", "mask", "edge"}
    assert about["height and width"] == "each a multiple of 8 from 40 to 64"
    inpainter = Inpainter.load(weights, "cpu", "eager")
    session = onnxruntime.InferenceSession(str(output), providers=["CPUExecutionProvider"])
    for height, width, count in ((64, 64, 3), (40, 64, 1)):
        images = [np.ascontiguousarray(ASTRONAUT[:height, left : left + width]) for left in (0, 150, 300)[:count]]
        mask = hole(height, width)
        inputs = {
            "image": np.stack(images).transpose(0, 3, 1, 2).astype(np.float32) / 255,
            "mask": np.stack([mask[None]] * count).astype(np.float32),
            "edge": np.stack([inpainter.known_edges(image, mask)[None] for image in images]).astype(np.float32),
        }
        filled, edges = session.run(["filled", "edges"], inputs)
        for index, image in enumerate(images):
            expected = inpainter.fill_with_edges(image, mask)
            pixels = filled[index].transpose(1, 2, 0) * 255
            assert np.abs(pixels - expected.picture).max() <= 1
            assert np.array_equal(np.rint(pixels)[mask == 0], image[mask == 0])
            assert np.abs(edges[index, 0] * 255 - expected.edges)[mask == 1].max() <= 1


@needs_onnx
def test_a_generator_that_sorts_completes_the_same_edges_in_onnx():
    import onnxruntime

    torch.manual_seed(0)
    generator = build_generator(EDGE_WEIGHTS, Config(edge_generator="multistep", width=8, input_size=64)).eval()
    names = ("picture", "edge", "mask")
    data = to_onnx(generator, (1, 1, 1), 64, names, ("output",))
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    gray = to_tensor([to_gray(ASTRONAUT[:64, 100:164])[..., None]])
    mask = torch.from_numpy(hole(64, 64))[None, None].float()
    edge = torch.from_numpy((rng.random((1, 1, 64, 64)) < 0.2).astype(np.float32)) * (1 - mask)
    arrays = dict(zip(names, (tensor.numpy() for tensor in (gray, edge, mask)), strict=True))
    with torch.inference_mode():
        expected = generator(gray, edge, mask).numpy()
    assert expected.std() > 0 and np.abs(session.run(["output"], arrays)[0] - expected).max() < 1e-4


@pytest.mark.parametrize(
    ("generator", "stem", "size", "sides"),
    [("mec", "unshuffle", 256, [192, 256]), ("mec", "unshuffle", 64, [64]), ("mec", "unshuffle", 96, [96])],
)
def test_an_export_takes_the_sides_that_share_one_graph(generator, stem, size, sides):
    config = Config(edge_generator=generator, width=8, input_size=size, stem=stem)
    edge, inpaint = (build_generator(name, config) for name in (EDGE_WEIGHTS, INPAINT_WEIGHTS))
    assert list(export_sides(Checkpoint(Path("none"), config, 0, edge, inpaint))) == sides


def test_an_exported_file_sees_the_gray_that_the_inpainter_sees():
    colours = np.random.default_rng(0).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    assert np.array_equal(to_pixels(luma(to_tensor([colours])))[0, ..., 0], to_gray(colours))


def test_an_export_is_not_named_as_another_format(weights, tmp_path, capsys):
    output = tmp_path / "fill.pt"
    assert main(["export", "--checkpoint", str(weights), "--format", "onnx", "--output", str(output)]) == 2
    assert "does not end in .onnx. Name it like fill.onnx." in capsys.readouterr().err and not output.exists()


def test_an_edge_only_checkpoint_is_not_exported(tmp_path, capsys):
    config = Config(edge_generator="edgeconnect", width=8, input_size=64)
    save_checkpoint(tmp_path, config, 1, build_generator(EDGE_WEIGHTS, config), None)
    assert main(["export", "--checkpoint", str(tmp_path), "--output", str(tmp_path / "x.onnx")]) == 2
    assert "edge generator only" in capsys.readouterr().err
