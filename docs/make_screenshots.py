"""Makes the README's pictures of every page, by using the program as a person would.

``python docs/make_screenshots.py --runs runs --data DIR`` needs the packages of requirements-dev.txt, Chromium, a folder
of runs of which the newest is shown, and a folder of pictures for the training page.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-device-scale-factor=1"]
READY = "html[data-eel=ready]"
# Three scratches over the astronaut, one of them across her face, in picture pixels.
STROKES = [
    [(160, 30), (196, 84), (232, 128), (262, 190), (300, 262)],
    [(60, 250), (130, 300), (170, 372), (180, 470)],
    [(300, 20), (330, 84), (338, 170), (372, 250)],
]


def main() -> None:
    """Start the window's server, walk through the pages, write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("--scheme", choices=["light", "dark"], default="light")
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--checkpoint", default="", help="checkpoint or run folder to fill with")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(ROOT / "main.py"), "gui", "--no-window", "--runs", str(arguments.runs)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        address = json.loads(server.stdout.readline())["url"]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            width, height = map(int, arguments.size.split("x"))
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=arguments.scheme)
            page = context.new_page()
            page.goto(address)
            walk(page, address.split("/?")[0], arguments)
            browser.close()
    finally:
        server.terminate()
        server.wait()


def walk(page: Page, origin: str, arguments: argparse.Namespace) -> None:
    """Visit every page in the order a person would."""

    def shoot(name: str) -> None:
        page.evaluate("() => scrollTo(0, 0)")
        page.wait_for_timeout(800)
        page.screenshot(path=arguments.out / f"{name}.png")

    def visit(path: str) -> None:
        page.goto(origin + path)
        page.wait_for_selector(READY)

    visit("/index.html")
    shoot("home")
    visit("/train/model.html")
    page.get_by_label("Dataset folder path").fill(str(arguments.data.resolve()))
    page.keyboard.press("Tab")
    page.wait_for_timeout(6000)
    shoot("train-model")
    visit("/train/gan.html")
    shoot("train-gan")
    visit("/train/runs.html")
    shoot("train-runs")
    runs = sorted(path for path in arguments.runs.iterdir() if (path / "events.jsonl").is_file())
    visit(f"/train/progress.html?run={max(runs, key=lambda path: (path / 'events.jsonl').stat().st_mtime).name}")
    page.wait_for_timeout(2500)
    shoot("train-progress")
    visit(f"/inference/upload-image.html?checkpoint={arguments.checkpoint}")
    page.get_by_role("button", name="Astronaut").click()
    page.wait_for_timeout(1500)
    shoot("upload")
    page.get_by_role("button", name="Mask Image", exact=True).click()
    page.wait_for_url("**/mask_image.html**")
    page.wait_for_selector("inpaint-editor[data-ready]")
    page.get_by_label("Line width").fill("7")
    for stroke in STROKES:
        draw(page, stroke)
    shoot("mask")
    page.get_by_role("button", name="Fill missing regions", exact=True).click()
    page.wait_for_url("**/fill_missing_regions.html**")
    page.wait_for_selector("button:has-text('Save Image'):not([disabled])", timeout=120_000)
    shoot("fill")


def draw(page: Page, points: list[tuple[float, float]]) -> None:
    """Drag the brush through points of the picture."""

    def on_screen(point: tuple[float, float]) -> list[Any]:
        return page.evaluate(
            """([x, y]) => {
                const editor = document.querySelector("inpaint-editor");
                const at = editor.view.toScreen({ x, y });
                const { left, top } = editor.getBoundingClientRect();
                return [left + at.x / editor.stage.density, top + at.y / editor.stage.density];
            }""",
            list(point),
        )

    places = [on_screen(point) for point in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


if __name__ == "__main__":
    main()
