"""What ``import inpaintgan`` offers."""

from __future__ import annotations

import pytest

import inpaintgan


def test_what_the_package_names_can_be_had_from_it():
    for name in inpaintgan.__all__:
        assert name in dir(inpaintgan) and getattr(inpaintgan, name) is not None
    assert issubclass(inpaintgan.InpaintError, Exception)


def test_a_training_is_begun_in_two_words(pictures, tmp_path):
    config = inpaintgan.Config(
        data=str(pictures),
        stage="edge",
        width=8,
        input_size=32,
        batch_size=2,
        max_iters=2,
        workers=0,
        val_size=2,
        device="cpu",
    )
    assert inpaintgan.Trainer(config, str(tmp_path / "run")).train() == "max_iters"
    assert inpaintgan.RunDir(tmp_path / "run").saved_steps() == [2]


def test_what_it_does_not_have_is_refused_as_of_any_module():
    with pytest.raises(AttributeError, match="module 'inpaintgan' has no attribute 'Painter'"):
        _ = inpaintgan.Painter
    assert not hasattr(inpaintgan, "Painter")
