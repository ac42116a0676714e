"""What happens when numbers break down, memory runs out, a process dies or a disk refuses."""

from __future__ import annotations

import errno
import os
import shutil
import signal

import psutil
import pytest
import torch

from inpaintgan.core.errors import InpaintError
from inpaintgan.core.rundir import TRAINING_STATE
from inpaintgan.imaging import encode
from inpaintgan.models.edge_model import EdgeModel
from inpaintgan.training import recovery, state
from inpaintgan.training.health import BrokeDown, Health
from inpaintgan.training.loop import Loop
from inpaintgan.training.state import Progress

NO_PROCESS = 2**22 + 1
"""Above the largest process id of Linux."""


def judged(health, losses):
    """Judge losses one after another; the index at which they are called an explosion, or None."""
    for index, loss in enumerate(losses):
        try:
            health.check_losses({"edge_generator_loss": loss, "edge_discriminator_loss": loss})
        except BrokeDown as broke:
            assert broke.code == "loss-exploded" and "edge_generator_loss" in str(broke)
            return index
    return None


@pytest.mark.parametrize(
    ("losses", "exploded_at"),
    [
        ([2.0] * 12 + [1000.0] * 3, 14),
        ([2.0] * 12 + [1000.0, 1000.0, 2.0] * 5, None),  # never three in a row
        ([2.0] * 12 + [39.0] * 20, None),  # high, but not twenty times
        ([2.0] * 5 + [1000.0] * 20, None),  # too little is known of what is usual
        ([0.001] * 12 + [0.5] * 20, None),  # near zero a loss multiplies easily
        ([-2.0] * 12 + [-1000.0] * 3, 14),  # a hinge loss may be negative
        ([2.0 * 1.1**i for i in range(90)], None),  # slow growth moves the median along
    ],
)
def test_an_explosion_is_three_losses_in_a_row_far_above_the_median(losses, exploded_at):
    assert judged(Health(Progress()), losses) == exploded_at


def test_what_the_judge_remembers_is_in_the_progress():
    progress = Progress()
    judged(Health(progress), [2.0] * 12 + [1000.0] * 2)
    assert Health(progress).is_doubtful
    assert judged(Health(progress), [1000.0]) == 0
    assert len(progress.losses["edge_generator_loss"]) == 12


def poison(trainer, value=float("nan")):
    with torch.no_grad():
        next(trainer.loop.stage.edge.model.generator.parameters()).fill_(value)


def train_poisoned(training, at_steps, **settings):
    """Train while a weight of the generator turns to NaN, once after each step named."""
    left = list(at_steps)

    def order(event):
        if event.type == "step" and left and event.step == left[0]:
            left.pop(0)
            poison(trainer)

    trainer = training.trainer(sinks=[order], stage="edge", **settings)
    trainer.train()
    return trainer


def test_a_score_that_is_no_number_is_null_with_a_warning(training):
    def order(event):
        if event.type == "step" and event.step == 3:
            with torch.no_grad():
                next(trainer.loop.stage.inpaint.ema.parameters()).fill_(float("nan"))

    trainer = training.trainer(sinks=[order], stage="inpaint", max_iters=3, eval_interval=3)
    trainer.train()
    (validation,), (warning,) = training.events("validation"), training.events("warning")
    assert validation["values"]["psnr_hole"] is None and not validation["best"]
    assert warning["code"] == "score-not-finite" and "psnr_hole" in warning["message"]


def test_before_the_first_checkpoint_a_breakdown_goes_back_to_the_start(training):
    trainer = train_poisoned(training, [2], max_iters=6)
    assert [event["step"] for event in training.events("step")] == [1, 2, 3, 1, 2, 3, 4, 5, 6]
    (warning,) = training.events("warning")
    assert warning["code"] == "not-finite"
    assert "went back to the start" in warning["message"] and "5e-05 instead of 0.0001" in warning["message"]
    assert [event["learning_rate"] for event in training.events("step")][2:4] == [1e-4, 5e-5]
    # The stream goes on: the pictures at which it broke are not shown again.
    assert trainer.progress.position == 2 * (3 + 6)


def test_a_breakdown_goes_back_to_the_last_checkpoint_that_was_no_stop(training):
    train_poisoned(training, [5], max_iters=8, save_interval=2, keep_checkpoints=1, rollback_lr_factor=0.1)
    steps = [event["step"] for event in training.events("step")]
    assert steps == [1, 2, 3, 4, 5, 6, 5, 6, 7, 8]
    assert training.events("step")[-1]["learning_rate"] == pytest.approx(1e-5)
    assert training.run.saved_steps() == [8]


def test_checkpoints_of_the_course_that_was_left_are_removed(training, monkeypatch):
    training.train(stage="edge", max_iters=3, save_interval=2)  # 2 by interval, 3 by its end
    trainer = training.trainer(resume=True, stage="edge", max_iters=6, save_interval=0)
    real, broken = Loop._log_step, []

    def log(loop):
        if loop.progress.step == 4 and not broken:
            broken.append(loop.progress.step)
            raise BrokeDown("it broke")
        real(loop)

    monkeypatch.setattr(Loop, "_log_step", log)
    trainer.train()
    assert "went back to step 2" in training.events("warning")[-1]["message"]
    assert training.run.saved_steps() == [2, 6]


def test_a_second_breakdown_ends_the_training_in_words(training):
    with pytest.raises(InpaintError, match=r"broke down again at step 5: .* no longer a finite number") as caught:
        train_poisoned(training, [2, 4], max_iters=10)
    assert caught.value.code == "not-finite" and "lower lr" in caught.value.hint
    assert training.events("run_failed")[-1]["code"] == "not-finite"
    assert "NaN" not in training.run.events_file.read_text()
    assert training.run.saved_steps() == []


def test_a_person_who_lowers_the_rate_gets_another_chance(training):
    train_poisoned(training, [2], max_iters=4, save_interval=1)
    trainer = training.trainer(resume=True, stage="edge", max_iters=5, lr=2e-5)
    trainer.train()
    assert trainer.progress.broke_at is None
    assert training.events("step")[-1]["learning_rate"] == pytest.approx(2e-5)


def test_broken_weights_are_not_saved_by_a_stop(training):
    def order(event):
        if event.type == "step" and event.step == 3:
            poison(trainer)
            signal.raise_signal(signal.SIGTERM)

    trainer = training.trainer(sinks=[order], stage="edge", max_iters=10, save_interval=2)
    assert trainer.train() == "stopped"
    assert training.run.saved_steps() == [2]
    assert training.events("warning")[-1]["code"] == "not-saved"


@pytest.mark.parametrize("method", ["discriminator_loss", "generator_loss"])
def test_memory_that_runs_out_in_a_step_is_said_in_words_and_nothing_half_is_saved(method, training, monkeypatch):
    real, calls = getattr(EdgeModel, method), iter(range(100))

    def loss(*args, **kwargs):
        if next(calls) == 3:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return real(*args, **kwargs)

    monkeypatch.setattr(EdgeModel, method, loss)
    with pytest.raises(InpaintError, match=r"The GPU's memory ran out at step 3\. Step 2 is saved") as caught:
        training.train(stage="edge", max_iters=6, save_interval=2)
    assert "batch_size" in caught.value.hint and "accumulation_steps" in caught.value.hint
    assert training.events("run_failed")[-1]["code"] == "out-of-memory"
    assert training.run.saved_steps() == [2]


def test_memory_of_the_computer_that_runs_out_is_said_in_words_too(training, monkeypatch):
    def fail(*_):
        torch.empty(10**15)

    monkeypatch.setattr(EdgeModel, "generator_loss", fail)
    with pytest.raises(InpaintError, match=r"The computer's memory ran out at step 0"):
        training.train(stage="edge", max_iters=2)
    shared = RuntimeError("Caught RuntimeError in DataLoader worker process 0.\nCouldn't open shared file mapping: "
                          "<torch_7_1>, error code: <1455>")  # fmt: skip
    assert recovery.out_of_memory(shared, None, 0) and not recovery.out_of_memory(RuntimeError("shapes"), None, 0)


def test_memory_that_runs_out_between_steps_costs_nothing(training, monkeypatch):
    def out_of_memory(*_):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr("inpaintgan.training.outputs.validate", out_of_memory)
    with pytest.raises(InpaintError, match="Step 3 is saved"):
        training.train(stage="edge", max_iters=6, eval_interval=3)
    assert training.run.saved_steps() == [3]


def test_a_damaged_newest_checkpoint_is_passed_over(training):
    training.train(stage="edge", max_iters=4, save_interval=2)
    file = training.run.checkpoint_path(4) / TRAINING_STATE
    file.write_bytes(file.read_bytes()[:1000])
    training.train(stage="edge", max_iters=6, resume=True)
    (warning,) = training.events("warning")
    assert warning["code"] == "checkpoint-damaged" and "continues from step 2" in warning["message"]
    assert [event["step"] for event in training.events("step")] == [1, 2, 3, 4, 3, 4, 5, 6]
    assert training.run.saved_steps() == [2, 6]


def test_a_refused_resume_removes_no_damaged_checkpoint(training):
    training.train(stage="edge", max_iters=4, save_interval=2)
    file = training.run.checkpoint_path(4) / TRAINING_STATE
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(InpaintError, match="max_iters"):
        training.train(stage="edge", max_iters=2, resume=True)
    assert training.run.saved_steps() == [2, 4]


def test_a_config_that_does_not_fit_removes_no_checkpoint(training):
    training.train(stage="edge", max_iters=4, save_interval=2)
    with pytest.raises(InpaintError, match="width: this run was trained with 8"):
        training.train(stage="edge", max_iters=6, width=16, resume=True)
    assert training.run.saved_steps() == [2, 4]


def test_a_training_of_an_older_version_is_not_resumed_and_loses_nothing(training):
    training.train(stage="edge", max_iters=2)
    file = training.run.checkpoint_path(2) / TRAINING_STATE
    state = torch.load(file, weights_only=True)
    del state["format"]
    torch.save(state, file)
    with pytest.raises(InpaintError) as caught:
        training.train(stage="edge", max_iters=4, resume=True)
    assert caught.value.code == "resume-impossible" and "init_from" in caught.value.hint
    assert training.run.saved_steps() == [2]


def test_what_a_kill_left_half_written_is_swept_away(training):
    training.train(stage="edge", max_iters=1)
    half = training.run.checkpoints / f".step-000000002.new.{NO_PROCESS}.tmp"
    half.mkdir()
    (half / "edge_generator.safetensors").write_bytes(b"half")
    (training.run.path / f".config.yml.{NO_PROCESS}-7.tmp").write_bytes(b"half")
    living = training.run.path / f".control.json.{os.getppid()}-7.tmp"
    living.write_bytes(b"half")
    training.train(stage="edge", max_iters=2, resume=True)
    assert list(training.run.path.rglob(".*.tmp")) == [living]


def test_a_loader_process_that_dies_is_replaced_and_no_picture_is_lost(new_training):
    others = psutil.Process().children()  # of tests before this one

    def kill(event):
        if event.type == "step" and event.step == 2:
            next(child for child in psutil.Process().children() if child not in others).kill()

    struck, whole = new_training("struck"), new_training("whole")
    struck.train(sinks=[kill], stage="edge", max_iters=12, workers=1)
    whole.train(stage="edge", max_iters=12)
    assert [event["code"] for event in struck.events("warning")] == ["loader-died"]
    assert [e["values"] for e in struck.events("step")] == [e["values"] for e in whole.events("step")]


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "is full"), (errno.EROFS, "cannot be written to"), (errno.EACCES, "cannot be written to")],
)
def test_a_disk_that_refuses_pauses_the_training_which_goes_on_by_itself(number, words, training, monkeypatch):
    monkeypatch.setattr("inpaintgan.training.disk._RETRY_S", 0.1)
    monkeypatch.setattr("inpaintgan.training.disk._PUT_RIGHT", (errno.EROFS, errno.EACCES))  # as on Windows
    real, failures = state.save_training, iter([True, True, False])

    def save(*args):
        if next(failures, False):
            raise OSError(number, "refused")
        return real(*args)

    monkeypatch.setattr(state, "save_training", save)
    assert training.train(stage="edge") == "max_iters"
    (paused,) = training.events("paused")
    assert words in paused["reason"] and len(training.events("resumed")) == 1
    assert training.run.saved_steps() == [3]


def test_a_stop_on_a_full_disk_tells_that_the_step_is_not_saved(training, monkeypatch):
    def save(*args):
        raise OSError(errno.ENOSPC, "refused")

    def order(event):
        if event.type == "paused":
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(state, "save_training", save)
    assert training.train(sinks=[order], stage="edge", max_iters=9, save_interval=2) == "stopped"
    assert training.events("warning")[-1]["message"] == "The disk takes nothing: step 2 is not saved."


def test_a_disk_that_is_full_when_a_sample_is_drawn_pauses_the_training_too(training, monkeypatch):
    monkeypatch.setattr("inpaintgan.training.disk._RETRY_S", 0.1)
    real, failures = encode.write_bytes, iter([True, True, False])

    def write(*args):
        if next(failures, False):
            raise OSError(errno.ENOSPC, "refused")
        return real(*args)

    monkeypatch.setattr(encode, "write_bytes", write)
    assert training.train(stage="edge", max_iters=2, sample_interval=1) == "max_iters"
    (paused,) = training.events("paused")
    assert "is full" in paused["reason"] and len(training.events("resumed")) == 1
    assert all((training.run.path / event["path"]).is_file() for event in training.events("sample"))


def test_another_set_of_pictures_at_a_resume_is_noticed(training, tmp_path, pictures):
    training.train(stage="edge", max_iters=1)
    fewer = tmp_path / "fewer"
    shutil.copytree(pictures, fewer)
    next(iter(sorted(fewer.iterdir()))).unlink()
    training.train(stage="edge", max_iters=2, resume=True, data=str(fewer))
    (warning,) = training.events("warning")
    assert warning["code"] == "data-changed" and "had 7" in warning["message"] and "has 6 now" in warning["message"]
