"""Calls about comparisons of edge generators."""

from __future__ import annotations

from typing import Any

from .. import comparisons
from ..answers import checked_object
from .base import Calls


class ComparisonCalls(Calls):
    """Comparisons, each in a process of its own."""

    def list_comparisons(self) -> dict[str, Any]:
        """Return all comparisons, the one that changed last first."""
        found = [comparisons.describe(comparison) for comparison in self._session.comparisons.found()]
        return {"comparisons": sorted(found, key=lambda comparison: comparison["updated"], reverse=True)}

    def start_comparison(self, values: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
        """Start a comparison in a process of its own."""
        return {"name": comparisons.start(self._session.comparisons, checked_object(values), checked_object(options))}

    def resume_comparison(self, name: str) -> dict[str, Any]:
        """Go on with a comparison; what is done is not done again."""
        self._session.comparisons.resume(comparisons.find_comparison(self._session.comparisons, name))
        return {}

    def stop_comparison(self, name: str) -> dict[str, Any]:
        """Have a comparison save and end."""
        comparisons.stop(comparisons.find_comparison(self._session.comparisons, name))
        return {}

    def delete_comparison(self, name: str) -> dict[str, Any]:
        """Delete a comparison that is not running, with its trainings."""
        self._session.comparisons.delete(comparisons.find_comparison(self._session.comparisons, name))
        return {}
