"""What the groups of calls have in common."""

from __future__ import annotations

from ...core.rundir import RunDir
from ..runs import find_run
from ..session import Session


class Calls:
    """Calls from the pages, each answered with plain JSON.

    Args:
        session: This launch.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def _run(self, name: str) -> RunDir:
        return find_run(self._session.supervisor.runs, name)
