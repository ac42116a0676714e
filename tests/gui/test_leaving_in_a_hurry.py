"""A reload or the way back right after a stroke: what was drawn is there, and can be undone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .inference_pages import drag, mask_of, wait_until_kept

pytestmark = pytest.mark.browser


def steps(page: Any) -> list[list[str]]:
    """Return what can be undone and redone."""
    return page.evaluate(
        """() => ["undo", "redo"].map((id) => document.getElementById(id)).map((button) =>
            button.ariaDisabled === "true" ? [] : [button.title])"""
    )


@pytest.mark.parametrize("reached", [True, False])
def test_strokes_and_their_history_outlive_a_page_that_is_left_at_once(editor: Any, reached: bool) -> None:
    drag(editor, [(20, 20), (60, 20)])
    wait_until_kept(editor)
    if not reached:  # the program gets nothing of what follows
        editor.route("**/mask", lambda route: None)
    drag(editor, [(20, 40), (60, 40)])
    drag(editor, [(20, 60), (60, 60)])
    drag(editor, [(20, 80), (60, 80)])
    editor.keyboard.press("Control+z")
    drawn, known = mask_of(editor), steps(editor)
    assert all(known)
    editor.reload()
    editor.wait_for_selector("inpaint-editor[data-ready]")
    assert np.array_equal(mask_of(editor), drawn)
    assert steps(editor) == known
    editor.keyboard.press("Control+y")
    drag(editor, [(100, 20), (140, 20)])
    drawn = mask_of(editor)
    assert drawn[80, 25:55].all()
    editor.go_back()
    editor.wait_for_url("**/upload-image.html*")
    editor.go_forward()
    editor.wait_for_selector("inpaint-editor[data-ready]")
    assert np.array_equal(mask_of(editor), drawn)
    for _ in range(4):
        editor.keyboard.press("Control+z")
    assert mask_of(editor)[15:26, 25:55].any() and not mask_of(editor)[30:].any()
