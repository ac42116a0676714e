"""Checkpoint folders: equality after loading, and what does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn.functional import pixel_unshuffle

from inpaintgan.core.config import Config, fitting_stem
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.paths import resource
from inpaintgan.core.rundir import EDGE_WEIGHTS, INPAINT_WEIGHTS
from inpaintgan.models.checkpoint import build_generator, load_checkpoint, save_checkpoint
from inpaintgan.networks.edge_generators import EDGE_GENERATORS

NETWORKS = [
    (name, stem) for name in EDGE_GENERATORS for stem in ("conv", "unshuffle") if stem == fitting_stem(name, stem)
]
OLDER = ("mec", "mec-shared", "edgeconnect", "egc", "multistep")
"""What was trained when edges were 1 in the hole; none is added to these."""


@pytest.mark.parametrize(("name", "stem"), NETWORKS)
def test_loaded_networks_give_the_saved_ones_output(tmp_path: Path, name, stem):
    config = Config(edge_generator=name, stem=stem, width=8)
    edge, inpaint = (build_generator(kind, config) for kind in (EDGE_WEIGHTS, INPAINT_WEIGHTS))
    edge(*(torch.rand(1, 1, 64, 64) for _ in range(3)))  # moves the power iteration and the running statistics on
    save_checkpoint(tmp_path, config, 123, edge, inpaint)
    loaded = load_checkpoint(tmp_path)
    assert loaded.step == 123 and loaded.config == config
    inputs = [torch.rand(1, 1, 64, 64) for _ in range(3)]
    with torch.no_grad():
        assert torch.equal(loaded.edge_generator(*inputs), edge.eval()(*inputs))
        rgb = torch.rand(1, 3, 64, 64)
        assert torch.equal(loaded.inpaint_generator(rgb, *inputs[:2]), inpaint(rgb, *inputs[:2]))


def test_equal_weights_are_equal_files(tmp_path: Path):
    edge = build_generator(EDGE_WEIGHTS, Config(edge_generator="edgeconnect", width=8))
    files = []
    for number in range(6):
        save_checkpoint(tmp_path / str(number), Config(edge_generator="edgeconnect", width=8), 7, edge, None)
        files.append((tmp_path / str(number) / EDGE_WEIGHTS).read_bytes())
    assert set(files) == {files[0]} and load_checkpoint(tmp_path / "0").step == 7
    file = tmp_path / "0" / EDGE_WEIGHTS
    for about in ("7", '{"step": null}'):
        save_file(load_file(file), file, metadata={"inpaintgan": about})
        with pytest.raises(InpaintError, match="is not a whole safetensors file"):
            load_checkpoint(tmp_path / "0")


@pytest.mark.parametrize(("name", "stem"), [case for case in NETWORKS if case[0] in OLDER])
def test_weights_of_when_edges_were_1_in_the_hole_compute_what_they_did(tmp_path: Path, name, stem):
    config = Config(edge_generator=name, stem=stem, width=8)
    edge = build_generator(EDGE_WEIGHTS, config)
    for value in edge.parameters():
        torch.nn.init.normal_(value, 0, 0.05)
    inputs = [torch.rand(1, 1, 64, 64) for _ in range(3)]
    edge(*inputs)  # the spectral norms' estimates follow
    save_checkpoint(tmp_path, config, 7, edge.eval(), None)
    file = tmp_path / EDGE_WEIGHTS
    save_file(load_file(file), file, metadata={"step": "7"})
    loaded = load_checkpoint(tmp_path)
    gray, known, mask = inputs
    with torch.no_grad():
        if name == "multistep":  # a pass stands for all: what is open changes between them
            lbp = torch.rand(1, 1, 64, 64)
            ours, before = (
                network._one_pass(pixel_unshuffle(torch.cat([gray, edges, mask, lbp], 1), network.fold), [1, 1, 1])
                for network, edges in ((loaded.edge_generator, known), (edge, known + mask))
            )
        else:
            ours, before = loaded.edge_generator(*inputs), edge(gray, known if name == "egc" else known + mask, mask)
    assert loaded.step == 7 and before.std() > 1e-3
    torch.testing.assert_close(ours, before, atol=1e-4, rtol=1e-3)


def test_half_precision_storage_is_half_the_size_and_nearly_equal(tmp_path: Path):
    config = Config(width=8)
    inpaint = build_generator(INPAINT_WEIGHTS, config)
    save_checkpoint(tmp_path / "full", config, 1, None, inpaint)
    save_checkpoint(tmp_path / "half", config, 1, None, inpaint, half=True)
    full, half = ((tmp_path / kind / INPAINT_WEIGHTS).stat().st_size for kind in ("full", "half"))
    assert half < 0.6 * full
    loaded = load_checkpoint(tmp_path / "half").inpaint_generator
    assert next(loaded.parameters()).dtype == torch.float32
    inputs = torch.rand(1, 3, 32, 32), torch.rand(1, 1, 32, 32), torch.zeros(1, 1, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(loaded(*inputs), inpaint(*inputs), atol=2e-2, rtol=0)


def test_weights_that_do_not_fit_their_config_are_named(tmp_path: Path):
    config = Config(width=8)
    save_checkpoint(tmp_path, config, 1, None, build_generator(INPAINT_WEIGHTS, config))
    (tmp_path / "config.yml").write_text("width: 16\n")
    with pytest.raises(InpaintError, match=r"encoder\.1\.weight is \(8, 4, 7, 7\), expected \(16, 4, 7, 7\)") as caught:
        load_checkpoint(tmp_path)
    assert caught.value.code == "checkpoint-mismatch"


def test_what_the_program_ships_is_found_from_every_folder(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_checkpoint(Path("checkpoints/faces-lite")).path == resource("checkpoints") / "faces-lite"
    config = Config(width=8)
    mine = tmp_path / "checkpoints" / "faces-lite"
    save_checkpoint(mine, config, 1, None, build_generator(INPAINT_WEIGHTS, config))
    assert load_checkpoint(Path("checkpoints/faces-lite")).path.resolve() == mine


def test_weights_that_are_no_numbers_are_refused_in_words(tmp_path: Path):
    config = Config(width=8)
    network = build_generator(INPAINT_WEIGHTS, config)
    with torch.no_grad():
        next(network.parameters()).view(-1)[0] = torch.nan
    save_checkpoint(tmp_path, config, 1, None, network)
    with pytest.raises(InpaintError, match="not finite numbers"):
        load_checkpoint(tmp_path)


def test_a_damaged_file_is_refused_in_words(tmp_path: Path):
    config = Config(width=8)
    save_checkpoint(tmp_path, config, 1, None, build_generator(INPAINT_WEIGHTS, config))
    file = tmp_path / INPAINT_WEIGHTS
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(InpaintError, match="not a whole safetensors file"):
        load_checkpoint(tmp_path)
