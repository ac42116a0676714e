"""Patches of a picture that fit what is missing from it.

Every patch of the hole is given its likest among those that are known whole, and each pixel the weighted mean of the patches
over it, until little changes. That is done first where the hole is a few patches thick; finer steps carry the matches on and
mend them. What filled the hole before has a say: of patches that continue the surroundings alike, that of its colour is taken.

Source: Wexler et al., Space-Time Completion of Video (PAMI 2007), for the alternation; Newson et al., Non-Local Patch-Based Image
Inpainting (IPOL 2017), for its start from the hole's border inwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from torch import Tensor

from .level import REACH_PX, SIDE_PX, SPREAD_PX, Level, framed

_THICKNESS_PX = 20
"""How thick a hole may be at the first step: about three patches."""
_MOST_COMPARED = 1 << 13, 1 << 14
"""Patches of the hole, about, and known ones, at most, that are all compared with each other."""
_MOST_JOINED = 1 << 12
"""How many patches at the hole's border are compared with all known ones at finer steps too."""
_MOST_PX = 1 << 24
"""How large a picture may be; what is larger stays as it is."""
_MOST_MENDED_PX = 1 << 20
"""How many pixels a step may have for its matches to be mended, not just carried on."""
_FILL_SAYS = 0.3
"""Weight of a difference to the fill's colour, beside that of differences in a patch."""
_TRUST = 0.85
_LEAST_TRUST = 0.3
"""How much a pixel of the hole has to say in a patch: less with each pixel from the border."""
_ROUNDS, _MENDING_ROUNDS = 8, 2
_SETTLED = 0.003
"""Mean change in a round, of 1, after which another is not worth it."""
_CHUNK = 1024
_SAMPLED = 1 << 12
_FEATURES = 24
"""Numbers that stand for the 147 of a patch at finer steps: its principal components."""
_LAST_SPREAD_PX = 0.8
"""Of the weights in a patch for the colours that are kept: with as much as while looking, the mean loses grain."""
_TONE = 0.03
"""By how much a patch may be brightened or darkened to fit, so that skies have no seams; more would be a change of shape."""
_AROUND = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right]
_BESIDE = [(0, 1), (0, -1), (1, 0), (-1, 0)]

_Likest = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
"""For an (H, W, 3) image, how much its pixels have to say, (H * W,), and (N,) places: the likest known patches and by how much
they differ, (N,) each."""


def patched(
    fill: NDArray[np.float32], hole: NDArray[np.uint8], device: torch.device, barred: NDArray[np.uint8] | None = None
) -> NDArray[np.float32]:
    """Lay patches of what is known into a hole.

    Args:
        fill: (H, W, 3) RGB in [0, 1], the picture with its hole filled.
        hole: (H, W), 1 in the hole. If no patch outside of it is whole, or there are too many pixels, the fill stays.
        device: Where to compare.
        barred: (H, W), 1 where else no patch may be taken from.

    Returns:
        (H, W, 3) RGB in [0, 1], equal to ``fill`` outside the hole.
    """
    height, width = hole.shape
    if hole.size > _MOST_PX:
        return fill
    coarser: Level | None = None
    match = tone = torch.empty(0)
    for halvings in range(_halvings(hole), -1, -1):
        size = max(1, round(width / 2**halvings)), max(1, round(height / 2**halvings))
        level = Level.of(fill, hole, hole if barred is None else barred, size, device)
        if not len(level.sources):
            continue
        if coarser is None:
            match, tone = _matched(level)
        else:
            match, tone = _carried_on(match, tone, coarser, level)
            match, tone = _joined(level, match, tone)
            if height * width <= _MOST_MENDED_PX << 2 * halvings:
                match, tone = _mended(level, match, tone)
        coarser = level
    if coarser is None:
        return fill
    colour = coarser.mean_of(match, tone, spread_px=_LAST_SPREAD_PX)
    return np.where(hole[..., None] == 1, colour.clamp(0, 1).cpu().numpy(), fill)


def _halvings(hole: NDArray[np.uint8]) -> int:
    """How often the picture is halved for the first step."""
    thickness = 2 * float(cv2.distanceTransform(np.pad(hole, 1), cv2.DIST_L2, cv2.DIST_MASK_5).max())
    n_compared = cv2.countNonZero(cv2.dilate(hole, np.ones((SIDE_PX, SIDE_PX), np.uint8)))
    largest = max(thickness / _THICKNESS_PX, math.sqrt(n_compared / _MOST_COMPARED[0]), 1.0)
    return math.ceil(math.log2(largest))


def _comparison(level: Level) -> _Likest:
    """Prepare what compares patches with all known ones."""
    sources = level.sources[:: -(-len(level.sources) // _MOST_COMPARED[1])]
    known = level.patches(level.colour, sources)
    blurred = torch.from_numpy(cv2.GaussianBlur(level.colour.cpu().numpy(), (0, 0), SPREAD_PX)).to(known.device)
    guide = blurred.reshape(-1, 3) * (_FILL_SAYS * SIDE_PX**2) ** 0.5

    def likest(colour: Tensor, trust: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        weights = level.patches(trust.reshape(*level.hole.shape, 1), places)
        best, distance = _nearest(level.patches(colour, places), weights, guide[places], known, guide[sources])
        return sources[best], distance

    return likest


def _trust(level: Level) -> Tensor:
    """Return how much each pixel has to say, (H * W,)."""
    return (_TRUST ** level.depth.float()).clamp(min=_LEAST_TRUST)


def _matched(level: Level) -> tuple[Tensor, Tensor]:
    """Compare the hole's patches with all known ones: first from the border inwards, then all over again.

    Returns:
        For each wanted patch the place of its likest, (N,), and its tone beside that, (N, 3).
    """
    likest = _comparison(level)
    trust = _trust(level)
    colour = level.colour.clone()
    for depth in range(1, int(level.depth.max()) + 1):
        layer = torch.nonzero(level.depth == depth)[:, 0]
        if len(layer):
            found, _ = likest(colour, trust * (level.depth < depth), layer)
            colour.view(-1, 3)[layer] = level.flat[found]
    match = tone = torch.empty(0)
    for _ in range(_ROUNDS):
        match, distance = likest(colour, trust, level.wanted)
        tone = level.tone(colour, match, _TONE)
        before, colour = colour, level.mean_of(match, tone, distance)
        if (colour - before)[level.hole].abs().mean() < _SETTLED:
            break
    return match, tone


def _joined(level: Level, match: Tensor, tone: Tensor) -> tuple[Tensor, Tensor]:
    """Compare patches that reach into what is known with all known ones again: a coarser step may have joined them badly."""
    at_border = torch.nonzero(level.depth[level.wanted] <= REACH_PX)[:, 0]
    if len(at_border) > _MOST_JOINED:
        return match, tone
    colour = level.mean_of(match, tone)
    match = match.clone()
    match[at_border], _ = _comparison(level)(colour, _trust(level), level.wanted[at_border])
    return match, level.tone(colour, match, _TONE)


def _nearest(
    patches: Tensor, weights: Tensor, guide: Tensor, known: Tensor, known_guide: Tensor
) -> tuple[Tensor, Tensor]:
    """Return for each patch the index of the known one that differs least, and by how much.

    Args:
        patches: (N, 49, 3).
        weights: (N, 49, 1), of their pixels; what counts is their ratio.
        guide: (N, 3), compared too.
        known: (M, 49, 3).
        known_guide: (M, 3).
    """
    squares = known.square().sum(2)
    guide_squares = known_guide.square().sum(1)
    known = known.flatten(1)
    best, distances = [], []
    for patch, weight, colour in zip(*(part.split(_CHUNK) for part in (patches, weights, guide)), strict=True):
        share = weight * (SIDE_PX**2 / weight.sum(1, keepdim=True).clamp(min=1e-6))
        weighted = (patch * share).flatten(1)
        difference = share[..., 0] @ squares.T - 2 * weighted @ known.T + guide_squares - 2 * colour @ known_guide.T
        least, index = difference.min(1)
        best.append(index)
        distances.append(least + (weighted * patch.flatten(1)).sum(1) + colour.square().sum(1))
    return torch.cat(best), torch.cat(distances).clamp(min=0)


def _carried_on(match: Tensor, tone: Tensor, coarser: Level, level: Level) -> tuple[Tensor, Tensor]:
    """Return for each wanted patch the place to which the match of the coarser level points from here, and its tone."""
    (height, width), (low_height, low_width) = level.hole.shape, coarser.hole.shape
    offset, tones = (torch.zeros(low_height * low_width, n, device=match.device) for n in (2, 3))
    offset[coarser.wanted, 0] = (match // low_width - coarser.wanted // low_width).float()
    offset[coarser.wanted, 1] = (match % low_width - coarser.wanted % low_width).float()
    tones[coarser.wanted] = tone
    is_set = torch.zeros(low_height * low_width, dtype=torch.bool, device=match.device)
    is_set[coarser.wanted] = True
    rows = ((level.wanted // width + 0.5) * (low_height / height)).long().clamp(max=low_height - 1)
    columns = ((level.wanted % width + 0.5) * (low_width / width)).long().clamp(max=low_width - 1)
    low = _nearest_set(is_set.reshape(low_height, low_width))[rows * low_width + columns]
    down, right = (
        (offset[low] * torch.tensor([height / low_height, width / low_width], device=low.device)).round().long().T
    )
    match = _nearest_set(level.is_source.reshape(height, width))[level.moved(level.wanted, down, right)]
    return match, tones[low]


def _nearest_set(flags: Tensor) -> Tensor:
    """Return for each place of an (H, W) map the nearest where it is True, (H * W,)."""
    nearest = distance_transform_edt(~flags.cpu().numpy(), return_distances=False, return_indices=True)
    rows, columns = np.asarray(nearest, np.int64)
    return torch.from_numpy((rows * flags.shape[1] + columns).reshape(-1)).to(flags.device)


def _mended(level: Level, match: Tensor, tone: Tensor) -> tuple[Tensor, Tensor]:
    """Try for each wanted patch what lies beside its match, and where the matches of its neighbours lead.

    Returns:
        The better matches, and the tones.
    """
    basis = _principal_components(level)
    known = _features(level.colour, basis)
    own = torch.arange(len(match), device=match.device)
    number = torch.full((level.is_source.numel(),), -1, device=match.device)
    number[level.wanted] = own
    least: Tensor | None = None
    for _ in range(_MENDING_ROUNDS):
        colour = level.mean_of(match, tone, least)
        sought = _features(colour, basis)[level.wanted]
        least = (sought - known[match]).square().sum(1)
        best = match
        candidates = [level.moved(match, down, right) for down, right in _AROUND]
        for down, right in _BESIDE:
            neighbour = number[level.moved(level.wanted, down, right)]
            candidates.append(level.moved(match[torch.where(neighbour < 0, own, neighbour)], -down, -right))
        for candidate in candidates:
            difference = (sought - known[candidate]).square().sum(1)
            is_better = (difference < least) & level.is_source[candidate]
            best = torch.where(is_better, candidate, best)
            least = torch.where(is_better, difference, least)
        match = best
        tone = level.tone(colour, match, _TONE)
    return match, tone


def _principal_components(level: Level) -> Tensor:
    """Return kernels, (24, 3, 7, 7), of what known patches differ by most."""
    sample = level.sources[:: -(-len(level.sources) // _SAMPLED)]
    patches = level.patches(level.colour, sample).transpose(1, 2).flatten(1)
    centred = patches - patches.mean(0)
    _, vectors = torch.linalg.eigh(centred.T @ centred)
    return vectors[:, -_FEATURES:].T.reshape(-1, 3, SIDE_PX, SIDE_PX).contiguous()


def _features(colour: Tensor, basis: Tensor) -> Tensor:
    """Return what stands for the patch around each pixel of an (H, W, 3) image, (H * W, 24)."""
    return F.conv2d(framed(colour), basis)[0].flatten(1).T.contiguous()
