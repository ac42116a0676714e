"""A plain training loop in the manner of the EdgeConnect reference, written from its description in the papers.

NCHW float32; decoding, resizing through PIL and scikit-image's Canny for every item; two copies of VGG19 run to their
last layer, the ground truth in gradient mode like the fake; three discriminator passes a step; ``.item()`` for every
logged value of every step. Networks, losses, weights and masks are ours, so that the loops differ in nothing else.

VGG19's weights are frozen here, which makes the pass of the ground truth as cheap as one without gradients; ``unfrozen``
leaves them as torchvision makes them, so that both passes are kept for a backward pass nobody reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from skimage.color import rgb2gray
from skimage.feature import canny
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision.models import vgg19
from torchvision.transforms.functional import to_tensor

from inpaintgan.core.config import Config
from inpaintgan.imaging.folder import find_pictures
from inpaintgan.imaging.training_masks import draw_mask
from inpaintgan.networks.discriminator import Discriminator
from inpaintgan.networks.edge_generators import EDGE_GENERATORS
from inpaintgan.networks.inpaint_generator import InpaintGenerator
from inpaintgan.training.meter import Meter

PERCEPTUAL = (1, 6, 11, 20, 29)
"""Of torchvision's ``vgg19().features``: relu1_1, 2_1, 3_1, 4_1 and 5_1."""
STYLE = (8, 17, 26, 31)
"""relu2_2, 3_4, 4_4 and 5_2."""


def plain_loop(config: Config, device: torch.device, meter: Meter, *, unfrozen: bool) -> Callable[[], int]:
    """Return a function that takes one training step and says how many pictures that were."""
    train = EdgeTraining(config, device) if config.stage == "edge" else InpaintTraining(config, device, unfrozen)
    batches = _batches(config)

    def step() -> int:
        with meter.waiting():
            batch = next(batches)
        image, gray, edge, mask = (part.to(device) for part in batch)
        logs = [value.item() for value in train.step(image, gray, edge, mask)]
        meter.add({}, len(image))
        assert all(np.isfinite(logs))
        return len(image)

    return step


class EdgeTraining:
    """Edge generator and discriminator: adversarial loss and feature matching."""

    def __init__(self, config: Config, device: torch.device) -> None:
        self.config = config
        self.generator = EDGE_GENERATORS[config.edge_generator](config.width, config.stem).to(device)
        self.discriminator = Discriminator(2, config.width).to(device)
        self.optimizers = _optimizers(self.generator, self.discriminator, config)

    def step(self, image: Tensor, gray: Tensor, edge: Tensor, mask: Tensor) -> list[Tensor]:
        fake = self.generator(gray * (1 - mask) + mask, edge * (1 - mask), mask)
        real_logits, real_features = self.discriminator(torch.cat([gray, edge], 1))
        fake_logits, _ = self.discriminator(torch.cat([gray, fake.detach()], 1))
        discriminator_loss = (_bce(real_logits, 1) + _bce(fake_logits, 0)) / 2
        _update(self.optimizers[1], discriminator_loss)
        logits, features = self.discriminator(torch.cat([gray, fake], 1))
        adversarial = _bce(logits, 1)
        matching = sum(F.l1_loss(ours, true.detach()) for ours, true in zip(features, real_features, strict=True))
        _update(self.optimizers[0], adversarial + self.config.fm_loss_weight * matching)
        found, true = (fake > self.config.edge_threshold) * mask, edge * mask
        hits = (found * true).sum()
        return [
            discriminator_loss,
            adversarial,
            matching,
            hits / found.sum().clamp(min=1),
            hits / true.sum().clamp(min=1),
        ]


class InpaintTraining:
    """Inpaint generator and discriminator: L1, perceptual, style and adversarial losses."""

    def __init__(self, config: Config, device: torch.device, unfrozen: bool) -> None:
        self.config = config
        self.generator = InpaintGenerator(config.width, config.stem).to(device)
        self.discriminator = Discriminator(3, config.width).to(device)
        self.optimizers = _optimizers(self.generator, self.discriminator, config)
        self.vggs = [_vgg19(config.perceptual_weights).to(device).requires_grad_(unfrozen) for _ in range(2)]

    def step(self, image: Tensor, gray: Tensor, edge: Tensor, mask: Tensor) -> list[Tensor]:
        config = self.config
        fake = self.generator(image * (1 - mask) + mask, edge, mask)
        discriminator_loss = (_bce(self.discriminator(image)[0], 1) + _bce(self.discriminator(fake.detach())[0], 0)) / 2
        _update(self.optimizers[1], discriminator_loss)
        adversarial = _bce(self.discriminator(fake)[0], 1)
        l1 = F.l1_loss(fake, image) / mask.mean()
        pairs = zip(_features(self.vggs[0], fake, PERCEPTUAL), _features(self.vggs[0], image, PERCEPTUAL), strict=True)
        content = sum(F.l1_loss(ours, true) for ours, true in pairs)
        pairs = zip(
            _features(self.vggs[1], fake * mask, STYLE), _features(self.vggs[1], image * mask, STYLE), strict=True
        )
        style = sum(F.l1_loss(_gram(ours), _gram(true)) for ours, true in pairs)
        loss = config.l1_loss_weight * l1 + config.content_loss_weight * content + config.style_loss_weight * style
        _update(self.optimizers[0], loss + config.inpaint_adv_loss_weight * adversarial)
        error = ((fake * mask + image * (1 - mask) - image) ** 2).mean()
        return [discriminator_loss, adversarial, l1, content, style, -10 * torch.log10(error)]


def _optimizers(generator: nn.Module, discriminator: nn.Module, config: Config) -> list[torch.optim.Optimizer]:
    betas = (config.beta1, config.beta2)
    return [
        torch.optim.Adam(generator.parameters(), lr=config.lr, betas=betas),
        torch.optim.Adam(discriminator.parameters(), lr=config.lr * config.d2g_lr, betas=betas),
    ]


def _update(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def _bce(logits: Tensor, label: int) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def _vgg19(weights: str) -> nn.Sequential:
    network = vgg19(weights=None).features
    network.load_state_dict({k.removeprefix("features."): v for k, v in torch.load(weights, weights_only=True).items()})
    for layer in network:
        if isinstance(layer, nn.ReLU):
            layer.inplace = False  # the convolutions before it keep what it would overwrite
    return network.eval()


def _features(network: nn.Sequential, image: Tensor, layers: tuple[int, ...]) -> list[Tensor]:
    mean, std = (image.new_tensor(v).view(1, 3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    x, found = (image - mean) / std, []
    for index, layer in enumerate(network):
        x = layer(x)
        if index in layers:
            found.append(x)
    return found


def _gram(x: Tensor) -> Tensor:
    batch, channels, height, width = x.shape
    flat = x.reshape(batch, channels, height * width)
    return flat @ flat.transpose(1, 2) / (channels * height * width)


class Pictures(Dataset[tuple[Tensor, ...]]):
    """Decodes, resizes and detects edges anew for every item."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.files = find_pictures(Path(config.data))

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[Tensor, ...]:
        side = self.config.input_size
        with Image.open(self.files[index]) as opened:
            image = opened.convert("RGB").resize((side, side), Image.Resampling.BILINEAR)
        gray = rgb2gray(np.asarray(image))
        edge = canny(gray, sigma=self.config.sigma)
        kind, ratio = self.config.mask, self.config.block_ratio
        mask = draw_mask(kind, side, side, np.random.default_rng(), block_ratio=ratio)
        parts = (Image.fromarray((255 * part).astype(np.uint8)) for part in (gray, edge, mask))
        return to_tensor(image), *(to_tensor(part) for part in parts)


def _batches(config: Config) -> Iterator[list[Tensor]]:
    while True:
        yield from DataLoader(
            Pictures(config), config.batch_size, shuffle=True, drop_last=True, num_workers=config.workers
        )
