"""When the window's process may end by itself."""

from __future__ import annotations

from collections.abc import Callable

GRACE_S = 5.0
"""A reload, or the way to the next page, disconnects for a moment; only a longer absence is a closed window."""


class ClosePolicy:
    """Ends the process some seconds after the last page has gone, but never while something is being filled.

    Args:
        n_pages: Returns how many pages are connected.
        n_visits: Returns how many have been; one may come and go while nobody looks.
        is_busy: Returns whether something is being filled.
        grace_s: Seconds of absence.
    """

    def __init__(
        self,
        n_pages: Callable[[], int],
        n_visits: Callable[[], int],
        is_busy: Callable[[], bool],
        grace_s: float = GRACE_S,
    ) -> None:
        self._n_pages = n_pages
        self._n_visits = n_visits
        self._is_busy = is_busy
        self._grace_s = grace_s
        self._visits = 0
        self._absent_s = 0.0

    def passed(self, seconds: float) -> bool:
        """Note that time has passed and return whether it is time to end. Before the first page it never is."""
        visits = self._n_visits()
        if self._n_pages() or visits > self._visits:
            self._visits = visits
            self._absent_s = 0.0
        elif self._is_busy():
            # The grace period restarts, so that the person who comes back for the result still finds it.
            self._absent_s = 0.0
        else:
            self._absent_s += seconds
        return self._visits > 0 and self._absent_s >= self._grace_s
