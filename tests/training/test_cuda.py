"""The CUDA path, where there is a GPU."""

from __future__ import annotations

import pytest
import torch

from inpaintgan.networks.edge_generators import EDGE_GENERATORS

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU is here")


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_joint_training_samples_validates_and_resumes_on_a_gpu(training, precision):
    settings = {"stage": "joint", "device": "cuda", "precision": precision, "eval_interval": 2, "sample_interval": 2}
    training.train(max_iters=2, **settings)
    training.train(max_iters=4, resume=True, **settings)
    assert [event["step"] for event in training.events("step")] == [1, 2, 3, 4]
    assert all(value is not None for value in training.events("step")[-1]["values"].values())
    assert training.events("validation")[-1]["values"]["psnr_hole"] > 0
    utilisation = training.events("step")[-1]["gpu_utilisation"]
    assert utilisation is None or 0 <= utilisation <= 1


@pytest.mark.parametrize("name", EDGE_GENERATORS)
def test_every_edge_generator_trains_on_a_gpu_in_bfloat16(training, name):
    training.train(stage="edge", edge_generator=name, device="cuda", precision="bfloat16", svr_loss_weight=1)
    assert all(value is not None for value in training.events("step")[-1]["values"].values())
