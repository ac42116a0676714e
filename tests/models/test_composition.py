"""What networks are shown of a picture, and what becomes of what they paint."""

from __future__ import annotations

import torch

from inpaintgan.models.composition import corrected, masked_image
from inpaintgan.models.edge_model import predict_edges


def hole() -> torch.Tensor:
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., 8:24, 8:24] = 1
    return mask


def test_a_hole_is_shown_white_and_the_rest_as_it_is():
    image, mask = torch.rand(1, 3, 32, 32), hole()
    assert torch.equal(masked_image(image, mask), torch.where(mask > 0, torch.ones(()), image))


def test_an_edge_generator_is_shown_nothing_that_lies_in_the_hole():
    mask, gray, edge = hole(), torch.rand(1, 1, 32, 32), torch.rand(1, 1, 32, 32).round()
    other_gray, other_edge = (torch.where(mask > 0, 1 - known, known) for known in (gray, edge))
    assert not torch.equal(edge, other_edge)

    def shown(*inputs: torch.Tensor) -> torch.Tensor:
        return torch.cat(inputs, dim=1)

    seen = predict_edges(shown, gray, edge, mask)
    assert torch.equal(seen, predict_edges(shown, other_gray, other_edge, mask))
    assert torch.equal(seen[:, 1:2], edge * (1 - mask)) and torch.equal(seen[:, 2:], mask)


def test_a_correction_that_overshoots_ends_at_white_and_at_black():
    mask = hole()
    for known, painted, end in ((0.9, 0.2, 1.0), (0.1, 0.8, 0.0)):
        image = torch.full((1, 3, 32, 32), known)
        # Beside the hole it painted too dark, or too bright, but not in it.
        wrong = torch.where(mask > 0, torch.tensor(end), torch.tensor(painted)).expand(1, 3, 32, 32)
        result = corrected(wrong, image, mask)
        assert (result[..., 9:23, 9:23] == end).all()
