"""Canny on a device, against scikit-image's."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
import torch

from inpaintgan.data.loader import make_train_loader, make_val_loader
from inpaintgan.data.torch_canny import _connected, torch_canny
from inpaintgan.imaging.edges import canny
from inpaintgan.imaging.folder import find_pictures
from inpaintgan.imaging.picture import to_gray


@pytest.mark.parametrize("sigma", [1.0, 2.0, 3.7])
def test_edges_are_scikit_images_but_for_one_pixel_in_a_hundred_thousand(sigma):
    pictures = [skimage.data.astronaut(), skimage.data.coffee()[:400, :512], skimage.data.chelsea()]
    differing = pixels = 0
    for picture in pictures:
        gray = to_gray(np.ascontiguousarray(picture))
        ours = torch_canny(torch.from_numpy(gray)[None, None].float() / 255, torch.tensor([sigma]))
        expected = canny(gray, sigma)
        assert expected.mean() > 0.01
        differing += int((ours[0, 0].numpy() != expected).sum())
        pixels += expected.size
    assert differing / pixels < 1e-5


def test_each_picture_of_a_batch_has_its_own_sigma_and_size_is_free():
    gray = torch.from_numpy(to_gray(skimage.data.astronaut())[100:196, 150:310].copy())[None, None].float() / 255
    both = torch_canny(gray.expand(2, -1, -1, -1), torch.tensor([1.0, 3.0]))
    for edges, sigma in zip(both, (1.0, 3.0), strict=True):
        assert torch.equal(edges, torch_canny(gray, torch.tensor([sigma]))[0])
    assert both[0].sum() > both[1].sum() > 0


def test_a_strong_end_reaches_along_a_curve_that_fills_the_picture():
    """A line that falls and rises through the whole picture, 8,000 px long, barely an edge but for its end."""
    weak = torch.zeros(1, 1, 128, 128, dtype=torch.bool)
    weak[..., 1:127, 1:127:2] = True
    weak[..., 126, 2:126:4] = weak[..., 1, 4:126:4] = True
    strong = torch.zeros_like(weak)
    strong[..., 1, 1] = True
    assert torch.equal(_connected(weak, strong), weak)
    assert not _connected(weak, torch.zeros_like(strong)).any()


@pytest.mark.filterwarnings("ignore:.*pin_memory")
def test_deferred_edges_are_drawn_by_the_device_from_the_same_random_numbers(folder, config):
    gpu = torch.device("cuda")
    files = find_pictures(folder)
    random = config.model_copy(update={"sigma": 0.0, "input_size": 96})
    deferred = random.model_copy(update={"edge_device": "gpu"})
    plain, drawn = (next(iter(make_train_loader(files, one, 0, device=gpu))) for one in (random, deferred))
    assert plain.sigma is None and not drawn.edge.any()
    on_device = drawn.to("cpu")
    assert on_device.sigma is None
    assert torch.equal(on_device.mask, plain.mask)
    assert (on_device.edge != plain.edge).float().mean() < 1e-3
    # Fixed edges and those that scores are taken of stay scikit-image's.
    assert next(iter(make_train_loader(files, deferred.model_copy(update={"sigma": 2.0}), 0, device=gpu))).sigma is None
    assert next(iter(make_val_loader(files, deferred))).sigma is None
    assert next(iter(make_train_loader(files, deferred, 0))).sigma is None
