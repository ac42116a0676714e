"""Measuring what a training costs."""

from __future__ import annotations

import pytest

from inpaintgan.core.config_io import make_config
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.paths import resource
from inpaintgan.training.measure import measure

TINY = {
    "data": str(resource("examples") / "training"), "width": 8, "input_size": 32, "batch_size": 2, "stem": "unshuffle",
    "perceptual_weights": "off", "device": "cpu",
}  # fmt: skip


@pytest.mark.parametrize(("stage", "phase"), [("edge", "edge"), ("inpaint", "inpaint"), ("auto", "joint")])
def test_a_few_steps_of_each_stage(stage: str, phase: str) -> None:
    said = []
    found = measure(make_config({**TINY, "stage": stage, "workers": 2}), lambda *news: said.append(news))
    assert (found.n_steps, found.pictures, found.phase) == (5, 2, phase)
    assert 0 < found.step_s <= found.seconds_per_step == max(found.step_s, found.data_s / 2)
    assert 0 < found.memory_bytes < found.memory_total_bytes
    assert "CPU" in found.device
    assert [said[0], said[-1]] == [("building", 0, 1), ("steps", 5, 5)]


def test_one_process_prepares_and_trains_in_turn() -> None:
    config = make_config({**TINY, "workers": 0, "accumulation_steps": 2, "perceptual_interval": 4})
    found = measure(config, lambda *news: None)
    assert found.pictures == 4
    assert found.seconds_per_step == found.step_s + found.data_s


def test_what_cannot_be_trained_cannot_be_measured() -> None:
    with pytest.raises(InpaintError, match="edge generator") as refused:
        measure(make_config({**TINY, "stage": "edge-inpaint"}), lambda *news: None)
    assert refused.value.code == "edge-generator-missing"
