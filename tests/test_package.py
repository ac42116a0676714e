"""What ``import inpaintgan`` offers."""

from __future__ import annotations

import pytest

import inpaintgan


def test_what_the_package_names_can_be_had_from_it():
    for name in inpaintgan.__all__:
        assert name in dir(inpaintgan) and getattr(inpaintgan, name) is not None
    assert issubclass(inpaintgan.InpaintError, Exception)


def test_what_it_does_not_have_is_refused_as_of_any_module():
    with pytest.raises(AttributeError, match="module 'inpaintgan' has no attribute 'Painter'"):
        _ = inpaintgan.Painter
    assert not hasattr(inpaintgan, "Painter")
