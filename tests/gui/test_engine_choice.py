"""The engine is chosen on the filling page: what cannot run here is disabled with its reason, the chosen one paints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inpaintgan.core.engines import obstacle

from .conftest import App
from .inference_pages import drag, fetch_fill, mask_of, open_mask_page, picture_info

pytestmark = pytest.mark.browser


@pytest.fixture
def app(start_app: Callable[..., App], tmp_path: Path) -> App:
    """A server that finds no compiler."""
    (tmp_path / "nothing").mkdir()
    return start_app(env={"PATH": str(tmp_path / "nothing")})


def test_the_chosen_engine_paints_and_what_cannot_run_says_why(
    page: Any, app: App, portrait: Path, checkpoint: Path
) -> None:
    from playwright.sync_api import expect

    open_mask_page(page, app, portrait, checkpoint)
    page.get_by_role("spinbutton", name="Line width").fill("16")
    drag(page, [(60, 60), (100, 60)])
    mask = mask_of(page)
    page.get_by_role("button", name="Fill missing regions", exact=True).click()
    page.wait_for_selector("compare-view[data-fill]")

    engine = page.get_by_label("Engine")
    expect(engine.locator("option[value=compile]")).to_be_disabled()
    expect(page.locator("#engine-missing")).to_contain_text("torch.compile")
    page.locator("#engine-missing").click()
    expect(page.get_by_text("torch.compile: It needs a C++ compiler")).to_be_visible()
    names = {"eager": "PyTorch", "onnx": "ONNX Runtime"}
    runnable = [name for name in names if not obstacle(name, "cpu")]
    for name in set(names) - set(runnable):
        expect(engine.locator(f"option[value={name}]")).to_be_disabled()
    first = picture_info(page)["fills"][0]["engine"]
    for number, name in enumerate([name for name in runnable if name != first], 2):
        engine.select_option(name)
        page.get_by_role("button", name="Fill again", exact=True).click()
        expect(page.locator(".try")).to_have_count(number)
        expect(page.locator("#result-text")).to_contain_text(f"({names[name]})")
    # What Automatic chose gives the same as Automatic.
    engine.select_option(first)
    page.get_by_role("button", name="Fill again", exact=True).click()
    expect(page.locator("#status")).to_contain_text("Nothing has changed since result 1: ")
    fills = [fetch_fill(page, fill).astype(int) for fill in picture_info(page)["fills"]]
    for other in fills[1:]:
        assert np.abs(other - fills[0])[mask == 1].max() <= 1
        assert np.array_equal(other[mask == 0], fills[0][mask == 0])
    page.reload()
    expect(engine).to_have_value(first)
