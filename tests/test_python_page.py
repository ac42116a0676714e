"""The code of `docs/python.md` runs as it stands there, on less than it names."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
from PIL import Image

from inpaintgan import EdgeModel, Inpainter, load_checkpoint
from inpaintgan.networks import vgg19

PAGE = Path(__file__).parents[1] / "docs" / "python.md"
TINY = "max_iters=2, width=8, input_size=32, batch_size=2, val_size=2, device='cpu', tensorboard=False"


def test_the_pages_code_runs(pictures, vgg_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").symlink_to(pictures, target_is_directory=True)
    Image.new("RGB", (64, 64), "teal").save("photo.jpg")
    Image.fromarray(np.pad(np.full((16, 16), 255, np.uint8), 24)).save("mask.png")
    load = vgg19.load_vgg19
    monkeypatch.setattr(vgg19, "load_vgg19", lambda: load(str(vgg_file)))
    names: dict = {"__name__": "__main__"}
    for code in re.findall(r"```python\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(code.replace("max_iters=2000", TINY), names)
    assert names["filled"].shape == (64, 64, 3) and names["lines"].shape == (64, 64)
    assert list(names["curve"]) == [2] and math.isfinite(names["curve"][2])
    again = EdgeModel(names["config"])
    again.generator.load_state_dict(load_checkpoint("mine").edge_generator.state_dict())
    assert Inpainter.load("mine").fill(names["image"], names["mask"]).shape == (64, 64, 3)
    assert {"edge_generator_loss", "inpaint_generator_loss", "perceptual_loss", "style_loss"} <= set(names["logs"])
