"""Filling and saving: the window's side, with a stand-in for the networks."""

from __future__ import annotations

import threading

import pytest

from inpaintgan.core.errors import InpaintError
from inpaintgan.gui.fills import Fills
from inpaintgan.gui.pictures import Picture, Pictures
from waiting import wait_for

from ..made_png import png
from .conftest import OPTIONS, opened, store


def test_a_fill_needs_a_mask(pictures: Pictures, fills: Fills) -> None:
    with pytest.raises(InpaintError) as caught:
        fills.fill(opened(pictures).id, OPTIONS)
    assert caught.value.code == "mask-missing" and caught.value.hint.startswith("Draw")


def test_steering_needs_edges(pictures: Pictures, fills: Fills) -> None:
    picture = opened(pictures)
    store(pictures, picture, "mask", 255)
    with pytest.raises(InpaintError) as caught:
        fills.fill(picture.id, {**OPTIONS, "edges": True})
    assert caught.value.code == "edges-missing" and "edges" in caught.value.hint


def test_each_fill_keeps_the_mask_it_was_made_with(pictures: Pictures, fills: Fills) -> None:
    picture = opened(pictures)
    store(pictures, picture, "mask", 255)
    first = fills.fill(picture.id, OPTIONS)
    store(pictures, picture, "mask", 128)
    store(pictures, picture, "edges", 7)
    second = fills.fill(picture.id, {**OPTIONS, "edges": True})
    assert [fill["fill"] for fill in picture.info()["fills"]] == [1, 2]
    assert (first["edge_patches"], first["steered"]) == ([], False)
    assert picture.predictions == {1: [], 2: []}, "what further lines are drawn over"
    place = {"left": 1, "top": 0, "width": 2, "height": 3}
    assert first["patches"] == [{"url": picture.url("fill-1-0.png"), **place}]
    assert second["edge_patches"] == [{"url": picture.url("fill-2-edges-0.png"), **place}]
    assert (picture.folder / "fill-1-0.png").read_bytes() == png(value=255)
    assert (picture.folder / "fill-2-edges-0.png").read_bytes() == png(value=7)
    saved = fills.save(picture.id, 1, "ä.png")
    data = (picture.folder / saved["url"].split("/")[-1]).read_bytes()
    assert data == b"|".join([png(), png(value=255)])


def test_saving_needs_a_known_fill_and_format(pictures: Pictures, fills: Fills) -> None:
    picture = opened(pictures)
    store(pictures, picture, "mask", 255)
    fills.fill(picture.id, OPTIONS)
    for fill, name, code in (
        (9, "a.png", "fill-unknown"),
        ("1", "a.png", "fill-unknown"),
        (1, "a.txt", "format-unknown"),
    ):
        with pytest.raises(InpaintError) as caught:
            fills.save(picture.id, fill, name)
        assert caught.value.code == code
    assert fills.save(picture.id, 1, "../b.JPG")["name"] == "b.JPG"


def test_of_saved_files_the_newest_stays(pictures: Pictures, fills: Fills) -> None:
    picture = opened(pictures)
    store(pictures, picture, "mask", 255)
    fills.fill(picture.id, OPTIONS)
    urls = [fills.save(picture.id, 1, name)["url"] for name in ("a.png", "b.jpg", "c.png")]
    assert [picture.url(file.name) for file in picture.folder.glob("saved-*")] == urls[-1:]
    assert list(picture.saved_names.values()) == ["c.png"]


def test_a_page_cancels_its_own_fills_alone(pictures: Pictures, fills: Fills) -> None:
    picture = opened(pictures)
    store(pictures, picture, "mask", 255)
    told: dict[str, str] = {}

    def run(page: str) -> None:
        try:
            fills.fill(picture.id, {**OPTIONS, "checkpoint": "slow" if page == "first" else "c", "page": page})
        except InpaintError as error:
            told[page] = error.code
        else:
            told[page] = "filled"

    threads = {page: threading.Thread(target=run, args=(page,)) for page in ("first", "second", "third")}
    threads["first"].start()
    wait_for(lambda: picture.progress == {"step": "inpaint", "fraction": 0.5})
    for page in ("second", "third"):
        threads[page].start()
    wait_for(lambda: len(fills._asked) == 3)
    wait_for(lambda: cancelled(fills, picture, "second", told))
    assert told == {"second": "cancelled"}
    fills.cancel(picture.id, "first")
    for thread in threads.values():
        thread.join(20)
    assert told == {"second": "cancelled", "first": "cancelled", "third": "filled"}


def cancelled(fills: Fills, picture: Picture, page: str, told: dict[str, str]) -> bool:
    """Cancel as a page does: until it is done, since one order may come before what it is for."""
    fills.cancel(picture.id, page)
    return page in told


def test_progress_is_seen_and_cancelling_frees_the_picture(pictures: Pictures, fills: Fills) -> None:
    picture = opened(pictures)
    store(pictures, picture, "mask", 255)
    codes: list[str] = []

    def run() -> None:
        with pytest.raises(InpaintError) as caught:
            fills.fill(picture.id, {**OPTIONS, "checkpoint": "slow"})
        codes.append(caught.value.code)

    thread = threading.Thread(target=run)
    thread.start()
    wait_for(lambda: picture.progress == {"step": "inpaint", "fraction": 0.5})
    fills.cancel(picture.id)
    thread.join(10)
    assert codes == ["cancelled"]
    assert picture.progress == {"step": "", "fraction": 0.0}
    again = fills.fill(picture.id, {**OPTIONS, "feather_px": 3.0})
    assert (again["hole_px"], again["feather_px"]) == (5, 3.0)
