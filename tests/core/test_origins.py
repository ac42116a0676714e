"""Weights to begin with that cannot fit are refused before a training is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from inpaintgan.core.config import Config
from inpaintgan.core.config_io import save_config
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.origins import check_origins
from inpaintgan.core.rundir import CHECKPOINT_CONFIG, EDGE_WEIGHTS, INPAINT_WEIGHTS


def checkpoint(folder: Path, *weights: str, **settings: object) -> str:
    folder.mkdir()
    save_config(Config(**settings), folder / CHECKPOINT_CONFIG)
    for name in weights:
        (folder / name).write_bytes(b"")
    return str(folder)


@pytest.fixture
def both(tmp_path: Path) -> str:
    return checkpoint(
        tmp_path / "both", EDGE_WEIGHTS, INPAINT_WEIGHTS, edge_generator="mec", width=16, stem="unshuffle4"
    )


@pytest.fixture
def colour(tmp_path: Path) -> str:
    return checkpoint(tmp_path / "colour", INPAINT_WEIGHTS, edge_generator="egc", width=24)


def test_what_is_alike_wider_by_a_whole_factor_or_of_a_finer_stem_may_begin_with_them(both: str) -> None:
    for settings in ({}, {"width": 32}, {"stem": "unshuffle"}):
        check_origins(
            Config(
                **{"stage": "joint", "edge_generator": "mec", "width": 16, "stem": "unshuffle4", "init_from": both}
                | settings
            )
        )


def test_each_setting_that_does_not_go_with_them_is_named_with_what_does(both: str) -> None:
    with pytest.raises(InpaintError) as refused:
        check_origins(Config(stage="joint", edge_generator="egc", width=24, stem="conv", init_from=both))
    assert refused.value.code == "config-invalid"
    assert refused.value.message.splitlines() == [
        "edge_generator: egc does not go with the weights to start from. Allowed: mec, or another start.",
        "width: 24 does not go with the weights to start from. Allowed: 16 or a multiple, or another start.",
        "stem: conv does not go with the weights to start from. Allowed: unshuffle4, or another start.",
    ]


def test_only_weights_that_are_taken_have_to_fit(both: str, colour: str) -> None:
    fits = {"edge_generator": "mec", "width": 16, "stem": "unshuffle4"}
    check_origins(Config(stage="edge", init_from=colour, **fits))
    check_origins(Config(stage="edge", init_from=colour, edges_from=both, **fits))
    with pytest.raises(InpaintError, match="width: 16 does not go with"):
        check_origins(Config(stage="joint", init_from=colour, edges_from=both, **fits))
    with pytest.raises(InpaintError, match="edge_generator: egc does not go with"):
        check_origins(Config(stage="inpaint", init_from=both, **fits | {"edge_generator": "egc"}))


def test_what_cannot_be_read_is_left_to_those_who_load_it(tmp_path: Path, both: str) -> None:
    (Path(both) / CHECKPOINT_CONFIG).write_text("width: [")
    for path in (both, str(tmp_path / "nothing")):
        check_origins(Config(stage="joint", width=8, init_from=path))
