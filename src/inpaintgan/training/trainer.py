"""From a config to a `Loop` that is ready to run, and what becomes of a training that fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from ..core.closed_streams import tolerate_closed_streams
from ..core.config import ORIGINS, TRAINS, Config
from ..core.config_io import with_full_paths
from ..core.errors import InpaintError, about, unseen
from ..core.events import End
from ..core.ranks import Ranks
from ..core.resuming import check_fixed, check_remaining, check_start
from ..core.rundir import RunDir
from ..data.batch import Batch
from ..data.check import inverted_masks
from ..data.loader import make_train_loader, make_val_loader, shares_pictures, split
from ..data.pictures import PictureSet, open_pictures
from ..data.sample import NothingReadable
from ..imaging.edges import NO_EDGES
from . import state
from .budget import Budget
from .build import build_stage
from .disk import PatientDisk
from .feed import cached_pictures, check_same_files, endless_batches
from .health import Health
from .loop import Loop
from .meter import Meter
from .orders import Orders
from .outputs import Outputs
from .phases import Phases
from .recovery import Recovery, out_of_memory
from .reporter import Reporter
from .runtime import prepare
from .sinks import Sink, tensorboard_sink
from .stages import Stage

_OF_PICTURES = ("folder-unreadable", "loader-broken")
"""Refusals of a training that has begun which leave its weights as they were."""


class Trainer:
    """Trains one stage in one run folder until ``max_iters``, ``max_seconds``, a stop order or a signal.

    Attributes:
        loop: The training, once it is ready to step.

    Args:
        config: The frozen settings.
        run: The run folder, without a training in it unless that is resumed. It is made, and the config frozen into it,
            when all that can be refused was looked at: a training that never begins leaves everything as it was.
        resume: Go on from the newest checkpoint.
        sinks: Listeners to every event beside the run's own log.
        ranks: The processes that train together. All of them run this loop and decide alike, from the same numbers;
            rank 0 alone writes and speaks.

    Raises:
        InpaintError: The data, the device, the weights to start from, the checkpoint or the run folder cannot be used.
    """

    def __init__(
        self,
        config: Config,
        run: RunDir | str | Path,
        *,
        resume: bool = False,
        sinks: Sequence[Sink] = (),
        ranks: Ranks | None = None,
    ) -> None:
        run = run if isinstance(run, RunDir) else RunDir(Path(run))
        self.config, self.run_dir, self.resume = config, run, resume
        self.ranks = ranks or Ranks()
        self.progress = state.Progress(lr=config.lr)
        if config.tensorboard and self.ranks.is_first:
            sinks = [*sinks, tensorboard_sink(run.tensorboard)]
        self.reporter = Reporter(run, config.stage, self.progress, sinks, self.ranks)
        self.orders = Orders(run.control, self.ranks, self.reporter.warn)
        self.loop: Loop | None = None
        self._notes: list[tuple[str, str]] = []
        """Warnings, code and words, for when the run has begun."""

    def train(self) -> End:
        """Train, and return why it ended. Failures after the start become a ``run_failed`` event; all are raised again."""
        self.ranks.first(self.run_dir.check_free)
        try:
            with tolerate_closed_streams(), self.orders.listening():
                return self.prepare().run()
        except BaseException as error:
            saved = self._rescue(error)
            said = out_of_memory(error, saved, self.progress.step) or unseen(error) or self.ranks.explain(error)
            self.reporter.failed(said)
            if said is error:
                raise
            raise said from error
        finally:
            if self.ranks.is_first:
                self.run_dir.release()

    def prepare(self) -> Loop:
        """Do everything up to the first step: look at all that can be refused, then take the run folder and say so."""
        self.loop = self._begin(*self._check())
        return self.loop

    def _check(self) -> tuple[Stage, str, PictureSet, list[Batch]]:
        """Look at all that can be refused, without a trace: device, data, networks, the state to resume from.

        Returns:
            The stage, its perceptual networks in words, the training pictures, and the held-out ones as batches, on rank
            0 alone.
        """
        config, ranks = self.config, self.ranks
        device = prepare(config, ranks)
        with ranks.together():
            if check_start(self.run_dir, resume=self.resume):
                check_fixed(self.run_dir, config)
                self.config = config = self._with_origins(self.run_dir.load_config())
            with about("data"):
                if not config.data:
                    raise InpaintError("data-missing", "no training pictures were named.", "Give --data DIR.")
                pictures = open_pictures(Path(config.data))
            train_files, val_files = split(pictures, config)
            make_train_loader(train_files, config, 0, ranks=ranks)  # refuses what the first step would meet
            if "edge" in TRAINS[config.stage] and config.sigma == NO_EDGES:
                said = "sigma is -1: no picture has an edge, so the edge model learns to draw none and still gets perfect scores."
                self._notes.append(("no-edges", said))
            masks = Path(config.mask_data) if config.mask.startswith("external") else None
            if ranks.is_first and masks and (said := inverted_masks(masks)):
                self._notes.append(("masks-inverted", said))
        check_same_files(train_files, ranks)
        has_edges = self.resume and ranks.first(lambda: state.has_frozen_edges(self.run_dir))
        stage, perceptual = build_stage(config, device, ranks, resumes=self.resume, has_edges=has_edges)
        if self.resume:
            self.progress.copy_from(state.load_training(self.run_dir, stage, ranks))
        # A rank may have failed after the last step, when everything was saved; further on than that no restart stands.
        if not ranks.restartable or self.progress.step > config.max_iters:
            check_remaining(config, self.progress.step, self.progress.elapsed_s)
        with ranks.together():
            val_batches = self._held_out(train_files, val_files) if ranks.is_first else []
        return stage, perceptual, train_files, val_batches

    def _with_origins(self, before: Config) -> Config:
        """The config with what the run really began with."""
        kept = {name: getattr(before, name) for name in ORIGINS}
        before, now = with_full_paths(before), with_full_paths(self.config)
        changed = [name for name in ORIGINS if getattr(before, name) != getattr(now, name)]
        if changed:
            said = f"{' and '.join(changed)}: ignored when resuming; the run continues with its own weights."
            self._notes.append(("origins-kept", said))
        return self.config.model_copy(update=kept)

    def _held_out(self, train_files: PictureSet, val_files: PictureSet) -> list[Batch]:
        if shares_pictures(self.config, train_files):
            said = "Held-out pictures are also trained on, which flatters their scores."
            self._notes.append(("held-out-known", said))
        try:
            loader = make_val_loader(val_files, self.config)
        except NothingReadable:  # of a small set one picture is held out
            loader = make_val_loader(train_files, self.config)
            names = ", ".join(map(str, val_files))
            said = f"{names}: held out but unreadable; training pictures are scored instead."
            self._notes.append(("held-out-unreadable", said))
        return [batch.owned() for batch in loader]

    def _claim(self) -> None:
        self.run_dir.create(self.config, claim=True)
        state.sweep(self.run_dir)

    def _begin(self, stage: Stage, perceptual: str, train_files: PictureSet, val_batches: list[Batch]) -> Loop:
        """Take the run folder, say so, and get ready to step."""
        config, ranks, progress, reporter = self.config, self.ranks, self.progress, self.reporter
        phases = Phases(stage, progress)
        ranks.first(self._claim)
        n_val = sum(map(len, val_batches))
        reporter.started(stage, perceptual, config.max_iters, n_train=len(train_files), n_val=n_val)
        for note in self._notes:
            reporter.warn(*note)
        for batch in val_batches:
            reporter.unreadable(batch)
        if self.resume:
            self._remove_damaged()
        self._note_changes(len(train_files))
        n_wanted = (config.max_iters - progress.step) * config.batch_size * config.accumulation_steps
        cache = ranks.in_turn(
            lambda: cached_pictures(train_files, config, n_wanted, reporter.emit, self.orders.stop_is_near)
        )
        meter, health = Meter(ranks, progress.elapsed_s), Health(progress)
        batches = endless_batches(train_files, config, progress.position, cache, ranks, stage.device, reporter.warn)
        disk = PatientDisk(self.run_dir, ranks, reporter=reporter, orders=self.orders, meter=meter)
        recovery = Recovery(self.run_dir, stage, progress, reporter)
        outputs = Outputs(
            self.run_dir, stage, progress, val_batches, health=health, reporter=reporter, disk=disk, meter=meter
        )
        return Loop(
            progress=progress, stage=stage, batches=batches, phases=phases, budget=Budget(config, progress),
            orders=self.orders, meter=meter, health=health, recovery=recovery, reporter=reporter, outputs=outputs,
        )  # fmt: skip

    def _remove_damaged(self) -> None:
        """Remove the checkpoints that the resume skipped, now that nothing can refuse it any more."""
        step = self.progress.step
        for path in self.ranks.first(lambda: state.remove_later(self.run_dir, step)):
            self.reporter.warn(
                "checkpoint-damaged", f"{path} is damaged and was removed; training continues from step {step}."
            )

    def _note_changes(self, n_pictures: int) -> None:
        """Notice what is not as it was when the run was saved."""
        progress = self.progress
        if progress.n_pictures not in (0, n_pictures):
            self.reporter.warn(
                "data-changed",
                f"The set had {progress.n_pictures} training pictures when this run was saved and has {n_pictures} now; "
                "they will be visited in a different order.",
            )
        progress.n_pictures = n_pictures
        if progress.lr != self.config.lr:
            # A person chose another rate: what an earlier breakdown led to is over.
            progress.lr, progress.rate_scale, progress.broke_at = self.config.lr, 1.0, None

    def _rescue(self, error: BaseException) -> int | None:
        """Save what an unforeseen failure left whole. Returns the step that a resume continues from."""
        if self.loop is None:
            return None
        outputs, stage = self.loop.outputs, self.loop.stage
        # Of many ranks, those that are left cannot agree on anything any more; the last checkpoint counts.
        foreseen = isinstance(error, InpaintError) and error.code not in _OF_PICTURES
        able = self.ranks.size == 1 and not foreseen
        if able and stage.is_whole and self.progress.step:
            try:
                if stage.device.type == "cuda":
                    torch.cuda.empty_cache()
                outputs.save("stop")
            except Exception as second:
                self.reporter.warn("not-saved", f"Step {self.progress.step} could not be saved: {second}.")
        return outputs.saved_step
