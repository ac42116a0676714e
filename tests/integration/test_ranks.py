"""Commands on several ranks."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from forked_ranks import run_groups
from inpaintgan.core.config import Config
from inpaintgan.core.events import read_events
from inpaintgan.core.rundir import TRAINING_STATE, RunDir
from run_events import events_of
from untrained import write_checkpoint

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="ranks are forked")

TINY = [
    "edge_generator=edgeconnect", "width=8", "input_size=32", "batch_size=4", "log_interval=1", "eval_interval=4",
    "sample_interval=4", "save_interval=4", "val_size=2", "perceptual_weights=off", "device=cpu", "threads=1",
    "tensorboard=false", "workers=0", "mask=irregular", "edge_bce_loss_weight=1", "cache_gib=0", "max_iters=8",
    # Adam without momentum turns rounding errors of tiny gradients into whole steps; a small rate keeps them small.
    "lr=0.00001",
]  # fmt: skip


@pytest.fixture(scope="module")
def data(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pictures, one of them broken."""
    folder = shutil.copytree(pictures, tmp_path_factory.mktemp("data"), dirs_exist_ok=True)
    (folder / "broken.png").write_bytes(b"broken")
    return folder


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = Config(edge_generator="edgeconnect", width=8, input_size=32)
    return write_checkpoint(tmp_path_factory.mktemp("checkpoint"), config, 5)


def train(data: Path, run: Path, *settings: str) -> list[str]:
    return ["train", "--data", str(data), "--run", str(run), "--set", *TINY, *settings]


def curve(run: Path) -> tuple[list[str], np.ndarray]:
    """Names of the losses and a row of them for each step."""
    rows = [event["values"] for event in events_of(run, "step")]
    names = sorted(name for name in rows[0] if name.endswith("_loss"))
    return names, np.array([[row[name] for name in names] for row in rows])


def weights(run: Path) -> torch.Tensor:
    """All weights at the end but biases, which instance norm makes meaningless."""
    state = torch.load(RunDir(run).checkpoint_path(8) / TRAINING_STATE, weights_only=True)
    values = [model["model"] for model in state["models"].values()]
    return torch.cat([v.flatten().double() for value in values for k, v in value.items() if k.endswith("original")])


def test_one_two_and_four_ranks_draw_the_same_curve_and_rank_0_alone_writes(data, tmp_path):
    runs = {
        "joint-1": (1, "stage=joint"), "joint-2": (2, "stage=joint"), "joint-4": (4, "stage=joint"),
        "edge-1": (1, "stage=edge"), "edge-2-in-parts": (2, "stage=edge", "batch_size=2", "accumulation_steps=2"),
    }  # fmt: skip
    ran = run_groups(*((size, train(data, tmp_path / name, *words)) for name, (size, *words) in runs.items()))
    for name, (size, *_), result in zip(runs, runs.values(), ran, strict=True):
        assert result.codes == [0] * size, name
        assert result.others == ""
        run, alone = tmp_path / name, tmp_path / f"{name.split('-')[0]}-1"
        every = list(read_events(run / "events.jsonl"))
        assert [event["seq"] for event in every] == list(range(1, len(every) + 1))
        assert [len(events_of(run, kind)) for kind in ("run_started", "sample", "validation", "run_finished")] == [
            1,
            3,
            2,
            1,
        ]
        assert sum(event["code"] == "picture-unreadable" for event in events_of(run, "warning")) == 1
        assert RunDir(run).saved_steps() == RunDir(alone).saved_steps() != []
        names, losses = curve(run)
        assert names == curve(alone)[0] and losses.shape == (8, len(names))
        np.testing.assert_allclose(losses, curve(alone)[1], rtol=2e-4)
        assert (weights(run) - weights(alone)).norm() < 1e-3 * weights(alone).norm()


def test_what_the_ranks_cannot_do_is_refused_by_all_of_them(data, tmp_path, capfd):
    words = [train(data, tmp_path / "run", "batch_size=5"), train(tmp_path / "none", tmp_path / "run")]
    assert [ran.codes for ran in run_groups(*((2, word) for word in words))] == [[2, 2], [2, 2]]
    errors = capfd.readouterr().err
    assert "batch_size: 5 pictures cannot be shared equally by 2 processes" in errors
    assert "none does not exist" in errors and "Traceback" not in errors


def test_a_folder_is_filled_by_all_ranks_with_one_report_in_order(checkpoint, pictures, tmp_path):
    mask = Image.new("L", (96, 96), 0)
    mask.paste(255, (30, 30, 60, 60))
    mask.save(tmp_path / "mask.png")
    (tmp_path / "in").mkdir()
    for index, file in enumerate(sorted(pictures.iterdir())[:4]):
        (tmp_path / "in" / f"{index}.png").write_bytes(file.read_bytes())
    (tmp_path / "in" / "3.png").write_bytes(b"broken")

    def words(name: str) -> list[str]:
        given = {"image": tmp_path / "in", "mask": tmp_path / "mask.png", "output": tmp_path / name}
        words = [f"--{key}={value}" for key, value in given.items()]
        return ["fill", *words, "--checkpoint", str(checkpoint), "--device=cpu", "--json"]

    alone, shared, refused = run_groups(
        (1, words("alone")), (3, words("shared")), (2, [*words("x"), "--edges=none.png"])
    )
    assert alone.codes == [1] and shared.codes == [1, 1, 1]
    assert shared.others == ""
    reports = json.loads(alone.output)["results"], json.loads(shared.output)["results"]
    assert [[Path(row["image"]).name for row in rows] for rows in reports] == [[f"{i}.png" for i in range(4)]] * 2
    assert [[row["status"] for row in rows] for rows in reports] == [["filled"] * 3 + ["failed"]] * 2
    for index in range(3):
        one, other = (np.asarray(Image.open(tmp_path / name / f"{index}.png")) for name in ("alone", "shared"))
        assert np.array_equal(one, other)
    assert refused.codes == [2, 2] and "edges-missing" in refused.output


def test_evaluate_shares_the_pictures_and_writes_the_same_report(checkpoint, pictures, tmp_path):
    def words(name: str, masks: str = "half") -> list[str]:
        given = ["--checkpoint", str(checkpoint), "--data", str(pictures), "--masks", masks, "--limit", "3"]
        report = ["--report", str(tmp_path / f"{name}.json"), "--save-fills", str(tmp_path / name)]
        return ["evaluate", *given, *report, "--device", "cpu", "--perceptual-weights", "off"]

    alone, shared, refused = run_groups((1, words("alone")), (2, words("shared")), (2, words("x", "no-such-kind")))
    assert alone.codes == [0] and shared.codes == [0, 0] and refused.codes == [2, 2]
    assert shared.others == ""
    one, other = (json.loads((tmp_path / f"{name}.json").read_text("utf-8")) for name in ("alone", "shared"))
    for report in (one, other):
        for scores in [*report["methods"].values(), *(s for case in report["cases"] for s in case["scores"].values())]:
            del scores["seconds"]
    assert one == other and one["n"] == 3
    assert len(list((tmp_path / "shared").rglob("*.png"))) == 3
