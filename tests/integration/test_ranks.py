"""Commands on several ranks."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from forked_ranks import run_groups
from inpaintgan.core.config import Config
from inpaintgan.core.rundir import EDGE_WEIGHTS, INPAINT_WEIGHTS
from inpaintgan.models.checkpoint import build_generator, save_checkpoint

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="ranks are forked")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoint")
    config = Config(edge_generator="edgeconnect", width=8, input_size=32)
    save_checkpoint(folder, config, 5, *(build_generator(name, config) for name in (EDGE_WEIGHTS, INPAINT_WEIGHTS)))
    return folder


def test_a_folder_is_filled_by_all_ranks_with_one_report_in_order(checkpoint, pictures, tmp_path):
    mask = Image.new("L", (96, 96), 0)
    mask.paste(255, (30, 30, 60, 60))
    mask.save(tmp_path / "mask.png")
    (tmp_path / "in").mkdir()
    for index, file in enumerate(sorted(pictures.iterdir())[:4]):
        (tmp_path / "in" / f"{index}.png").write_bytes(file.read_bytes())
    (tmp_path / "in" / "3.png").write_bytes(b"broken")

    def words(name: str) -> list[str]:
        given = {
            "image": tmp_path / "in",
            "mask": tmp_path / "mask.png",
            "output": tmp_path / name,
            "checkpoint": checkpoint,
        }
        return ["fill", *(f"--{key}={value}" for key, value in given.items()), "--device=cpu", "--json"]

    alone, shared, refused = run_groups(
        (1, words("alone")), (3, words("shared")), (2, [*words("x"), "--edges=none.png"])
    )
    assert alone.codes == [1] and shared.codes == [1, 1, 1]
    assert shared.others == ""
    reports = json.loads(alone.output), json.loads(shared.output)
    assert [[Path(r["image"]).name for r in report["results"]] for report in reports] == [
        [f"{i}.png" for i in range(4)]
    ] * 2
    assert [[r["status"] for r in report["results"]] for report in reports] == [["filled"] * 3 + ["failed"]] * 2
    for index in range(3):
        one, other = (np.asarray(Image.open(tmp_path / name / f"{index}.png")) for name in ("alone", "shared"))
        assert np.array_equal(one, other)
    assert refused.codes == [2, 2] and "edges-for-folder" in refused.output
