"""How smooth the editor is: frame times in a real browser while drawing, panning and zooming large pictures, and how long
the page stands still while the whole mask is grown, shrunk or inverted.

    python benchmarks/editor_frames.py [--megapixels 12 50] [--frames 120] [--report benchmarks/results/editor-frames.json]

Each frame moves the pointer or the view a little, as a hand would. *frame* is the time from one frame to the next with
the browser's 60 Hz limit off; *script* is what the editor itself computes in it. The browser draws in software here
(``--disable-gpu``), which a machine with a graphics card does not, so *frame* is an upper bound.

Operations are on the whole mask. *still* is the longest time between two frames, the median of some tries, from the press
of a button until the program has the new mask; *done* is the time until the mask has changed on the page.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from served import served

SIZES = {12: (4000, 3000), 50: (8660, 5774)}
BROWSER_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-frame-rate-limit", "--disable-gpu-vsync"]

# Moves the hand once a frame and notes when frames begin. The events are those of a pen that reports four points each.
# What the editor does in a frame, it does in one callback.
DRIVE = """async ([action, frames]) => {
    const nextFrame = window.requestAnimationFrame;
    const drawing = [];
    window.requestAnimationFrame = (draw) => nextFrame((time) => {
        const began = performance.now();
        draw(time);
        drawing.push(performance.now() - began);
    });
    const editor = document.querySelector("inpaint-editor");
    const { view } = editor;
    const { left, top, width, height } = editor.getBoundingClientRect();
    const send = (type, x, y, more = {}) => editor.dispatchEvent(new PointerEvent(type, {
        clientX: left + x, clientY: top + y, pointerId: 1, pointerType: "mouse", isPrimary: true, bubbles: true, ...more }));
    const at = (i) => [width * (0.5 + 0.32 * Math.cos(i / 9)), height * (0.5 + 0.32 * Math.sin(i / 6))];
    const [zoomed, x0, y0] = [view.scale, view.x, view.y];
    editor.setPointerCapture = () => {};
    if (action === "draw") send("pointerdown", ...at(0), { button: 0 });
    if (action === "pan") send("pointerdown", ...at(0), { button: 1 });
    const starts = [];
    const handling = [];
    for (let i = 1; i <= frames; i++) {
        starts.push(await new Promise((resolve) => nextFrame(resolve)));
        const began = performance.now();
        if (action === "zoom") view.zoomTo(zoomed * (1 + 0.9 * Math.sin(i / 12)), { x: width / 2, y: height / 2 });
        else for (let k = 1; k <= (action === "draw" ? 4 : 1); k++) send("pointermove", ...at(i + k / 4));
        handling.push(performance.now() - began);
    }
    send("pointerup", ...at(frames));
    const gaps = starts.slice(1).map((time, i) => time - starts[i]);
    window.requestAnimationFrame = nextFrame;
    const script = drawing.slice(0, frames).map((time, i) => time + handling[i]);
    view.zoomTo(zoomed);
    view.pan(x0 - view.x, y0 - view.y);
    return { gaps, script };
}"""

# Presses a button that changes the whole mask.
PRESS = """async (id) => {
    const { drawing } = document.querySelector("inpaint-editor");
    const state = document.querySelector("#save-state");
    let [last, still, done, kept] = [await new Promise(requestAnimationFrame), 0, 0, false];
    const began = performance.now();
    const note = () => { done = performance.now() - began; };
    drawing.changes.listeners.add(note);
    document.getElementById(id).click();
    while (!kept) {
        const now = await new Promise(requestAnimationFrame);
        still = Math.max(still, now - last);
        last = now;
        kept = done > 0 && state.dataset.state === "saved";
    }
    drawing.changes.listeners.delete(note);
    return { still, done };
}"""
OPERATIONS = ("grow", "undo", "shrink", "undo", "invert", "grow", "undo", "clear", "undo", "undo")
TRIES = 3


def main() -> int:
    """Measure and print a table; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megapixels", type=int, nargs="+", choices=SIZES, default=[12, 50])
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--window", default="1920x1080", metavar="WIDTHxHEIGHT")
    parser.add_argument("--report", type=Path, metavar="FILE.json")
    arguments = parser.parse_args()
    program = os.environ.get("INPAINTGAN_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        print("Chromium was not found; set INPAINTGAN_CHROMIUM to its program.", file=sys.stderr)
        return 2
    width, height = map(int, arguments.window.split("x"))
    rows, operations = [], []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, served(Path(folder)) as (address, _):
        browser = playwright.chromium.launch(executable_path=program, args=BROWSER_ARGUMENTS)
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(address)
        for megapixels in arguments.megapixels:
            open_picture(page, address.split("/?")[0], write_picture(Path(folder), SIZES[megapixels]))
            rows += [row for zoom in ("fit", "100 %") for row in measure(page, megapixels, zoom, arguments.frames)]
            operations += measure_operations(page, megapixels)
        version = browser.version
        browser.close()
    print(
        "| picture | zoom | action | frame, ms: median | 95 % | script, ms: median | 95 % |\n|---|---|---|---|---|---|---|"
    )
    for row in rows:
        print("| {megapixels} MP | {zoom} | {action} | {frame} | {frame_95} | {script} | {script_95} |".format(**row))
    print("\n| picture | operation | still, ms | done, ms |\n|---|---|---|---|")
    for row in operations:
        print("| {megapixels} MP | {operation} | {still} | {done} |".format(**row))
    if arguments.report:
        browser_name = f"Chromium {version}, drawing in software"
        report = {"window": arguments.window, "browser": browser_name, "rows": rows, "operations": operations}
        arguments.report.write_text(json.dumps({**report, "cores": os.cpu_count()}, indent=1) + "\n", encoding="utf-8")
    return 0


def write_picture(folder: Path, size: tuple[int, int]) -> Path:
    """Write a JPEG with detail everywhere."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.uint16)
    noise = np.random.default_rng(0).integers(0, 60, size[::-1], np.uint8)
    pixels = np.stack([(x >> 4) % 180 + noise, (y >> 4) % 180 + noise, ((x + y) >> 5) % 180 + noise], axis=2)
    file = folder / f"{size[0]}x{size[1]}.jpg"
    Image.fromarray(pixels.astype(np.uint8)).save(file, quality=85)
    return file


def open_picture(page: Page, origin: str, picture: Path) -> None:
    """Open a picture and half of its mask."""
    page.goto(f"{origin}/inference/upload-image.html")
    page.wait_for_selector("html[data-eel=ready]")
    page.locator("#file").set_input_files(picture)
    page.wait_for_selector("#mask:enabled", timeout=120_000)
    page.locator("#mask").click()
    page.wait_for_selector("inpaint-editor[data-ready]", timeout=120_000)
    page.evaluate(
        """() => {
            const { drawing, mask } = document.querySelector("inpaint-editor");
            drawing.setWidth(Math.round(mask.height / 20));
            drawing.begin({ x: mask.width * 0.1, y: mask.height * 0.2 });
            drawing.extend([{ x: mask.width * 0.9, y: mask.height * 0.6 }, { x: mask.width * 0.1, y: mask.height * 0.8 }]);
            drawing.end();
        }"""
    )
    page.wait_for_selector("#save-state[data-state=saved]", timeout=120_000)


def measure(page: Page, megapixels: int, zoom: str, frames: int) -> list[dict[str, Any]]:
    """Return a row for each action at one zoom."""
    page.locator("#zoom-fit" if zoom == "fit" else "#zoom-actual").click()
    rows = []
    for action in ("draw", "pan", "zoom"):
        page.evaluate(DRIVE, [action, 20])
        times = page.evaluate(DRIVE, [action, frames])
        row: dict[str, Any] = {"megapixels": megapixels, "zoom": zoom, "action": action}
        for name, values in (("frame", times["gaps"]), ("script", times["script"])):
            row[name] = round(statistics.median(values), 1)
            row[f"{name}_95"] = round(float(np.percentile(values, 95)), 1)
        rows.append(row)
    return rows


def measure_operations(page: Page, megapixels: int) -> list[dict[str, Any]]:
    """Return a row for each operation on the whole mask, of a mask of some strokes and of what they leave free."""
    page.locator("#zoom-fit").click()
    page.locator("#grow-by").fill("20")
    found: dict[str, list[dict[str, float]]] = {}
    for _ in range(TRIES):
        before = "strokes"
        for operation in OPERATIONS:
            name = operation if operation == "undo" else f"{operation} {before}"
            found.setdefault(name, []).append(page.evaluate(PRESS, operation))
            before = "the rest" if operation == "invert" else before
    return [
        {"megapixels": megapixels, "operation": name}
        | {key: round(statistics.median(times[key] for times in tries)) for key in ("still", "done")}
        for name, tries in found.items()
    ]


if __name__ == "__main__":
    sys.exit(main())
