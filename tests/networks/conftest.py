"""What tests of several networks share."""

from __future__ import annotations

from pathlib import Path
from urllib.error import URLError

import pytest


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither a network nor anything that was downloaded before."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    def refuse(*_args: object, **_kwargs: object):
        raise URLError("no network")

    monkeypatch.setattr("torch.hub.download_url_to_file", refuse)
