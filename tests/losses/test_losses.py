"""Losses against values worked out by hand or by PyTorch's own functions."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
import skimage.data
import torch
import torch.nn.functional as F

from inpaintgan.core.config import Config
from inpaintgan.data.batch import Batch
from inpaintgan.imaging.training_masks import draw_strokes
from inpaintgan.losses import adversarial
from inpaintgan.losses.crops import crop_around_holes
from inpaintgan.losses.edge import edge_bce_loss
from inpaintgan.losses.feature_matching import feature_matching_loss
from inpaintgan.losses.perceptual import hrf_loss, perceptual_loss, style_loss
from inpaintgan.models.inpaint_model import InpaintModel
from inpaintgan.networks.squeezenet import SqueezeNetFeatures
from inpaintgan.networks.vgg19 import load_vgg19


def test_nsgan_is_binary_cross_entropy_on_logits():
    real, fake = torch.randn(2, 1, 4, 4), torch.randn(2, 1, 4, 4)
    bce = F.binary_cross_entropy_with_logits
    expected = (bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))) / 2
    torch.testing.assert_close(adversarial.discriminator_loss("nsgan", real, fake), expected)
    torch.testing.assert_close(adversarial.generator_loss("nsgan", fake), bce(fake, torch.ones_like(fake)))


@pytest.mark.parametrize(
    ("kind", "discriminator", "generator"),
    [("lsgan", ((2 - 1) ** 2 + 0.5**2) / 2, (0.5 - 1) ** 2), ("hinge", (0 + 1.5) / 2, -0.5)],
)
def test_lsgan_and_hinge_by_hand(kind, discriminator, generator):
    real, fake = torch.tensor([2.0]), torch.tensor([0.5])
    assert adversarial.discriminator_loss(kind, real, fake).item() == pytest.approx(discriminator)
    assert adversarial.generator_loss(kind, fake).item() == pytest.approx(generator)


@pytest.mark.parametrize("kind", ["nsgan", "lsgan", "hinge"])
def test_logits_that_weigh_nothing_are_not_there(kind):
    real, fake = torch.randn(2, 1, 4, 4), torch.randn(2, 1, 4, 4)
    weight = torch.zeros(2, 1, 4, 4)
    weight[..., :2] = 1 / 8
    seen = (real[..., :2], fake[..., :2])
    weighted = adversarial.discriminator_loss(kind, real, fake, weight), adversarial.generator_loss(kind, fake, weight)
    alone = adversarial.discriminator_loss(kind, *seen), adversarial.generator_loss(kind, seen[1])
    torch.testing.assert_close(weighted, alone)
    assert adversarial.generator_loss(kind, fake, weight * 0).item() == 0
    # Parts of a batch give what the whole gives, where one of them does not count too.
    weight[1] = 0
    parts = [adversarial.generator_loss(kind, fake[i : i + 1], weight[i : i + 1]) for i in range(2)]
    torch.testing.assert_close(adversarial.generator_loss(kind, fake, weight), sum(parts) / 2)


def test_edge_cross_entropy_weighs_edges_nine_times_and_counts_the_hole_alone():
    true, mask = torch.tensor([1.0, 0.0, 1.0]), torch.tensor([1.0, 1.0, 0.0])
    assert edge_bce_loss(torch.tensor([1.0, 0.0, 0.1]), true, mask).item() == pytest.approx(0, abs=1e-5)
    missed = edge_bce_loss(torch.tensor([0.5, 0.0, 1.0]), true, mask).item()
    invented = edge_bce_loss(torch.tensor([1.0, 0.5, 1.0]), true, mask).item()
    assert missed == pytest.approx(9 * math.log(2) / 2, rel=1e-3)
    assert missed / invented == pytest.approx(9, rel=1e-3)


def test_edge_cross_entropy_of_no_hole_is_nothing():
    predicted = torch.rand(2, 1, 8, 8)
    assert edge_bce_loss(predicted, predicted.round(), torch.zeros(2, 1, 8, 8)).item() == 0


def test_unknown_adversarial_loss_is_refused():
    with pytest.raises(ValueError, match="wgan"):
        adversarial.generator_loss("wgan", torch.zeros(1))


def test_feature_matching_sums_means_and_lets_no_gradient_into_the_real_side():
    fake = [torch.zeros(2, 3, requires_grad=True), torch.zeros(5, requires_grad=True)]
    real = [torch.full((2, 3), 0.5, requires_grad=True), torch.full((5,), 2.0, requires_grad=True)]
    loss = feature_matching_loss(fake, real)
    assert loss.item() == pytest.approx(2.5)
    loss.backward()
    assert all(f.grad is not None for f in fake) and all(r.grad is None for r in real)


@pytest.fixture(scope="module")
def squeezenet():
    from torchvision.models import squeezenet1_1

    torch.manual_seed(0)
    return SqueezeNetFeatures(squeezenet1_1(weights=None).features.state_dict(), "random", caffe=False)


def test_perceptual_and_style_are_zero_for_equal_pictures_and_pass_gradients(vgg_file):
    vgg = load_vgg19(str(vgg_file))
    real = torch.rand(2, 3, 32, 32)
    mask = torch.zeros(2, 1, 32, 32)
    mask[..., 8:24, 8:24] = 1
    assert perceptual_loss(vgg, real, real).item() == 0
    assert style_loss(vgg, real, real, mask).item() == 0
    fake = torch.rand(2, 3, 32, 32, requires_grad=True)
    (perceptual_loss(vgg, fake, real) + style_loss(vgg, fake, real, mask)).backward()
    assert fake.grad.abs().sum() > 0
    assert all(p.grad is None for p in vgg.parameters())


def test_style_looks_only_into_the_hole(vgg_file):
    vgg = load_vgg19(str(vgg_file))
    real = torch.rand(1, 3, 32, 32)
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., :16, :] = 1
    changed = real.clone()
    changed[..., 16:, :] = 0
    assert style_loss(vgg, changed, real, mask).item() == 0


def test_high_receptive_field_loss_looks_for_what_differs_in_the_hole(squeezenet):
    real = torch.rand(2, 3, 64, 64)
    mask = torch.zeros(2, 1, 64, 64)
    mask[..., 16:48, 16:48] = 1
    assert hrf_loss(squeezenet, real, real, mask).item() == 0
    fake = torch.where(mask > 0, 1 - real, real).requires_grad_()
    loss = hrf_loss(squeezenet, fake, real, mask)
    loss.backward()
    assert 0 < loss.item() < 4 and fake.grad.abs().sum() > 0
    # What differs far from the hole alone counts less than what differs in it.
    outside = hrf_loss(squeezenet, torch.where(mask > 0, real, 1 - real), real, mask)
    assert 0 < outside.item() < loss.item()
    assert all(p.grad is None for p in squeezenet.parameters())


def test_the_inpaint_model_learns_from_the_losses_that_have_a_weight(squeezenet):
    real, mask = torch.rand(2, 3, 64, 64), torch.zeros(2, 1, 64, 64)
    mask[..., 16:48, 16:48] = 1
    batch = Batch(real, real[:, :1], real[:, :1], mask)
    fake = torch.rand(2, 3, 64, 64)
    settings = {
        "width": 8, "input_size": 64, "inpaint_adv_loss_weight": 0, "l1_loss_weight": 0,
        "content_loss_weight": 0, "style_loss_weight": 0,
    }  # fmt: skip
    silent, _ = InpaintModel(Config(**settings), None, squeezenet).generator_loss(batch, fake)
    loss, logs = InpaintModel(Config(**settings, hrf_loss_weight=2), None, squeezenet).generator_loss(batch, fake)
    assert silent.item() == 0
    assert loss.item() == pytest.approx(2 * logs["hrf_loss"].item())


def test_the_inpaint_model_does_not_leave_out_a_loss_unseen(vgg, squeezenet):
    with pytest.warns(UserWarning, match=r"^content_loss_weight and style_loss_weight: left out"):
        InpaintModel(Config(width=8))
    with pytest.warns(UserWarning, match=r"^hrf_loss_weight: left out"):
        InpaintModel(Config(width=8, hrf_loss_weight=1), vgg)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        InpaintModel(Config(width=8, hrf_loss_weight=1), vgg, squeezenet)
        InpaintModel(Config(width=8, perceptual_weights="off"))


def test_a_discriminator_of_the_hole_is_blind_to_what_is_far_from_it():
    torch.manual_seed(0)
    unseen = {"l1_loss_weight": 0, "content_loss_weight": 0, "style_loss_weight": 0}
    config = Config(width=8, input_size=256, inpaint_adv_crop=64, inpaint_adv_loss_weight=1, **unseen)
    model = InpaintModel(config).eval()
    real, fake, mask = torch.rand(1, 3, 256, 256), torch.rand(1, 3, 256, 256), torch.zeros(1, 1, 256, 256)
    mask[..., 100:120, 100:120] = 1
    batch = Batch(real, real[:, :1], real[:, :1], mask)
    elsewhere = fake.clone()
    elsewhere[..., 150:, :] = 0
    whole = InpaintModel(config.model_copy(update={"inpaint_adv_crop": 0})).eval()
    whole.load_state_dict(model.state_dict())
    with torch.no_grad():
        for seen, blind in ((model, True), (whole, False)):
            for judge in (seen.discriminator_loss, seen.generator_loss):
                assert torch.equal(judge(batch, fake)[0], judge(batch, elsewhere)[0]) == blind
        # A bright and a dark picture are equally far from the middle: layers without a bias answer them with opposite signs
        # but for the leaky slope, and a gray one with nothing.
        gray = torch.full_like(fake, 0.5)
        assert model.generator_loss(batch, gray)[0].item() == pytest.approx(math.log(2))
        assert whole.generator_loss(batch, gray)[0].item() != pytest.approx(math.log(2), abs=1e-4)


def test_losses_are_float32_under_autocast():
    """Of features in bfloat16, every loss is what float32 arithmetic makes of them, to the last bit."""
    torch.manual_seed(0)
    fake, real = (torch.randn(2, 4, 16, 16).bfloat16() for _ in range(2))
    mask = (torch.rand(2, 1, 16, 16) > 0.5).float()

    class Features(torch.nn.Module):
        """Gives what it is given, as the layers of both losses."""

        def forward(self, picture, layers):
            return {layers[0]: picture}

    losses = {
        "nsgan": lambda a, b: adversarial.discriminator_loss("nsgan", a, b),
        "lsgan": lambda a, b: adversarial.generator_loss("lsgan", a),
        "hinge": lambda a, b: adversarial.discriminator_loss("hinge", a, b),
        "feature matching": lambda a, b: feature_matching_loss([a], [b]),
        "edge": lambda a, b: edge_bce_loss(a.float().sigmoid(), (b > 0).float(), mask),
        "perceptual": lambda a, b: perceptual_loss(Features(), a, b),
        "high receptive field": lambda a, b: hrf_loss(lambda picture: [picture], a, b, mask),
        "style": lambda a, b: style_loss(Features(), a, b, torch.ones(())),
    }
    for name, loss in losses.items():
        with torch.autocast("cpu", torch.bfloat16):
            mixed = loss(fake, real)
        assert mixed.dtype == torch.float32, name
        torch.testing.assert_close(mixed, loss(fake.float(), real.float()), rtol=0, atol=0, msg=name)


@pytest.mark.parametrize(("top", "left", "expected"), [(0, 0, (0, 0)), (40, 60, (16, 32)), (60, 95, (32, 64))])
def test_the_crop_lies_around_the_hole_on_vggs_grid(top, left, expected):
    mask = torch.zeros(1, 1, 96, 128)
    mask[..., top : top + 20, left : left + 20] = 1
    picture = torch.rand(1, 3, 96, 128)
    cut_mask, cut = crop_around_holes(mask, None, 64, picture)
    y, x = expected
    assert torch.equal(cut, picture[..., y : y + 64, x : x + 64])
    assert cut_mask.sum() == mask.sum()


def test_the_crop_of_a_hole_that_is_too_large_is_its_middle():
    picture = torch.rand(2, 3, 96, 96)
    mask, cut = crop_around_holes(torch.ones(2, 1, 96, 96), None, 32, picture)
    assert mask.all()
    assert torch.equal(cut, picture[..., 32:64, 32:64])


def test_every_part_of_a_hole_that_is_too_large_is_seen():
    """Around the focus, up to the border; a hole that fits into the square is seen whole, wherever the focus lies in it."""
    picture = torch.rand(3, 3, 96, 96)
    focus = torch.tensor([[0, 95], [40, 40], [95, 0]])
    _, cut = crop_around_holes(torch.ones(3, 1, 96, 96), focus, 32, picture)
    for seen, (top, left), whole in zip(cut, [(0, 64), (32, 32), (64, 0)], picture, strict=True):
        assert torch.equal(seen, whole[:, top : top + 32, left : left + 32])
    small = torch.zeros(3, 1, 96, 96)
    small[..., 34:62, 34:62] = 1
    focus = torch.tensor([[34, 34], [48, 48], [61, 61]])
    for cut in (crop_around_holes(small, focus, 32, picture), crop_around_holes(small, None, 32, picture)):
        assert torch.equal(cut[1], picture[..., 32:64, 32:64])


@pytest.mark.parametrize(("width", "top"), [(32, 16), (33, 32)])
def test_a_hole_as_wide_as_the_square_fits_and_one_pixel_more_does_not(width, top):
    mask = torch.zeros(1, 1, 96, 96)
    mask[..., 16 : 16 + width, 16 : 16 + width] = 1
    picture = torch.rand(1, 3, 96, 96)
    corner = torch.tensor([[15 + width, 15 + width]])
    _, cut = crop_around_holes(mask, corner, 32, picture)
    assert torch.equal(cut, picture[..., top : top + 32, top : top + 32])


def test_squares_of_drawn_holes_come_to_the_border_of_the_picture():
    """The middle of a stroke's bounding box is nearly always that of the picture: pixels near the border were never seen."""
    rng = np.random.default_rng(0)
    places = torch.arange(128 * 128.0).view(1, 1, 128, 128)
    hole, seen = np.zeros(128 * 128), np.zeros(128 * 128)
    for _ in range(300):
        mask = draw_strokes(128, 128, rng)
        focus = rng.choice(np.argwhere(mask))
        square, cut = crop_around_holes(
            torch.from_numpy(mask).float()[None, None], torch.from_numpy(focus)[None], 64, places
        )
        hole += mask.ravel()
        seen[cut[square > 0].long().numpy()] += 1
    hole, seen = hole.reshape(128, 128), seen.reshape(128, 128)
    inner = (slice(48, 80),) * 2
    ring = np.ones((128, 128), bool)
    ring[16:-16, 16:-16] = False
    assert seen[ring].sum() / hole[ring].sum() > 0.3 * seen[inner].sum() / hole[inner].sum() > 0


def test_perceptual_losses_of_a_crop_are_the_whole_pictures_without_what_lies_outside(vgg_file):
    """What differs in the hole alone is seen by the crop but for what reaches out of it."""
    vgg = load_vgg19(str(vgg_file))
    real = torch.from_numpy(skimage.data.astronaut()[:128, 150:278].copy()).permute(2, 0, 1)[None].float() / 255
    mask = torch.zeros(1, 1, 128, 128)
    mask[..., 50:74, 60:84] = 1
    fake = torch.where(mask > 0, 1 - real, real)
    batch = Batch(real, real[:, :1], real[:, :1], mask)

    def losses(side: int, painted: torch.Tensor) -> dict[str, torch.Tensor]:
        settings = {"input_size": 128, "inpaint_adv_loss_weight": 0, "l1_loss_weight": 0, "perceptual_crop": side}
        loss, logs = InpaintModel(Config(width=8, **settings), vgg).generator_loss(batch, painted)
        return logs | {"loss": loss}

    with torch.no_grad():
        whole, equal = losses(0, fake), losses(128, fake)
    crop = losses(96, fake.requires_grad_())
    for name in ("perceptual_loss", "style_loss"):
        assert torch.equal(equal[name], whole[name])
        assert crop[name].item() == pytest.approx(whole[name].item(), rel=0.1)
    crop["loss"].backward()
    seen = crop_around_holes(mask, None, 96, fake.grad)[1]
    assert seen.abs().sum() > 0
    # Outside the crop there is no gradient at all; counting, unlike adding up, does not depend on the order.
    assert seen.count_nonzero() == fake.grad.count_nonzero()
