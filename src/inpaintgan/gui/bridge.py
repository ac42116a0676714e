"""How the pages reach Python: every public method of a group of calls is exposed under its own name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from ..core.errors import InpaintError
from .answers import answered
from .calls.base import Calls
from .calls.comparisons import ComparisonCalls
from .calls.fills import FillCalls
from .calls.program import ProgramCalls
from .calls.runs import RunCalls
from .calls.settings import SettingsCalls
from .session import Session

GROUPS: tuple[type[Calls], ...] = (ProgramCalls, SettingsCalls, RunCalls, ComparisonCalls, FillCalls)

Exposed = Callable[..., dict[str, Any]]


def functions(session: Session, offload: Callable[..., Any]) -> dict[str, Exposed]:
    """Return what the pages can call, in its answering form; see `answered`.

    Args:
        session: This launch.
        offload: Runs a blocking function in a thread and returns its value; every call goes through it, because a call
            that blocks the server's only thread freezes every page.
    """
    methods = [found for group in GROUPS for found in inspect.getmembers(group(session), inspect.ismethod)]
    return {name: _exposed(method, offload) for name, method in methods if not name.startswith("_")}


def _exposed(method: Callable[..., Any], offload: Callable[..., Any]) -> Exposed:
    signature = inspect.signature(method)

    def call(*args: Any) -> dict[str, Any]:
        try:
            signature.bind(*args)
        except TypeError as error:
            return {"error": InpaintError("bad-call", f"{method.__name__}: {error}.").as_dict()}
        return offload(answered, method, *args)

    return call
