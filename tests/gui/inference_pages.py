"""What the tests of the inference pages share: pictures, a tiny checkpoint, and looking into the editor."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from waiting import wait_for

from .conftest import App

WIDTH, HEIGHT = 160, 120


def write_picture(path: Path, seed: int = 0, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Path:
    """Write a coloured picture without any white in it."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    tint = np.random.default_rng(seed).integers(20, 90, 3)
    pixels = np.stack([tint[0] + x % 97, tint[1] + y % 89, tint[2] + (x + y) % 83], axis=2).astype(np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def write_checkpoint(folder: Path, seed: int = 0) -> Path:
    """Write a complete but untrained checkpoint with the smallest networks."""
    import torch

    import untrained
    from inpaintgan.core.config import Config

    torch.manual_seed(seed)
    return untrained.write_checkpoint(folder, Config(width=8, input_size=64, edge_generator="mec"))


def upload(page: Any, app: App, picture: Path, checkpoint: Path | str = "") -> None:
    """Open a picture on the first page."""
    page.goto(f"{app.origin}/inference/upload-image.html" + (f"?checkpoint={checkpoint}" if checkpoint else ""))
    page.wait_for_selector("html[data-eel=ready]")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload Image", exact=True).click()
    chooser.value.set_files(picture)
    page.get_by_text(picture.name, exact=True).wait_for()


def open_mask_page(page: Any, app: App, picture: Path, checkpoint: Path | str = "") -> None:
    """Open a picture and go on to its mask."""
    upload(page, app, picture, checkpoint)
    page.get_by_role("button", name="Mask Image", exact=True).click()
    page.wait_for_selector("inpaint-editor[data-ready]")


def fill_rectangle(page: Any, app: App, picture: Path, checkpoint: Path) -> None:
    """Open a picture, mask a rectangle in the middle of it and fill that."""
    open_mask_page(page, app, picture, checkpoint)
    mask_rectangle(page)
    fill_by_key(page)


def mask_rectangle(page: Any) -> None:
    """Mask a rectangle in the middle of the picture that is open."""
    page.keyboard.press("r")
    drag(page, [(50.5, 40.5), (109.5, 79.5)])


def fill_by_key(page: Any) -> None:
    """Have what is masked filled, and wait for the result."""
    page.locator("inpaint-editor").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("compare-view[data-fill]")


def wait_for_try(page: Any, number: int) -> None:
    """Wait until there are so many tries, and the newest is in sight, which it is a moment after it is there."""
    page.wait_for_function(
        """(number) => {
            const tries = document.querySelectorAll(".try");
            const { fill } = document.querySelector("compare-view").dataset;
            return tries.length === number && fill === tries[number - 1].dataset.fill;
        }""",
        arg=number,
    )


def on_screen(page: Any, x: float, y: float, element: str = "inpaint-editor") -> tuple[float, float]:
    """Return where the window shows a point of the picture."""
    return tuple(
        page.evaluate(
            """([element, x, y]) => {
                const { view, stage } = document.querySelector(element);
                const at = view.toScreen({ x, y });
                const { left, top } = document.querySelector(element).getBoundingClientRect();
                return [left + at.x / stage.density, top + at.y / stage.density];
            }""",
            [element, x, y],
        )
    )


def drag(page: Any, points: list[tuple[float, float]], button: str = "left", element: str = "inpaint-editor") -> None:
    """Draw with the mouse through points of the picture."""
    for number, (x, y) in enumerate(points):
        page.mouse.move(*on_screen(page, x, y, element), steps=1 if number == 0 else 8)
        if number == 0:
            page.mouse.down(button=button)
    page.mouse.up(button=button)


def drop(page: Any, *files: Path) -> bool:
    """Let go of files over the window; return whether the page keeps the browser from leaving for them."""
    return page.evaluate(
        """(files) => {
            const carried = new DataTransfer();
            for (const [name, data] of files) carried.items.add(new File([new Uint8Array(data)], name, { type: "image/png" }));
            const event = new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true });
            return !document.body.dispatchEvent(event);
        }""",
        [[file.name, list(file.read_bytes())] for file in files],
    )


def mask_of(page: Any) -> NDArray[np.uint8]:
    """Return the editor's mask, (H, W) of 0 and 1."""
    return map_of(page, "inpaint-editor", "mask")


def map_of(page: Any, element: str, name: str) -> NDArray[np.uint8]:
    """Return the mask or the edges of an element, (H, W) of 0 and 1."""
    width, height, ones = page.evaluate(
        """([element, name]) => {
            const { width, height, data } = document.querySelector(element)[name];
            return [width, height, Array.from(data.keys()).filter((i) => data[i])];
        }""",
        [element, name],
    )
    mask = np.zeros(width * height, np.uint8)
    mask[ones] = 1
    return mask.reshape(height, width)


def wait_until_settled(page: Any) -> None:
    """Wait until the changes of the mask that are computed beside the page have come."""
    page.evaluate("() => document.querySelector('inpaint-editor').drawing.changes.settled")


def wait_until_kept(page: Any) -> None:
    """Wait until the program has the mask as it is drawn."""
    page.wait_for_selector("#save-state[data-state=saved]")


def fetch_picture(page: Any, url: str) -> NDArray[np.uint8]:
    """Fetch a picture of the program as the page would."""
    response = page.request.get(page.evaluate("(url) => new URL(url, location.href).href", url))
    assert response.ok
    return np.asarray(Image.open(io.BytesIO(response.body())).convert("RGB"))


def fetch_fill(page: Any, fill: dict[str, Any]) -> NDArray[np.uint8]:
    """Return the picture with a fill's patches in its holes, as the page puts them together."""
    whole = Image.fromarray(fetch_picture(page, picture_info(page)["url"]))
    for patch in fill["patches"]:
        response = page.request.get(page.evaluate("(url) => new URL(url, location.href).href", patch["url"]))
        assert response.ok
        colour = Image.open(io.BytesIO(response.body())).convert("RGBA")
        assert colour.size == (patch["width"], patch["height"])
        whole.paste(colour.convert("RGB"), (patch["left"], patch["top"]), colour.getchannel("A"))
    return np.asarray(whole)


def picture_info(page: Any) -> dict[str, Any]:
    """Return the program's picture_info of the picture in the address."""
    return page.evaluate(
        """async () => {
            const { call } = await import("/js/bridge.js");
            return call("picture_info", new URLSearchParams(location.search).get("picture"));
        }"""
    )


def screen_colour(page: Any, x: float, y: float, element: str = "inpaint-editor") -> tuple[int, ...]:
    """Return the colour that the window really shows at a point of the picture."""
    return pixel(page, *on_screen(page, x, y, element))


def pixel(page: Any, left: float, top: float) -> tuple[int, ...]:
    """Return the colour at a place of the window."""
    image = page.screenshot(clip={"x": int(left), "y": int(top), "width": 1, "height": 1})
    colour = Image.open(io.BytesIO(image)).convert("RGB").getpixel((0, 0))
    assert isinstance(colour, tuple)
    return tuple(map(int, colour))


def wait_for_colour(page: Any, colour: Iterable[int], x: float, y: float, element: str = "inpaint-editor") -> None:
    """Wait until the window really shows a colour at a point of the picture: the page draws with the next frame."""
    wait_for(lambda: screen_colour(page, x, y, element) == tuple(colour))


def box(mask: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Return x0, y0, x1, y1 around all ones."""
    ys, xs = np.nonzero(mask)
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


def view_of(page: Any) -> dict[str, float]:
    """Return where the editor shows the picture, and how large."""
    return page.evaluate(
        "() => { const { x, y, scale } = document.querySelector('inpaint-editor').view; return { x, y, scale }; }"
    )
