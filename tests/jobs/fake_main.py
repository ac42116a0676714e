"""Stands in for ``main.py train --run DIR [--resume]``: claims the run, writes events, obeys stop."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from inpaintgan.core.events import EventLog, RunFinished, RunStarted, Step
from inpaintgan.core.rundir import RunDir

run = RunDir(Path(sys.argv[sys.argv.index("--run") + 1]))
config = run.load_config()
if config.seed == 13:
    print("error: the fake training was told to fail")
    sys.exit(2)
run.claim()
log = EventLog(run.events_file)
resumed = "--resume" in sys.argv
log.emit(
    RunStarted(
        device="cpu", n_train=1, n_val=1, max_iters=config.max_iters, resumed=resumed, parameters={}, perceptual="off",
        versions={}, stage=config.stage,
    )
)  # fmt: skip
step = 0
while run.control.take() != "stop":
    step += 1
    log.emit(Step(step=step, stage=config.stage, values={}, images_per_s=1, data_wait=0, elapsed_s=step, eta_s=None))
    time.sleep(0.02)
log.emit(RunFinished(step=step, stage=config.stage, reason="stopped", elapsed_s=step))
if config.seed == 14:
    time.sleep(5)  # as a process that unloads torch on a busy machine
run.release()
