"""Importing EdgeConnect's files: the networks compute what the files' own would, and nothing in a file is run."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch

from inpaintgan.cli import main
from inpaintgan.core.config import Config
from inpaintgan.core.errors import InpaintError
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.picture import Picture
from inpaintgan.inference.pipeline import Inpainter
from inpaintgan.models.checkpoint import build_generator, load_checkpoint
from inpaintgan.models.edgeconnect_import import import_edgeconnect
from inpaintgan.training.build import build_stage

from .edgeconnect_files import Weights, as_file, generate, judge, random_discriminator, random_generator

WIDTH, SIDE = 8, 128


def save_file(path: Path, content: dict, *, zipped: bool = True) -> Path:
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    return path


def generator_file(
    path: Path, kind: str, layout: str = "new", prefix: str = "", width: int = WIDTH, **content
) -> tuple[Path, Weights]:
    state, effective = as_file(*random_generator(width, kind, seed=3), layout)
    state = {f"{prefix}{key}": tensor for key, tensor in state.items()}
    return save_file(path, {"iteration": 1234, "generator": state, **content}), effective


def discriminator_state(channels: int) -> tuple[Weights, Weights]:
    """As EdgeConnect saves it: its first block has two names."""
    state, effective = as_file(*random_discriminator(WIDTH, channels, seed=channels), "new")
    second = {key.replace("conv1.", "features."): tensor for key, tensor in state.items() if key.startswith("conv1.")}
    return state | second, effective


def inputs() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    mask = torch.zeros(1, 1, SIDE, SIDE)
    mask[..., 30:90, 40:100] = 1
    gray = torch.rand(1, 1, SIDE, SIDE) * (1 - mask) + mask
    edge = (torch.rand(1, 1, SIDE, SIDE) > 0.8) * (1 - mask)
    return gray, edge, mask


@pytest.mark.parametrize("kind", ["edgeconnect", "mec-shared"])
@pytest.mark.parametrize(
    ("layout", "prefix"), [("new", ""), ("new", "module."), ("old", "module."), ("parametrized", ""), ("baked", "")]
)
def test_an_imported_edge_generator_computes_what_the_files_own_would(tmp_path, kind, layout, prefix):
    file, effective = generator_file(tmp_path / "EdgeModel_gen.pth", kind, layout, prefix)
    assert main(["import-edgeconnect", "--edge", str(file), "--output", str(tmp_path / "made")]) == 0
    checkpoint = load_checkpoint(tmp_path / "made")
    assert (checkpoint.config.edge_generator, checkpoint.config.width, checkpoint.config.stem) == (kind, WIDTH, "conv")
    assert (checkpoint.step, checkpoint.config.stage, checkpoint.inpaint_generator) == (1234, "edge", None)
    # Instance norm hides the scale of the weights in front of it from the output: they are compared by themselves, too.
    for name, weight in effective.items():
        layer, _, leaf = name.rpartition(".")
        found = getattr(checkpoint.edge_generator.get_submodule(layer), leaf)
        if kind == "mec-shared" and name in ("upsample2.0.weight", "upsample3.0.weight", "decoder.0.weight"):
            weight = torch.cat(weight.chunk(2)[::-1])  # the order of what is put together there is another
        torch.testing.assert_close(found, weight, atol=1e-7, rtol=1e-5)
    gray, edge, mask = inputs()
    with torch.no_grad():
        ours = checkpoint.edge_generator(gray, edge, mask)
        theirs = generate(effective, kind, torch.cat([gray, edge, mask], 1))
    assert theirs.std() > 0.01
    torch.testing.assert_close(ours, theirs, atol=2e-5, rtol=1e-4)


def test_an_imported_inpaint_generator_computes_what_the_files_own_would(tmp_path):
    file, effective = generator_file(tmp_path / "InpaintingModel_gen.pth", "inpaint", prefix="module.")
    assert main(["import-edgeconnect", "--inpaint", str(file), "--output", str(tmp_path / "made")]) == 0
    checkpoint = load_checkpoint(tmp_path / "made")
    assert checkpoint.edge_generator is None and checkpoint.config.stage == "inpaint"
    _, edge, mask = inputs()
    image = torch.rand(1, 3, SIDE, SIDE) * (1 - mask) + mask
    with torch.no_grad():
        ours = checkpoint.inpaint_generator(image, edge, mask)
        theirs = generate(effective, "inpaint", torch.cat([image, edge], 1))
    assert theirs.std() > 0.01
    torch.testing.assert_close(ours, theirs, atol=2e-5, rtol=1e-4)


def test_our_own_branches_are_recognised_too(tmp_path):
    network = build_generator("edge_generator.safetensors", Config(edge_generator="mec", width=16)).eval()
    file = save_file(tmp_path / "mec.pth", {"generator": network.state_dict()})
    made = import_edgeconnect(tmp_path / "made", edge=file, inpaint=None)
    assert (made.config.edge_generator, made.config.width, made.step) == ("mec", 16, 0)
    loaded = load_checkpoint(tmp_path / "made").edge_generator
    with torch.no_grad():
        assert torch.equal(loaded(*inputs()), network(*inputs()))


def test_a_whole_system_comes_with_its_settings_and_discriminators(tmp_path, capsys):
    made = tmp_path / "made"
    edge_judge, inpaint_judge = discriminator_state(2), discriminator_state(3)
    # One discriminator lies in a file of its own, the other beside its generator.
    edge, _ = generator_file(tmp_path / "e.pth", "mec-shared", "old", "module.")
    inpaint, _ = generator_file(tmp_path / "i.pth", "inpaint", discriminator=inpaint_judge[0])
    judge_file = save_file(tmp_path / "e_dis.pth", {"discriminator": edge_judge[0]}, zipped=False)
    (tmp_path / "config.yml").write_text("MODE: 1\nMODEL: 4\nSIGMA: 1.5\nINPUT_SIZE: 128\nTRAIN_FLIST: ./there\n")
    words = ["--edge", str(edge), "--inpaint", str(inpaint), "--edge-discriminator", str(judge_file)]
    assert main(["import-edgeconnect", *words, "--config", str(tmp_path / "config.yml"), "--output", str(made)]) == 0
    said = capsys.readouterr().out
    assert "mec-shared edge generator, width 8, 1234 steps" in said and "edge_discriminator" in said

    config = load_checkpoint(made).config
    assert (config.stage, config.sigma, config.input_size, config.data) == ("joint", 1.5, 128, "")
    image = np.ascontiguousarray(skimage.data.astronaut()[:90, 180:300])
    mask = np.zeros(image.shape[:2], np.uint8)
    mask[30:60, 40:80] = 1
    filled = Inpainter.load(made, "cpu").fill(image, mask)
    assert np.array_equal(filled[mask == 0], image[mask == 0]) and not np.array_equal(filled, image)

    update = {"init_from": str(made), "perceptual_weights": "off"}
    stage, _ = build_stage(config.model_copy(update=update), torch.device("cpu"))
    for trained, weights, channels in ((stage.edge, edge_judge[1], 2), (stage.inpaint, inpaint_judge[1], 3)):
        x = torch.rand(1, channels, 64, 64)
        with torch.no_grad():
            ours, theirs = trained.model.discriminator.eval()(x)[0], judge(weights, x)
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)


def test_an_imported_checkpoint_is_evaluated_and_trained_from(tmp_path, pictures):
    edge, _ = generator_file(tmp_path / "e.pth", "edgeconnect")
    inpaint, _ = generator_file(tmp_path / "i.pth", "inpaint")
    (tmp_path / "config.yml").write_text("INPUT_SIZE: 32\n")
    made = import_edgeconnect(tmp_path / "made", edge=edge, inpaint=inpaint, config_file=tmp_path / "config.yml").path
    report = tmp_path / "report.json"
    words = ["--masks", "half", "--limit", "1", "--perceptual-weights", "off", "--device", "cpu"]
    assert main(["evaluate", "--checkpoint", str(made), "--data", str(pictures), *words, "--report", str(report)]) == 0
    assert json.loads(report.read_text())["step"] == 1234
    settings = [f"init_from={made}", "edge_generator=edgeconnect", "width=8", "input_size=32", "max_iters=1"]
    settings += ["batch_size=2", "workers=0", "device=cpu", "eval_interval=0", "sample_interval=0", "cache_gib=0"]
    assert main(["train", "--data", str(pictures), "--run", str(tmp_path / "run"), "--set", *settings]) == 0


class Trap:
    """Makes a folder when it is unpickled, as harmful code would."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_that_would_run_code_is_refused_and_does_not_run(tmp_path, zipped, capsys):
    sprung = tmp_path / "sprung"
    file = save_file(tmp_path / "evil.pth", {"iteration": 1, "generator": Trap(sprung)}, zipped=zipped)
    assert main(["import-edgeconnect", "--edge", str(file), "--output", str(tmp_path / "made")]) == 2
    said = capsys.readouterr().err
    assert "holds more than weights" in said and "mkdir" in said
    assert not sprung.exists() and not (tmp_path / "made").exists()


def refusal(tmp_path: Path, **files) -> InpaintError:
    with pytest.raises(InpaintError) as caught:
        import_edgeconnect(tmp_path / "made", **{"edge": None, "inpaint": None, **files})
    assert not (tmp_path / "made").exists()
    return caught.value


def test_what_does_not_match_is_listed_by_key_and_shape(tmp_path):
    state, _ = as_file(*random_generator(WIDTH, "edgeconnect", seed=3), "new")
    del state["decoder.3.bias"]
    state["encoder.4.weight_orig"] = torch.zeros(16, 9, 4, 4)
    state["middle.0.conv_block.5.weight_u"] = torch.zeros(31)
    state["attention.weight"] = torch.zeros(4, 5)
    error = refusal(tmp_path, edge=save_file(tmp_path / "odd.pth", {"generator": state}))
    assert error.code == "import-mismatch" and "4 in all" in error.message
    for line in (
        "decoder.3.bias (8,) is missing",
        "encoder.4.weight is (16, 9, 4, 4), expected (16, 8, 4, 4)",
        "middle.0.conv_block.5.weight: its vector u (31,) fits no side of (32, 32, 3, 3)",
        "attention.weight (4, 5) is not known",
    ):
        assert line in error.message


def test_files_given_in_each_others_place_are_told_so(tmp_path):
    inpaint, _ = generator_file(tmp_path / "i.pth", "inpaint")
    error = refusal(tmp_path, edge=inpaint)
    assert "encoder.1.weight is (8, 4, 7, 7), expected (8, 3, 7, 7)" in error.message
    assert "InpaintingModel files to --inpaint" in error.message
    judge_file = save_file(tmp_path / "d.pth", {"discriminator": discriminator_state(2)[0]})
    assert "it holds discriminator" in refusal(tmp_path, edge=judge_file).message


def test_generators_of_different_widths_are_refused(tmp_path):
    edge, _ = generator_file(tmp_path / "e.pth", "edgeconnect")
    inpaint, _ = generator_file(tmp_path / "i.pth", "inpaint", width=16)
    error = refusal(tmp_path, edge=edge, inpaint=inpaint)
    assert "8 in" in error.message and "16 in" in error.message
    assert "width: 12 is not allowed" in refusal(
        tmp_path, edge=generator_file(tmp_path / "w.pth", "edgeconnect", width=12)[0]
    ).message  # fmt: skip


def test_files_that_are_missing_broken_or_no_generators_are_refused(tmp_path):
    assert refusal(tmp_path).code == "import-nothing"
    assert refusal(tmp_path, edge=tmp_path / "none.pth").code == "weights-missing"
    whole = generator_file(tmp_path / "whole.pth", "edgeconnect")[0].read_bytes()
    for data in (b"", b"nonsense", whole[: len(whole) // 2]):
        (tmp_path / "broken.pth").write_bytes(data)
        assert refusal(tmp_path, edge=tmp_path / "broken.pth").code == "weights-unreadable"
    vgg = save_file(tmp_path / "vgg.pth", {"features.0.weight": torch.zeros(3, 3)})
    assert "not an EdgeConnect generator" in refusal(tmp_path, edge=vgg).message
    numbered = save_file(tmp_path / "numbered.pth", {"generator": {1: torch.zeros(3, 3)}})
    assert "holds no 'generator'" in refusal(tmp_path, edge=numbered).message


@pytest.mark.parametrize("make", [lambda one: one * float("nan"), lambda one: one.to("meta"), torch.Tensor.to_sparse])
def test_weights_that_are_no_finite_numbers_in_memory_are_refused(tmp_path, make):
    state = torch.load(generator_file(tmp_path / "whole.pth", "inpaint")[0], weights_only=True)["generator"]
    file = save_file(tmp_path / "odd.pth", {"generator": {**state, "encoder.4.bias": make(state["encoder.4.bias"])}})
    error = refusal(tmp_path, inpaint=file)
    assert error.code == "import-mismatch" and "encoder.4.bias holds values" in error.message


@pytest.mark.parametrize("iteration", [float("inf"), float("nan"), torch.zeros(3), "many", -5, 10**30])
def test_a_count_of_steps_that_is_none_keeps_no_weights_out(tmp_path, iteration):
    file = generator_file(tmp_path / "InpaintingModel_gen.pth", "inpaint", iteration=iteration)[0]
    assert import_edgeconnect(tmp_path / "made", edge=None, inpaint=file).step == 0


def test_an_existing_checkpoint_is_not_overwritten(tmp_path):
    file, _ = generator_file(tmp_path / "e.pth", "edgeconnect")
    import_edgeconnect(tmp_path / "made", edge=file, inpaint=None)
    with pytest.raises(InpaintError) as caught:
        import_edgeconnect(tmp_path / "made", edge=file, inpaint=None)
    assert caught.value.code == "output-exists"


def test_a_picture_is_filled_from_the_command_line(tmp_path):
    inpaint, _ = generator_file(tmp_path / "i.pth", "inpaint")
    import_edgeconnect(tmp_path / "made", edge=None, inpaint=inpaint)
    image = skimage.data.astronaut()[:64, :64]
    save_picture(Picture(np.ascontiguousarray(image)), tmp_path / "a.png")
    mask = np.zeros_like(image)
    mask[20:40, 20:40] = 255
    save_picture(Picture(mask), tmp_path / "m.png")
    words = ["--image", str(tmp_path / "a.png"), "--mask", str(tmp_path / "m.png"), "--output", str(tmp_path / "o.png")]
    assert main(["fill", *words, "--checkpoint", str(tmp_path / "made"), "--device", "cpu"]) == 0
