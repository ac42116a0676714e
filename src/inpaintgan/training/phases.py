"""The stage ``auto``: edge, then inpaint, then joint training, each begun when the one before has learned what it can."""

from __future__ import annotations

from .schedule import annealed_share
from .stages import Stage
from .state import Progress

_NEXT = {"edge": "inpaint", "inpaint": "joint"}
_GAIN = {"edge": 0.002, "inpaint": 0.05}
"""What counts as better: a rise of precision + recall, or of the PSNR in the hole in dB; less is noise."""
_BEGINS = {
    "inpaint": "the inpaint model is trained now, along true edges that give way to predicted ones",
    "joint": "the edge and the inpaint model are trained together now",
}


class Phases:
    """Decides which phase a run of the stage ``auto`` is in. All it remembers is in the run's progress."""

    def __init__(self, stage: Stage, progress: Progress) -> None:
        self._config, self._stage, self._progress = stage.config, stage, progress
        self.enter()

    def enter(self) -> None:
        """Set the stage up for the next step, where the progress says that the run stands."""
        if self._config.stage != "auto":
            return
        progress = self._progress
        progress.phase = progress.phase or "edge"
        self._stage.phase = progress.phase
        self._stage.true_edges = annealed_share(self._config, self._steps()) if progress.phase == "inpaint" else 0.0

    def validated(self, scores: dict[str, float]) -> None:
        """Learn from a validation whether the phase still gets better.

        The edge phase is measured by precision + recall of its edges, the inpaint phase by the PSNR in the hole, which
        says nothing while the share of true edges still falls.
        """
        progress = self._progress
        if progress.phase == "edge":
            score = scores["precision"] + scores["recall"]
        elif progress.phase == "inpaint" and self._steps() >= self._config.auto_anneal_steps:
            score = scores["psnr_hole"]
        else:
            return
        if progress.plateau_score is None or score > progress.plateau_score + _GAIN[progress.phase]:
            progress.plateau_score, progress.plateau_validations = score, 0
        else:
            progress.plateau_validations += 1

    def prepare_step(self) -> str | None:
        """Enter the phase of the next step. Returns what to say when it is another than before."""
        why = self._ready()
        if why:
            self._advance()
        self.enter()
        return f"{why}: {_BEGINS[self._progress.phase]}." if why else None

    def _steps(self) -> int:
        return self._progress.step - self._progress.phase_step

    def _ready(self) -> str:
        """Return in words why the phase is over, or nothing."""
        progress, config = self._progress, self._config
        if progress.phase not in _NEXT:
            return ""
        if progress.plateau_validations >= config.auto_patience:
            what = "Precision and recall of the edges" if progress.phase == "edge" else "The PSNR in the hole"
            return f"{what} did not rise over {config.auto_patience} validations"
        if config.auto_max_steps and self._steps() >= config.auto_max_steps:
            return f"The {progress.phase} phase took auto_max_steps, {config.auto_max_steps} steps"
        return ""

    def _advance(self) -> None:
        progress = self._progress
        progress.phase, progress.phase_step = _NEXT[progress.phase], progress.step
        progress.plateau_score, progress.plateau_validations = None, 0
