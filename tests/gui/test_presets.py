"""Every preset is a set of settings that a training can begin with, and says where its numbers come from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from inpaintgan.core.config import Config
from inpaintgan.core.config_io import load_config, read_yaml
from inpaintgan.core.paths import resource
from inpaintgan.gui.presets import list_presets

FILES = sorted(resource("presets").glob("*.yml"))
# Weights of the perceptual, style and adversarial loss: EdgeConnect's paper, and Table 9 of the InpaintGAN paper.
EDGECONNECT_WEIGHTS, TABLE_9_WEIGHTS = (0.1, 250, 0.1), (1, 1, 0.01)
SECTIONS = {
    "effunet": ("Paper 4.1: EffU-Net", "effunet", 2.0, EDGECONNECT_WEIGHTS),
    "egc": ("Paper 4.2: EGC", "egc", 1.9, EDGECONNECT_WEIGHTS),
    "egc-svr": ("Paper 4.3: EGC and SVR", "egc", 1.9, EDGECONNECT_WEIGHTS),
    "mec": ("Paper 5.3: MEC", "mec", 2.0, TABLE_9_WEIGHTS),
}


def weights(config: Config) -> tuple[float, float, float]:
    return config.content_loss_weight, config.style_loss_weight, config.inpaint_adv_loss_weight


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_preset_is_valid_and_explained(file: Path) -> None:
    config = load_config(file)
    assert all(getattr(config, key) == value for key, value in read_yaml(file).items())
    (preset,) = [preset for preset in list_presets() if preset["id"] == file.stem]
    assert 0 < len(preset["title"]) <= 30 and preset["text"].endswith(".")


@pytest.mark.parametrize("name", [*SECTIONS, "paper", "edgeconnect"])
def test_the_papers_vgg19_sees_pictures_as_they_are(name: str) -> None:
    assert not load_config(resource("presets") / f"{name}.yml").imagenet_normalization


@pytest.mark.parametrize("name", SECTIONS)
def test_the_papers_sections_have_their_presets(name: str) -> None:
    title, generator, sigma, wanted = SECTIONS[name]
    file = resource("presets") / f"{name}.yml"
    config = load_config(file)
    assert next(preset["title"] for preset in list_presets() if preset["id"] == name) == title
    assert (config.edge_generator, config.width, config.stem, config.input_size) == (generator, 64, "conv", 256)
    assert (config.lr, config.sigma, weights(config)) == (1e-4, sigma, wanted)
    assert config.block_ratio * config.input_size == 32
    assert (config.svr_loss_weight > 0) == (name == "egc-svr")
    comments = " ".join(line.removeprefix("#").strip() for line in file.read_text(encoding="utf-8").splitlines()
                        if line.startswith("#"))  # fmt: skip
    assert re.search(
        r"Source: the InpaintGAN paper .*section " + title.split()[1].rstrip(":").replace(".", r"\."), comments
    )
    for contradiction in ("lr: 0.001", "sigma: 1.9", "weights of the inpaint losses"):
        assert re.search(
            re.escape(contradiction) + r".*This follows|" + re.escape(contradiction) + ": this follows", comments
        )


def test_the_third_attempt_is_the_second_and_a_loss() -> None:
    egc, svr = (read_yaml(resource("presets") / f"{name}.yml") for name in ("egc", "egc-svr"))
    assert {key: value for key, value in svr.items() if key != "svr_loss_weight"} == egc


def test_edgeconnects_own_preset() -> None:
    config = load_config(resource("presets") / "edgeconnect.yml")
    assert (config.edge_generator, weights(config), config.fm_loss_weight) == ("edgeconnect", EDGECONNECT_WEIGHTS, 10)
    assert (config.lr, config.d2g_lr, config.beta1, config.beta2) == (1e-4, 0.1, 0, 0.9)
    assert (config.sigma, config.block_ratio, config.batch_size, config.max_iters) == (2, 0.5, 8, 2_000_000)


def test_the_list_begins_with_the_beginners() -> None:
    ids = [preset["id"] for preset in list_presets()]
    assert ids == ["try-it", "paper", "cpu", "sharpen", "gpu", "effunet", "egc", "egc-svr", "mec", "edgeconnect"]
